package cli

import (
	"context"
	"fmt"

	"supersonic/site"
	"supersonic/stack"
)

// check reads the files as up would and says what it would do, without starting
// anything or taking a port.
func check(_ context.Context, e env, args []string) error {
	s, log, err := newSiteFlags(e, "check").parse(e, args, false)
	if err != nil {
		return err
	}
	if err := stack.Check(s, log); err != nil {
		return refusal{err}
	}
	fmt.Fprintf(e.out, "release %s, namespace %s, data in %s\n", s.Release, s.Namespace, s.DataDir)
	fmt.Fprintf(e.out, "\nsampling: %g of the requests, decided at the gateway; servers trace what it sampled\n", s.Values.Envoy.TracingSamplingRate)
	if s.On(site.PartTriton) {
		fmt.Fprintln(e.out, "    Triton's own trace rate becomes 0, whatever triton.args says: it traces every request that carries a context")
	}
	fmt.Fprintln(e.out, "\nparts:")
	for _, p := range site.Parts() {
		state := "off"
		if s.On(p) {
			state = "on"
		}
		fmt.Fprintf(e.out, "    %-26s %-4s %s\n", p, state, s.ServiceHost(p))
	}
	if off := s.Off(); len(off) > 0 {
		fmt.Fprintln(e.out, "\nswitched off:")
		for _, o := range off {
			fmt.Fprintf(e.out, "    %s (%s): %s\n", o.Key, o.Origin, o.Cost)
		}
	}
	if len(s.Notes) > 0 {
		fmt.Fprintln(e.out, "\nwithout effect here:")
		for _, n := range s.Notes {
			fmt.Fprintln(e.out, "   ", n)
		}
	}
	return nil
}
