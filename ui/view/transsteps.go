package view

import (
	"maps"
	"slices"

	"supersonic/ui/frame"
	"supersonic/ui/payload"
)

// maxStepFields bounds the fields that an editor is told of each step; it offers them
// in lists that nobody reads further.
const maxStepFields = 500

// step keeps what the frames are now, if somebody asked for it.
func (m *maker) step(frames []frame.Frame) {
	if !m.env.Steps {
		return
	}
	s := payload.DataStep{Frames: len(frames), Fields: []payload.StepField{}, Refs: []string{}, Labels: []string{}, Says: []string{}}
	names, at, labels := newNames(frames), map[string]int{}, map[string]bool{}
	for i := range frames {
		s.Rows += frames[i].Rows()
		s.Refs = with(s.Refs, frames[i].RefID)
		for j, f := range frames[i].Fields {
			for k := range f.Labels {
				labels[k] = true
			}
			if f.Nested != nil {
				continue
			}
			name := names.of(i, j)
			if _, ok := at[name]; !ok {
				at[name] = len(at)
				if len(s.Fields) < maxStepFields {
					s.Fields = append(s.Fields, payload.StepField{Name: name, Kind: string(f.Kind), Refs: []string{}})
				}
			}
			if n := at[name]; n < len(s.Fields) {
				s.Fields[n].Refs = with(s.Fields[n].Refs, frames[i].RefID)
			}
		}
	}
	s.Cut = len(at) - len(s.Fields)
	s.Labels = append(s.Labels, slices.Sorted(maps.Keys(labels))...)
	m.steps = append(m.steps, s)
}

// with has a query's name once.
func with(refs []string, ref string) []string {
	if ref == "" || slices.Contains(refs, ref) {
		return refs
	}
	return append(refs, ref)
}

// says puts what was noted since then to the step before.
func (m *maker) says(since int) {
	if len(m.steps) == 0 {
		return
	}
	for _, n := range m.notes[since:] {
		m.steps[len(m.steps)-1].Says = append(m.steps[len(m.steps)-1].Says, n.Text)
	}
}
