package cli

import (
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"supersonic/site"
)

// listFlag collects a flag that may be given several times.
type listFlag []string

func (l *listFlag) String() string     { return strings.Join(*l, ",") }
func (l *listFlag) Set(v string) error { *l = append(*l, v); return nil }

// siteFlags are the flags of every command that reads a site's files.
type siteFlags struct {
	set      *flag.FlagSet
	files    listFlag
	sets     listFlag
	release  string
	ns       string
	dataDir  string
	logLevel string
}

func newSiteFlags(e env, name string) *siteFlags {
	f := &siteFlags{set: flag.NewFlagSet("supersonic "+name, flag.ContinueOnError)}
	f.set.SetOutput(e.err)
	f.set.Var(&f.files, "f", "values.yaml `file`; several merge as Helm merges them, the last wins")
	f.set.Var(&f.sets, "set", "`key=value` set over the files, as Helm's --set; may be repeated")
	f.set.StringVar(&f.release, "name", "", "`name` of the release (default supersonic)")
	f.set.StringVar(&f.ns, "namespace", "", "`namespace` label of the site's series (default default)")
	f.set.StringVar(&f.dataDir, "data-dir", "", "`directory` of the site's data (default supersonic-data)")
	f.set.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error")
	return f
}

// parse reads the flags, then the files.
func (f *siteFlags) parse(e env, args []string, pod bool) (*site.Site, *slog.Logger, error) {
	log, err := f.read(e, args)
	if err != nil {
		return nil, nil, err
	}
	s, err := f.load(pod)
	if err != nil {
		return nil, nil, err
	}
	return s, log, nil
}

// read reads the flags.
func (f *siteFlags) read(e env, args []string) (*slog.Logger, error) {
	if err := f.set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, err
		}
		return nil, refusal{err}
	}
	if f.set.NArg() > 0 {
		return nil, refusal{fmt.Errorf("unexpected argument %q (values files are given by -f)", f.set.Arg(0))}
	}
	log, err := logger(e.err, f.logLevel)
	if err != nil {
		return nil, refusal{err}
	}
	return log, nil
}

// load reads the files that the flags name, after those of first.
func (f *siteFlags) load(pod bool, first ...string) (*site.Site, error) {
	s, err := site.Load(site.Options{Files: slices.Concat(first, f.files), Sets: f.sets, Release: f.release, Namespace: f.ns, DataDir: f.dataDir, Pod: pod})
	if err != nil {
		return nil, refusal{err}
	}
	return s, nil
}
