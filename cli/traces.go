package cli

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"

	"supersonic/site"
	"supersonic/stack"
	"supersonic/traces"
)

// tracesCommands are what `supersonic traces` does beside running the role.
var tracesCommands = []struct {
	name, args, summary string
	run                 func(ctx context.Context, e env, args []string) error
}{
	{"verify", "", "read every byte that is stored and tell what is damaged", verifyTraces},
	{"dump", "[-o FILE]", "write what is stored as OTLP", dumpTraces},
	{"import", "FILE...", "store what dump wrote, or other OTLP", importTraces},
	{"backup", "DIRECTORY", "copy what is stored to a directory", backupTraces},
	{"delete", "ID... or -q QUERY", "delete traces for good", deleteTraces},
}

// runTraces runs the role, or one of tracesCommands if the first argument names it.
func runTraces(ctx context.Context, e env, args []string) error {
	role := alone(stack.RoleTraces)
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return role(ctx, e, args)
	}
	var names []string
	for _, c := range tracesCommands {
		if c.name == args[0] {
			return c.run(ctx, e, args[1:])
		}
		names = append(names, c.name)
	}
	return refusal{fmt.Errorf("unknown command %q of supersonic traces\n    without one the role runs; the commands are %s", args[0], strings.Join(names, ", "))}
}

// storeFlags are the flags of the commands on a trace store.
type storeFlags struct {
	*siteFlags
	tenant string
}

func newStoreFlags(e env, name, args, about string) *storeFlags {
	f := &storeFlags{siteFlags: newSiteFlags(e, "traces "+name)}
	f.set.StringVar(&f.tenant, "tenant", "default", "`name` of the tenant, where there are several")
	f.set.Usage = func() {
		fmt.Fprintf(f.set.Output(), "supersonic traces %s [flags] %s\n%s\n\n", name, args, about)
		f.set.PrintDefaults()
	}
	return f
}

// site reads the flags and files, and returns what is left of the arguments.
func (f *storeFlags) site(e env, args []string) (*site.Site, []string, error) {
	if err := f.set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, nil, err
		}
		return nil, nil, refusal{err}
	}
	if _, err := logger(e.err, f.logLevel); err != nil {
		return nil, nil, refusal{err}
	}
	s, err := f.load(false)
	return s, f.set.Args(), err
}

// noMore refuses arguments.
func noMore(rest []string) error {
	if len(rest) > 0 {
		return refusal{fmt.Errorf("unexpected argument %q", rest[0])}
	}
	return nil
}

func verifyTraces(ctx context.Context, e env, args []string) error {
	f := newStoreFlags(e, "verify", "", "Reads every byte of blocks and log, also of a running store, and tells what is damaged. Exit code 1 if something is.")
	s, rest, err := f.site(e, args)
	if err = cmp.Or(err, noMore(rest)); err != nil {
		return err
	}
	r, err := traces.Verify(ctx, stack.TracesDir(s), f.tenant)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "%d blocks, %d spans, %d bytes; %d spans in the log\n", r.Blocks, r.Rows, r.Bytes, r.LogSpans)
	for _, name := range r.SetAside {
		fmt.Fprintf(e.out, "set aside before: %s\n", name)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(e.out, "DAMAGED %s\n", p)
	}
	if n := len(r.Problems); n > 0 {
		return fmt.Errorf("%d problems: the store sets a damaged block aside and serves the rest; a backup has what is missing", n)
	}
	fmt.Fprintln(e.out, "everything is as it was written")
	return nil
}

