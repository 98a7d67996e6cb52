package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

type config struct {
	spans     int
	rate      int
	exporters int
	repeat    int
	seed      uint64
	store     string
	dir       string
	keep      bool
	memory    string
	peers     peers
	soft      time.Duration
	edges     int
	edgesFor  time.Duration
}

func main() {
	var c config
	flag.IntVar(&c.spans, "spans", 2_000_000, "how many spans are sent")
	flag.IntVar(&c.rate, "rate", 0, "spans a second; 0 is as fast as the store takes them")
	flag.IntVar(&c.exporters, "exporters", 8, "exports under way at a time")
	flag.IntVar(&c.repeat, "repeat", 9, "how often each question is asked at least, warm, and a quick one for a second")
	flag.Uint64Var(&c.seed, "seed", 1, "of the traffic")
	flag.StringVar(&c.store, "store", "bin/supersonic", "our program, run as the role traces; empty leaves it out")
	flag.StringVar(&c.dir, "dir", "", "where our store keeps its data; a temporary directory if empty")
	flag.BoolVar(&c.keep, "keep", false, "ask a store that -dir holds already: nothing is sent")
	flag.StringVar(&c.memory, "memory", "", "our store's GOMEMLIMIT; empty leaves the limit to it")
	flag.DurationVar(&c.soft, "settle", 2*time.Minute, "how long a store may go on working after the last answer before it counts as settled")
	flag.IntVar(&c.edges, "edges", 0, "measure the service graph of our store at so many requests a second instead")
	flag.DurationVar(&c.edgesFor, "edges-for", 10*time.Second, "for how long")
	flag.Var(&c.peers, "peer", "KIND,otlp=HOST:PORT,api=HOST:PORT[,pid=N][,dir=PATH]: a running store, KIND is tempo, victoria or jaeger; otlp=URL sends over HTTP")
	flag.Parse()
	if err := run(c); err != nil {
		fmt.Fprintln(os.Stderr, "traces:", err)
		os.Exit(1)
	}
}

// result is everything of one run.
type result struct {
	Date        string
	Spans       int
	Seed        uint64
	Calibration [2]float64    // CPU-ms of the fixed loop, before and after
	Stores      []storeResult `json:",omitempty"`
	Edges       *edgesResult  `json:",omitempty"`
}

type storeResult struct {
	Store   string
	Ingest  *ingestResult `json:",omitempty"`
	Queries []queryResult
}

func run(c config) (err error) {
	res := result{Date: time.Now().UTC().Format(time.DateOnly), Spans: c.spans, Seed: c.seed}
	res.Calibration[0] = calibrate()
	if c.edges > 0 {
		if res.Edges, err = measureEdges(c); err == nil {
			res.Spans = res.Edges.Spans
			fmt.Fprintln(os.Stderr, res.Edges)
		}
	} else {
		res.Stores, err = measureStores(c)
	}
	if err != nil {
		return err
	}
	res.Calibration[1] = calibrate()
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	return out.Encode(res)
}

// measureStores sends the same spans and questions to every store.
func measureStores(c config) (results []storeResult, err error) {
	targets := c.peers.targets()
	if c.store != "" {
		receiver := newReceiver()
		defer receiver.Close()
		own, stop, err := startOwn(c, receiver.URL)
		if err != nil {
			return nil, err
		}
		defer stop()
		targets = append([]target{own}, targets...)
	}
	for _, t := range targets {
		fmt.Fprintln(os.Stderr, "==", t.kind)
		one := storeResult{Store: t.kind}
		var of facts
		var err error
		if c.keep {
			of, err = learn(c)
		} else if one.Ingest, of, err = ingest(c, t); err == nil {
			fmt.Fprintln(os.Stderr, one.Ingest)
		}
		if err == nil {
			one.Queries, err = ask(c, t, of)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.kind, err)
		}
		results = append(results, one)
	}
	return results, nil
}

// peers is the flag -peer.
type peers []target

func (p *peers) String() string { return "" }

// Set reads one peer.
func (p *peers) Set(text string) error {
	kind, rest, _ := strings.Cut(text, ",")
	t := target{kind: kind}
	if _, ok := questions[kind]; !ok || kind == own {
		return fmt.Errorf("unknown kind %q: tempo, victoria or jaeger", kind)
	}
	for part := range strings.SplitSeq(rest, ",") {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "otlp":
			t.otlp = value
		case "api":
			t.api = "http://" + value
		case "pid":
			if _, err := fmt.Sscan(value, &t.pid); err != nil {
				return fmt.Errorf("pid %q: %w", value, err)
			}
		case "dir":
			t.dir = value
		default:
			return fmt.Errorf("unknown part %q: otlp, api, pid or dir", part)
		}
	}
	if t.otlp == "" || t.api == "" {
		return fmt.Errorf("peer %s lacks otlp= or api=", kind)
	}
	*p = append(*p, t)
	return nil
}

func (p *peers) targets() []target { return *p }
