package main

import (
	"net"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"supersonic/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"supersonic": func() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			busy, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			env.Defer(func() { busy.Close() })
			_, port, err := net.SplitHostPort(busy.Addr().String())
			env.Setenv("BUSY", port)
			return err
		},
	})
}
