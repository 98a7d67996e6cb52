// Command supersonic runs an inference-as-a-service site, or one role of it.
package main

import (
	"os"

	"supersonic/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
}
