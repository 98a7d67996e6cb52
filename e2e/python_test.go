package e2e

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPythonsClientGetsTheSameFromTheGatewayAsFromTheServer(t *testing.T) {
	t.Parallel()
	s := start(t, options{values: []string{models(t, 1), everything}})
	cmd := exec.Command(peer(t, "bin/python"), "testdata/parity.py", s.servers("gRPC")["supersonic-triton-0"], s.target())
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, out.String(), problems.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 15 {
		t.Errorf("%d calls were made, want 15", len(lines))
	}
	for _, line := range lines {
		var call [3]any
		if err := json.Unmarshal([]byte(line), &call); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(call[1], call[2]); diff != "" {
			t.Errorf("%v (-direct +through the gateway):\n%s", call[0], diff)
		}
		t.Log(line[:min(len(line), 160)])
	}
	for _, part := range []string{
		`{"message": "negative input", "status": "StatusCode.INTERNAL"}`, `"status": "StatusCode.NOT_FOUND"`,
		`"status": "StatusCode.INVALID_ARGUMENT"`, `["OUTPUT0", [[2.0, 4.0, 6.0, 8.0]]]`,
	} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("no call gave %s", part)
		}
	}
}
