package site

import "fmt"

// Reason says why a key of the user has no effect here.
type Reason string

// The reasons of a Note.
const (
	ReasonKubernetes Reason = "only means something on Kubernetes"
	ReasonUnused     Reason = "is not used"
	ReasonLeftover   Reason = "is a leftover"
	ReasonForeign    Reason = "names a host outside this site, left as it is"
	ReasonRemoved    Reason = "is empty, which removes the default, as in Helm"
)

// Note is something a user wrote that has no effect here, or less than it seems.
// It is no error: the file is the chart's too.
type Note struct {
	Origin
	Path string
	Why  Reason
	Text string // more about it; may be empty
}

// String gives `file:line:col: path: why: text`.
func (n Note) String() string {
	s := fmt.Sprintf("%s: %s: %s", n.Origin, n.Path, n.Why)
	if n.Text != "" {
		s += ": " + n.Text
	}
	return s
}
