package stack

import (
	"fmt"
	"net"
	"strings"
	"testing"
)

// whole builds a site of these values, or says why not.
func whole(t *testing.T, dir string, texts ...string) (*Stack, error) {
	t.Helper()
	return New(load(t, dir, texts...), Options{}, quiet())
}

func TestABusyPortIsRefusedWithItsKeyAndNothingIsLeft(t *testing.T) {
	before := goroutines()
	dir := t.TempDir()
	for key, role := range keys {
		if role == "" {
			continue
		}
		p := freePorts(t)
		busy, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", p[key]))
		if err != nil {
			t.Fatal(err)
		}
		_, err = whole(t, dir, p.values())
		busy.Close()
		if err == nil {
			t.Errorf("%s: a busy port was taken", key)
			continue
		}
		// The key is told as the file writes it, up to where lists name their items.
		stem, _, _ := strings.Cut(key, "[")
		for _, part := range []string{role, "address already in use", stem, fmt.Sprint(p[key])} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: the message has no %q: %v", key, part, err)
			}
		}
		p.free(t)
		// Nor is the directory locked, or any of its stores.
		k, err := whole(t, dir, p.values())
		if err != nil {
			t.Errorf("%s: after the refusal: %v", key, err)
			continue
		}
		if err := k.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		p.free(t)
	}
	nothingRuns(t, before)
}

func TestASecondSiteOnOneDataDirectoryIsRefused(t *testing.T) {
	dir := t.TempDir()
	first := run(t, freePorts(t), dir)
	other := freePorts(t)
	_, err := whole(t, dir, other.values())
	if err == nil || !strings.Contains(err.Error(), "another supersonic runs on it") || !strings.Contains(err.Error(), dir) {
		t.Fatalf("got %v", err)
	}
	other.free(t)
	first.send(t, 1, "ot=th:0")
	first.eventually(t, "the first goes on", func() error { return first.has(1) })
	first.stop(t)
	k, err := whole(t, dir, other.values())
	if err != nil {
		t.Fatalf("after the first has stopped: %v", err)
	}
	if err := k.Close(); err != nil {
		t.Error(err)
	}
}

func TestABadCollectorConfigurationGivesEverythingBack(t *testing.T) {
	before := goroutines()
	p, dir := freePorts(t), t.TempDir()
	_, err := whole(t, dir, p.values(), "opentelemetry-collector: {config: {processors: {batch: {timeout: soon}}}}\n")
	if err == nil || !strings.Contains(err.Error(), "timeout") {
		t.Fatalf("got %v", err)
	}
	p.free(t)
	k, err := whole(t, dir, p.values())
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Close(); err != nil {
		t.Error(err)
	}
	nothingRuns(t, before)
}

func TestASiteOfNoServersIsNoMistake(t *testing.T) {
	p := freePorts(t)
	k, err := whole(t, t.TempDir(), p.values(), "triton: {enabled: true, replicas: 0}")
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Close(); err != nil {
		t.Error(err)
	}
	p.free(t)
}
