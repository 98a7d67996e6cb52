package expression

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Expression is one that can be computed.
type Expression struct {
	Kind   string        // "math", "reduce", "resample", "threshold", "classic_conditions"
	Text   string        // in words, for whoever asks what was computed
	Step   time.Duration // between the points that it gives; 0: as its inputs have them
	inputs []string
	run    func(given) (Set, error)
}

// given is what an expression is computed of.
type given struct {
	sets     map[string]Set
	from, to time.Time
}

// Unknown is an expression of a kind that is not computed here.
type Unknown struct{ Kind string }

func (u *Unknown) Error() string {
	if u.Kind == "" {
		return "the expression has no type"
	}
	return fmt.Sprintf("expressions of the type %q are not computed here", u.Kind)
}

// target is a query of the data source __expr__ as a file has it.
type target struct {
	Type        string      `json:"type"`
	Expression  string      `json:"expression"`
	Reducer     string      `json:"reducer"`
	Settings    settings    `json:"settings"`
	Window      string      `json:"window"`
	Downsampler string      `json:"downsampler"`
	Upsampler   string      `json:"upsampler"`
	Conditions  []condition `json:"conditions"`
}

type settings struct {
	Mode    string   `json:"mode"`
	Replace *float64 `json:"replaceWithValue"`
}

// Read reads a query of the data source __expr__; fill puts the dashboard's
// variables into a text, and leaves $A as it is.
func Read(raw json.RawMessage, fill func(string) string) (*Expression, error) {
	var t target
	if err := json.Unmarshal(raw, &t); err != nil {
		return nil, fmt.Errorf("the expression cannot be read: %w", err)
	}
	t.Expression, t.Window = fill(t.Expression), fill(t.Window)
	switch t.Type {
	case "math":
		return readMath(t.Expression)
	case "reduce":
		return readReduce(t)
	case "resample":
		return readResample(t)
	case "threshold":
		return readThreshold(t)
	case "classic_conditions":
		return readClassic(t)
	}
	return nil, &Unknown{t.Type}
}

// Inputs are the refIds of the queries and expressions that it is computed of.
func (e *Expression) Inputs() []string { return e.inputs }

// Run computes it of the sets of its inputs, by refId, for a range. Where one of them
// gave nothing, it gives nothing.
func (e *Expression) Run(sets map[string]Set, from, to time.Time) (Set, error) {
	if e.Kind != "classic_conditions" {
		for _, name := range e.inputs {
			if len(sets[name]) == 0 {
				return nil, nil
			}
		}
	}
	return e.run(given{sets, from, to})
}

// oneInput reads "$A", "${A}" or "A".
func oneInput(text, what string) (string, error) {
	name := strings.TrimSpace(text)
	name = strings.TrimPrefix(name, "$")
	if inner, ok := strings.CutPrefix(name, "{"); ok {
		name = strings.TrimSuffix(inner, "}")
	}
	if name == "" {
		return "", fmt.Errorf("%s has no input: choose a query or an expression", what)
	}
	return name, nil
}

func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