func dumpTraces(ctx context.Context, e env, args []string) (err error) {
	f := newStoreFlags(e, "dump", "", "Writes all stored spans as OTLP, also of a running store. `supersonic traces import` reads it.")
	file := f.set.String("o", "-", "`file` to write, - for the standard output")
	format := f.set.String("format", "json", "json: an OTLP export in JSON a line; protobuf: exports, each behind its length as a varint")
	s, rest, err := f.site(e, args)
	if err = cmp.Or(err, noMore(rest)); err != nil {
		return err
	}
	form := traces.DumpJSON
	switch *format {
	case "json":
	case "protobuf":
		form = traces.DumpProtobuf
	default:
		return refusal{fmt.Errorf("--format %q: use json or protobuf", *format)}
	}
	out := e.out
	if *file != "-" {
		w, err := os.OpenFile(*file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		defer func() { err = cmp.Or(err, w.Close()) }()
		out = w
	}
	n, err := traces.Dump(ctx, stack.TracesDir(s), f.tenant, out, form)
	if err == nil {
		fmt.Fprintf(e.err, "%d spans\n", n)
	}
	return err
}

func backupTraces(_ context.Context, e env, args []string) error {
	f := newStoreFlags(e, "backup", "DIRECTORY", "Copies the store of every tenant, also a running one, with all that was acknowledged before.\nThe directory is one for `traces` below a --data-dir: copy it there to restore.")
	s, rest, err := f.site(e, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return refusal{errors.New("name the directory of the backup, one that is not there yet")}
	}
	tenants, err := traces.Backup(stack.TracesDir(s), rest[0])
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "%s has the traces of %s\n", rest[0], strings.Join(tenants, ", "))
	return nil
}

func importTraces(ctx context.Context, e env, args []string) error {
	f := newStoreFlags(e, "import", "FILE...", "Stores OTLP: lines of JSON, or protobuf behind lengths, as dump writes them; - is the standard input.\nA running store gets it by OTLP; else the data directory is opened here. What ended before the retention is dropped again.")
	s, files, err := f.site(e, args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return refusal{errors.New("name the files to import, - for the standard input")}
	}
	return withStore(ctx, s, f.logLevel, e, func(c storeClient) error {
		c.tenant = f.tenantOf(s)
		var all imported
		for _, name := range files {
			if err := c.importFile(ctx, name, &all); err != nil {
				return fmt.Errorf("%s: %w (%d exports were stored; to store one twice does no harm)", name, err, all.exports)
			}
		}
		fmt.Fprintf(e.out, "%d exports were stored\n", all.exports)
		if all.left > 0 {
			fmt.Fprintf(e.out, "%d spans were not; of the first export: %s\n", all.left, all.why)
		}
		return nil
	})
}

func (f *storeFlags) tenantOf(s *site.Site) string {
	if s.Values.Tempo.Tempo.MultitenancyEnabled {
		return f.tenant
	}
	return ""
}

func deleteTraces(ctx context.Context, e env, args []string) error {
	f := newStoreFlags(e, "delete", "ID...", "Deletes traces: those that are named, or all that a query selects. No question finds them from then on; their bytes\nare gone some minutes later. A running store has to allow it: local.traces.deletion.")
	query := f.set.String("q", "", "TraceQL `query`: every trace that it selects")
	start := f.set.Int64("start", 0, "with -q: only traces from that time on, `seconds` since 1970")
	end := f.set.Int64("end", 0, "with -q: only traces until that time")
	s, ids, err := f.site(e, args)
	if err != nil {
		return err
	}
	if (*query == "") == (len(ids) == 0) {
		return refusal{errors.New("name traces by id, or give -q a query, one of the two")}
	}
	return withStore(ctx, s, f.logLevel, e, func(c storeClient) error {
		c.tenant = f.tenantOf(s)
		n, err := 0, error(nil)
		if *query != "" {
			n, err = c.deleteQuery(ctx, *query, *start, *end)
		} else {
			n, err = c.deleteIDs(ctx, slices.Compact(ids))
		}
		if err == nil {
			fmt.Fprintf(e.out, "%d traces were deleted\n", n)
		}
		return err
	})
}

// withStore gives f a client of the site's trace store: of the running one, else of
// one that runs in this process as long as f takes.
func withStore(ctx context.Context, s *site.Site, level string, e env, f func(storeClient) error) error {
	log := slog.New(slog.DiscardHandler)
	if level == "debug" {
		log, _ = logger(e.err, level)
	}
	own, err := stack.OfflineTraces(s, log)
	if traces.IsRunning(err) {
		return f(newStoreClient(stack.TracesAddresses(s)))
	}
	if err != nil {
		return err
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- own.Run(run) }()
	c := newStoreClient(own.AddrHTTP().String(), own.AddrOTLPHTTP().String())
	err = c.waitReady(ctx)
	if err == nil {
		err = f(c)
	}
	stop()
	return errors.Join(err, <-ended)
}

// open opens a file to read, - as the standard input.
func open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(os.Stdin), nil
	}
	return os.Open(name)
}
