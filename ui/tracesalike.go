package ui

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"supersonic/ui/compare"
	"supersonic/ui/explore"
	"supersonic/ui/payload"
	"supersonic/ui/source"
	"supersonic/ui/tracefile"
	"supersonic/ui/waterfall"
)

// alikeWithin is how far from a trace those to compare it with are looked for,
// alikeLimit how many are looked at and alikeShown how many of each kind are told.
const (
	alikeWithin = time.Hour
	alikeLimit  = 200
	alikeShown  = 8
)

// listedTraces is how many traces of a file are listed.
const listedTraces = 500

// built is the trace that the address names, as it is shown.
func (u *UI) built(r *http.Request, name string) (payload.Trace, error) {
	id, err := idOf(r, name)
	if err != nil {
		return payload.Trace{}, err
	}
	got, err := u.fetchTrace(r.Context(), r, id)
	if err != nil {
		return payload.Trace{}, err
	}
	return waterfall.Build(got.Source), nil
}

func (u *UI) compareTraces(r *http.Request) (any, error) {
	a, err := u.built(r, "id")
	if err != nil {
		return nil, err
	}
	b, err := u.built(r, "other")
	if err != nil {
		return nil, err
	}
	return compare.Of(a, b), nil
}

// alike finds traces of the same model, or of the same root where no model is
// known, around the time of one.
func (u *UI) alike(r *http.Request) (any, error) {
	t, err := u.built(r, "id")
	if err != nil {
		return nil, err
	}
	query := "{ trace:rootName = " + strconv.Quote(t.RootName) + " }"
	switch {
	case t.Model != "":
		query = "{ .triton.model_name = " + strconv.Quote(t.Model) + " }"
	case t.RootName == "":
		query = "{ name = " + strconv.Quote(t.Spans[0].Name) + " }"
	}
	found, more, err := u.around(r.Context(), r, t, query)
	if err != nil {
		return nil, err
	}
	return payload.Alike{Query: query, Looked: len(found), More: more, Newest: first(found, func(a, b payload.TraceBrief) bool { return a.StartMs > b.StartMs }),
		Fastest: first(found, func(a, b payload.TraceBrief) bool { return a.DurationMs < b.DurationMs }),
		Slowest: first(found, func(a, b payload.TraceBrief) bool { return a.DurationMs > b.DurationMs })}, nil
}

// linked finds the traces that have a link to one.
func (u *UI) linked(r *http.Request) (any, error) {
	t, err := u.built(r, "id")
	if err != nil {
		return nil, err
	}
	out := payload.LinkedTraces{Query: `{ link:traceID = "` + t.ID + `" }`}
	out.Traces, _, err = u.around(r.Context(), r, t, out.Query)
	return out, err
}

// around searches near the time of t and leaves t itself out; more tells that there may
// be others than those found.
func (u *UI) around(ctx context.Context, r *http.Request, t payload.Trace, query string) (list []payload.TraceBrief, more bool, err error) {
	_, tempo, err := u.tempoOf(r)
	if err != nil {
		return nil, false, err
	}
	at := time.UnixMilli(int64(t.StartMs))
	found, err := tempo.Search(ctx, source.Search{Query: query, From: at.Add(-alikeWithin), To: at.Add(alikeWithin), Limit: alikeLimit})
	if err != nil {
		return nil, false, err
	}
	for _, f := range found.Traces {
		if f.ID != t.ID {
			list = append(list, explore.Brief(f))
		}
	}
	return list, found.Limited || len(found.Traces) >= alikeLimit, nil
}

func first(all []payload.TraceBrief, before func(a, b payload.TraceBrief) bool) []payload.TraceBrief {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b payload.TraceBrief) int {
		switch {
		case before(a, b):
			return -1
		case before(b, a):
			return 1
		}
		return 0
	})
	return sorted[:min(len(sorted), alikeShown)]
}

// readTraces reads a file that the browser sends along. Nothing of it is kept; of
// several traces, id= chooses, and with= another to compare it with.
func (u *UI) readTraces(r *http.Request) (any, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, tracefile.Limit))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, reject(http.StatusRequestEntityTooLarge, fmt.Sprintf("the file is larger than %d MiB", tracefile.Limit>>20), "cut it: a trace of 10,000 spans has about 10 MiB")
	}
	if err != nil {
		return nil, reject(http.StatusBadRequest, "read the file: "+err.Error(), "try again")
	}
	if body, err = unpackedFile(body); err != nil {
		return nil, err
	}
	all, err := tracefile.Read(body)
	if err != nil {
		return nil, reject(http.StatusBadRequest, err.Error(), `a file of OTLP JSON begins with {"resourceSpans": or, as Grafana and Tempo write it, {"batches": or {"trace":`)
	}
	if with := r.FormValue("with"); with != "" {
		return fileCompared(all, r.FormValue("id"), with)
	}
	return fileTrace(all, r.FormValue("id"))
}

func fileTrace(all []tracefile.Trace, id string) (payload.TraceFile, error) {
	var out payload.TraceFile
	for _, t := range all[:min(len(all), listedTraces)] {
		out.Traces = append(out.Traces, waterfall.Brief(t.ID, t.Spans))
	}
	out.More = len(all) - len(out.Traces)
	if id == "" && len(all) == 1 {
		id = all[0].ID
	}
	if id == "" {
		return out, nil
	}
	shown, err := fileOne(all, id)
	out.Trace = &shown
	return out, err
}

func fileCompared(all []tracefile.Trace, id, with string) (payload.Comparison, error) {
	a, err := fileOne(all, id)
	if err != nil {
		return payload.Comparison{}, err
	}
	b, err := fileOne(all, with)
	if err != nil {
		return payload.Comparison{}, err
	}
	return compare.Of(a, b), nil
}

func fileOne(all []tracefile.Trace, id string) (payload.Trace, error) {
	at := slices.IndexFunc(all, func(t tracefile.Trace) bool { return t.ID == source.FullID(id) })
	if at < 0 {
		return payload.Trace{}, reject(http.StatusNotFound, fmt.Sprintf("the file has no trace %q", id), "leave the id out for the list of its traces")
	}
	// What has not arrived never will: a file is looked at long after its spans.
	longAfter := time.Unix(1<<40, 0)
	return waterfall.Build(waterfall.Source{ID: all[at].ID, Spans: all[at].Spans, Now: longAfter, File: true}), nil
}

// unpackedFile undoes gzip where a file begins as gzip does, up to as much as a file
// may have that is not packed.
func unpackedFile(body []byte) ([]byte, error) {
	if !bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		return body, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err == nil {
		body, err = io.ReadAll(io.LimitReader(z, tracefile.Limit+1))
	}
	switch {
	case err != nil:
		return nil, reject(http.StatusBadRequest, "unpack the file: "+err.Error(), "the file is not whole, or not gzip: unpack it first")
	case len(body) > tracefile.Limit:
		return nil, reject(http.StatusRequestEntityTooLarge, fmt.Sprintf("the file is larger than %d MiB unpacked", tracefile.Limit>>20), "cut it: a trace of 10,000 spans has about 10 MiB")
	}
	return body, nil
}
