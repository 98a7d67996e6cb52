package view

import (
	"math"
	"slices"

	"supersonic/ui/frame"
)

// Bounds of a regression.
const (
	maxDegree = 5
	maxFitted = 2000 // points of its line
)

// regression adds a frame with the line that fits the points of two fields best.
func (m *maker) regression(frames []frame.Frame, o options) []frame.Frame {
	x, y, at := m.regressed(frames, o)
	if x == nil || y == nil {
		return frames
	}
	degree, name := 1, "Linear regression"
	switch kind := o.text("modelType", "linear"); kind {
	case "linear":
	case "polynomial":
		degree, name = int(max(1, min(maxDegree, o.number("degree", 2)))), "Polynomial regression"
	default:
		m.warn("the regression %q is not known", kind)
		return frames
	}
	fit := fitted(x.Values, y.Values, degree)
	if fit == nil {
		return frames
	}
	n := int(max(2, min(maxFitted, o.number("predictionCount", o.number("resolution", 100)))))
	lo, hi := fit.from, fit.to
	xs, ys := make([]float64, n), make([]float64, n)
	for i := range xs {
		xs[i] = lo + (hi-lo)*float64(i)/float64(n-1)
		ys[i] = fit.at(xs[i])
	}
	line := frame.Frame{Name: name, RefID: frames[at].RefID, Fields: []frame.Field{
		{Name: x.Name, Kind: x.Kind, Display: x.Display, Unit: x.Unit, Values: xs}, {Name: name, Kind: frame.Number, Display: name, Unit: y.Unit, Values: ys}}}
	return append(slices.Clone(frames), line)
}

// regressed are the fields that the options name, else the first times (or numbers)
// and the first numbers beside them.
func (m *maker) regressed(frames []frame.Frame, o options) (x, y *frame.Field, at int) {
	wantX, wantY := m.env.fill(o.text("xFieldName", "")), m.env.fill(o.text("yFieldName", ""))
	names := newNames(frames)
	for i := range frames {
		x, y = nil, nil
		for j := range frames[i].Fields {
			f := &frames[i].Fields[j]
			is := func(want string) bool { return want == f.Name || want == names.of(i, j) }
			switch {
			case f.Kind == frame.Text:
			case x == nil && (wantX == "" && (f.Kind == frame.Time || f.Kind == frame.Number) || is(wantX)):
				x = f
			case y == nil && f.Kind == frame.Number && (wantY == "" || is(wantY)):
				y = f
			}
		}
		if x != nil && y != nil {
			return x, y, i
		}
	}
	return nil, nil, 0
}

// polynomial is a curve over from to to; x is scaled to -1 to 1, so that powers of
// times stay exact.
type polynomial struct {
	from, to float64
	factors  []float64
}

func (p *polynomial) at(x float64) float64 {
	u, sum := p.scaled(x), 0.0
	for _, f := range slices.Backward(p.factors) {
		sum = sum*u + f
	}
	return sum
}

func (p *polynomial) scaled(x float64) float64 {
	if p.to == p.from {
		return 0
	}
	return (x-p.from)/(p.to-p.from)*2 - 1
}

// fitted is the polynomial of least squares; nil where there are too few points.
func fitted(xs, ys []float64, degree int) *polynomial {
	p := &polynomial{from: math.Inf(1), to: math.Inf(-1)}
	var points [][2]float64
	for i := range min(len(xs), len(ys)) {
		if x, y := xs[i], ys[i]; !math.IsNaN(x+y) && !math.IsInf(x+y, 0) {
			points = append(points, [2]float64{x, y})
			p.from, p.to = min(p.from, x), max(p.to, x)
		}
	}
	if len(points) == 0 {
		return nil
	}
	size := min(degree, len(points)-1) + 1
	if p.from == p.to {
		size = 1
	}
	sums := make([][]float64, size)
	for i := range sums {
		sums[i] = make([]float64, size+1)
	}
	for _, pt := range points {
		u := p.scaled(pt[0])
		for i := range sums {
			for j := range size {
				sums[i][j] += math.Pow(u, float64(i+j))
			}
			sums[i][size] += math.Pow(u, float64(i)) * pt[1]
		}
	}
	p.factors = solved(sums)
	return p
}

// solved solves linear equations, the right side in the last column, by elimination
// with the largest pivot.
func solved(rows [][]float64) []float64 {
	n := len(rows)
	for c := range n {
		best := c
		for r := c + 1; r < n; r++ {
			if math.Abs(rows[r][c]) > math.Abs(rows[best][c]) {
				best = r
			}
		}
		rows[c], rows[best] = rows[best], rows[c]
		if rows[c][c] == 0 {
			continue
		}
		for r := range n {
			if r == c {
				continue
			}
			by := rows[r][c] / rows[c][c]
			for k := c; k <= n; k++ {
				rows[r][k] -= by * rows[c][k]
			}
		}
	}
	out := make([]float64, n)
	for i := range out {
		if rows[i][i] != 0 {
			out[i] = rows[i][n] / rows[i][i]
		}
	}
	return out
}
