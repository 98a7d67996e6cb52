package ui

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"supersonic/ui/payload"
)

// framesType is the type of an answer in frames, one a line: the answer without its
// long columns, then each column with its place, then how many frames there were. A
// browser that read a million numbers as one JSON would do nothing else meanwhile.
const framesType = "application/x-ndjson"

// framedFrom is the number of values from which a view goes in frames: the JSON of
// so many is read in some milliseconds.
const framedFrom = 50_000

// longColumn is a column that goes in a frame of its own.
type longColumn struct {
	place  string // JSON of the way to it: ["chart","lines",3,"values"]
	values []*float64
}

// writeAnswer writes what a question of the page is answered.
func writeAnswer(w http.ResponseWriter, r *http.Request, got any) {
	if v, is := got.(payload.PanelView); is && strings.Contains(r.Header.Get("Accept"), framesType) {
		if rest, columns := apart(v); len(columns) > 0 {
			writeFrames(w, r, rest, columns)
			return
		}
	}
	writeJSON(packed(w, r), http.StatusOK, got)
}

// apart takes the long columns out of a view of many values; none of one of few.
func apart(v payload.PanelView) (payload.PanelView, []longColumn) {
	var columns []longColumn
	values := 0
	add := func(place string, list []*float64) {
		columns = append(columns, longColumn{place, list})
		values += len(list)
	}
	if v.Chart != nil {
		chart := *v.Chart // what the view points to may be shared
		chart.Lines = slices.Clone(chart.Lines)
		for i := range chart.Lines {
			add(`["chart","lines",`+strconv.Itoa(i)+`,"values"]`, chart.Lines[i].Values)
			chart.Lines[i].Values = nil
		}
		v.Chart = &chart
	}
	if v.Heatmap != nil {
		heat := *v.Heatmap
		heat.Counts = slices.Clone(heat.Counts)
		for i := range heat.Counts {
			add(`["heatmap","counts",`+strconv.Itoa(i)+`]`, heat.Counts[i])
			heat.Counts[i] = nil
		}
		v.Heatmap = &heat
	}
	if values < framedFrom {
		return v, nil
	}
	return v, columns
}

func writeFrames(w http.ResponseWriter, r *http.Request, rest payload.PanelView, columns []longColumn) {
	first, err := json.Marshal(payload.Filled(rest))
	if err != nil {
		writeJSON(w, http.StatusOK, rest) // which tells that it has no JSON
		return
	}
	h := w.Header()
	h.Set("Content-Type", framesType)
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept, Accept-Encoding")
	var out io.Writer = w
	if unpacks(r) {
		h.Set("Content-Encoding", "gzip")
		z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // the level is a good one
		defer z.Close()
		out = z
	}
	b := bufio.NewWriterSize(out, 64<<10)
	defer b.Flush() // before the packer ends; a reader who left is not an error of ours
	b.Write(first)
	line := make([]byte, 0, 256<<10)
	for _, c := range columns {
		line = appendColumn(line[:0], c)
		if _, err := b.Write(line); err != nil {
			return
		}
	}
	b.WriteString("\n{\"frames\":" + strconv.Itoa(len(columns)) + "}\n")
}

// appendColumn writes {"at":[...],"values":[...]} on a line of its own.
func appendColumn(b []byte, c longColumn) []byte {
	b = append(append(append(b, "\n{\"at\":"...), c.place...), ",\"values\":["...)
	for i, v := range c.values {
		if i > 0 {
			b = append(b, ',')
		}
		if v == nil || math.IsNaN(*v) || math.IsInf(*v, 0) {
			b = append(b, "null"...)
		} else {
			b = strconv.AppendFloat(b, *v, 'g', -1, 64)
		}
	}
	return append(b, "]}"...)
}
