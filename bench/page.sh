#!/usr/bin/env bash
# What the page costs its reader, in Chromium: tasks of the main thread while a trace
# of 10,000 spans scrolls; 12 panels of 3 h of 20 servers drawn, and 200 other ranges of
# them; 12 panels of made series, so that nothing but drawing is measured;
# charts of a million points, one and ten on a dashboard.
set -euo pipefail
cd "$(dirname "$0")/.."
echo "== a trace of 10,000 spans scrolls (thread: the thread's own time)"
go test ./ui -run '^$' -bench ScrollOfALargeTrace -benchtime 3x | grep -E '^(Benchmark|ok)|ui.test|scroll|verdict|\{'
echo "== 12 panels of 3 h of 20 servers: from their data to the picture (ms; the thread's own), then 200 other ranges (heap, KiB)"
go test ./ui -run '^$' -bench TwelvePanelsOfThreeHours -benchtime 1x | grep -E 'verdict|drawnMs|FAILED|^ok'
echo "== charts of 100 series of 10,000 points: opened, pointed at, refreshed twice (heap MiB: before, opened, refreshed)"
go test ./ui -run '^$' -bench ACrowdedDashboard -benchtime 1x | grep -E '"panels"|^ok'
echo "== 12 panels of 20 series, then 200 other ranges"
cd ui/web && node e2e/panels.mjs bench
