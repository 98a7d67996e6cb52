package view

import (
	"time"

	"supersonic/ui/frame"
	"supersonic/ui/payload"
	"supersonic/ui/units"
)

// Env is what a panel depends on beside its file and its data.
type Env struct {
	FromMs, ToMs float64 // the range that was asked
	NowMs        float64
	Light        bool
	Zone         *time.Location // nil is UTC
	Width        int            // pixels
	Height       int
	Frame        string // of a table with several tables: which one, by its name; else the panel's own choice
	Table        bool   // whatever the panel's type, show its data as a table
	Steps        bool   // say also what each transformation is given

	// StepMs is the step of each query by its refId, for frames that do not say
	// their own. A missing step is a gap.
	StepMs map[string]float64
	// Fill puts the dashboard's variables into a text; nil leaves texts as they are.
	Fill func(text string) string
	// FillURL is Fill for an address; nil is Fill.
	FillURL func(text string) string
	// Source is the uid of the panel's data source, for links to traces.
	Source  string
	Queries []payload.QueryNote
	Notes   []payload.ViewNote
}

func (e *Env) fill(text string) string {
	if e.Fill == nil || text == "" {
		return text
	}
	return e.Fill(text)
}

func (e *Env) fillURL(text string) string {
	if e.FillURL == nil || text == "" {
		return e.fill(text)
	}
	return e.FillURL(text)
}

func (e *Env) clock() units.Clock {
	return units.Clock{Zone: e.Zone, Now: time.UnixMilli(int64(e.NowMs))}
}

// step is the distance of a frame's samples: its own, or that of its query.
func (e *Env) step(f *frame.Frame) float64 {
	if f.StepMs > 0 {
		return f.StepMs
	}
	if step := e.StepMs[f.RefID]; step > 0 {
		return step
	}
	for _, q := range e.Queries {
		if q.RefID == f.RefID && f.RefID != "" {
			return q.StepMs
		}
	}
	return 0
}
