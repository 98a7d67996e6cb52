package triton

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// childModels is set in the process that TestNoServerOutlivesAKilledSupervisor kills.
const childModels, childVenv = "TRITON_TEST_MODELS", "TRITON_TEST_VENV"

func TestMain(m *testing.M) {
	if models := os.Getenv(childModels); models != "" {
		if err := superviseUntilKilled(models, os.Getenv(childVenv)); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// superviseUntilKilled prints the server's process id once it is ready.
func superviseUntilKilled(models, venv string) error {
	dir, err := os.MkdirTemp("", "triton")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := New(Config{
		Pods: []Pod{{Name: "pod"}}, Args: []string{"tritonserver", "--model-repository=" + models},
		SearchDirs: []string{venv}, DataDir: dir,
	}, Deps{})
	if err != nil {
		return err
	}
	go func() {
		for {
			changed := s.Changed()
			if now := s.Servers()[0]; now.Ready {
				fmt.Println(now.PID)
				return
			}
			<-changed
		}
	}()
	return s.Run(context.Background())
}

func TestNoServerOutlivesAKilledSupervisor(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childModels+"="+modelDir(t), childVenv+"="+venv(t))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the supervisor never had a ready server: %v", err)
	}
	group := atoi(strings.TrimSpace(line))
	if n := len(processesIn(t, group)); n < 2 {
		t.Fatalf("%d processes in the server's group, want the server and its stubs", n)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed: its status is known
	deadline := time.Now().Add(20 * time.Second)
	for {
		left := processesIn(t, group)
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("processes %v outlive the supervisor", left)
		}
	}
}
