package triton

import (
	"fmt"
	"strconv"
	"strings"
)

// Triton 24.01 is server 2.42, the first whose OpenTelemetry mode keeps a caller's
// context and knows the batch settings.
const oldestTraced = "2.42"

// tooOld is what to do about a server that cannot trace.
const tooOld = "the server is too old for OpenTelemetry tracing, or built without it: use Triton 24.01 (2.42) or later, or switch tracing off with opentelemetry-collector.enabled: false"

// diagnose turns a line of a server's output into what an operator should read,
// or "" for lines that explain nothing.
func diagnose(line string) string {
	_, said, _ := strings.Cut(line, "] ")
	said = strings.ReplaceAll(strings.Trim(said, `"`), `\n`, " ")
	switch {
	case strings.Contains(line, "unrecognized option"):
		_, option, _ := strings.Cut(line, "unrecognized option")
		option = firstWords(strings.Trim(option, " '\""), 100)
		if strings.HasPrefix(option, "--trace-") || strings.HasPrefix(option, "trace-") {
			return "it does not know " + option + ": " + tooOld
		}
		return "it does not know the option " + option + ": correct triton.args"
	case strings.Contains(line, "--trace-config") && strings.Contains(line, "opentelemetry") && strings.Contains(strings.ToLower(line), "unsupported"):
		return tooOld
	case strings.Contains(line, "failed to load '") && strings.Contains(line, "' version "):
		return strings.TrimSpace(firstWords(said, 400))
	case strings.Contains(line, "failed to stat file "):
		_, file, _ := strings.Cut(line, "failed to stat file ")
		return fmt.Sprintf("model repository %s is missing: correct triton.args or set local.triton.modelRepository", strings.TrimSpace(firstWords(file, 400)))
	case strings.Contains(line, "already in use"):
		return "port taken: " + strings.TrimSpace(firstWords(line, 300))
	case strings.HasPrefix(line, "error: "):
		return firstWords(strings.TrimPrefix(line, "error: "), 300)
	case crashSignal(line) != "":
		return "it crashed (signal " + crashSignal(line) + ")"
	case strings.Contains(line, "error while loading shared libraries"):
		return firstWords(line, 300)
	}
	return ""
}

// crashSignal returns the number in "Signal (11) received.", which Triton writes
// before it dies or, now and then, hangs; "" for signals that ask it to stop.
func crashSignal(line string) string {
	rest, ok := strings.CutPrefix(line, "Signal (")
	if !ok {
		return ""
	}
	number, _, _ := strings.Cut(rest, ")")
	if n, err := strconv.Atoi(number); err != nil || n == 2 || n == 15 {
		return ""
	}
	return number
}

// firstWords cuts s to about n bytes.
func firstWords(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "..."
}

// traces tells whether a server of this version can trace as the site needs. An
// unreadable version is given the benefit of the doubt.
func traces(version string) bool {
	major, minor, ok := versionOf(version)
	wantMajor, wantMinor, _ := versionOf(oldestTraced)
	return !ok || major > wantMajor || major == wantMajor && minor >= wantMinor
}

func versionOf(v string) (major, minor int, ok bool) {
	parts := strings.SplitN(v, ".", 3)
	if len(parts) < 2 {
		return 0, 0, false
	}
	major, err1 := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	return major, minor, err1 == nil && err2 == nil
}
