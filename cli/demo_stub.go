package cli

import (
	"context"
	"errors"
)

func runDemo(context.Context, env, []string) error { return errors.New("not yet") }
