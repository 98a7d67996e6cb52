package view

import (
	"fmt"
	"slices"
	"strings"

	"supersonic/ui/frame"
)

// names finds what a field is called among all of a panel: only the labels that
// tell it from others, its frame's name where that differs.
type names struct {
	frames []frame.Frame
	single string // the one label that all share, "" for none or several
	differ bool   // frames have different names
}

func newNames(frames []frame.Frame) *names {
	n := &names{frames: frames}
	n.single = singleLabel(frames)
	for i := range frames {
		if frames[i].Name != frames[0].Name {
			n.differ = true
		}
	}
	return n
}

// singleLabel is the only key of labels in all frames.
func singleLabel(frames []frame.Frame) string {
	found := ""
	for i := range frames {
		for j := range frames[i].Fields {
			for k := range frames[i].Fields[j].Labels {
				if found != "" && found != k {
					return ""
				}
				found = k
			}
		}
	}
	return found
}

// of is the name of a field; that of another time, which is shown beside this one, says so.
func (n *names) of(frameAt, fieldAt int) string {
	fr := &n.frames[frameAt]
	f := &fr.Fields[fieldAt]
	if fr.Compared && f.Kind != frame.Time {
		return n.plain(fr, f, fieldAt) + comparison
	}
	return n.plain(fr, f, fieldAt)
}

const comparison = " (comparison)"

func (n *names) plain(fr *frame.Frame, f *frame.Field, fieldAt int) string {
	if f.Display != "" {
		return f.Display
	}
	if f.Kind == frame.Time && f.Labels == nil {
		return orElse(f.Name, "Time")
	}
	return n.distinct(fr, f, fieldAt)
}

func (n *names) distinct(fr *frame.Frame, f *frame.Field, at int) string {
	var parts []string
	if n.differ && fr.Name != "" {
		parts = append(parts, fr.Name)
	}
	if f.Name != "" && f.Name != "Value" {
		parts = append(parts, f.Name)
	}
	if len(f.Labels) > 0 {
		if n.single != "" {
			if v := f.Labels[n.single]; v != "" {
				parts = append(parts, v)
			}
		} else {
			parts = append(parts, LabelText(f.Labels))
		}
	}
	if len(parts) == 0 {
		parts = append(parts, orElse(fr.Name, orElse(f.Name, "Value")))
	}
	name := strings.Join(parts, " ")
	if name == f.Name {
		return uniqueName(fr, f, at)
	}
	return name
}

// LabelText writes labels as Prometheus does, sorted by name.
func LabelText(labels map[string]string) string {
	keys := make([]string, 0, len(labels))
	for k := range labels {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var b strings.Builder
	b.WriteByte('{')
	for i, k := range keys {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(k + `="` + labels[k] + `"`)
	}
	b.WriteByte('}')
	return b.String()
}

// uniqueName numbers fields of one frame that have the same name and kind.
func uniqueName(fr *frame.Frame, f *frame.Field, at int) string {
	same, before := 0, 0
	for i := range fr.Fields {
		if fr.Fields[i].Name == f.Name {
			same++
			if i <= at {
				before++
			}
		}
	}
	if same > 1 {
		return fmt.Sprintf("%s %d", orElse(f.Name, "Value"), before)
	}
	return f.Name
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
