package triton

import "slices"

// State is where a server is in its life.
type State string

// A pod goes starting -> ready <-> not ready, and after a crash backing off ->
// starting. Stopped is the end of Run; failed is for what no restart can heal
// without somebody's help, and is tried again all the same, at the longest pause.
const (
	Starting   State = "starting"
	Ready      State = "ready"
	NotReady   State = "not ready"
	BackingOff State = "backing off"
	Failed     State = "failed"
	Stopped    State = "stopped"
)

// Server is a snapshot of one pod. Its addresses stay as they are through
// restarts; everything else is of the moment. The caller owns it.
type Server struct {
	Pod      string
	GRPC     string // host:port
	HTTP     string
	Metrics  string
	Ready    bool
	State    State
	Reason   string // why it is not ready; of a ready one, what is still wrong with it
	Restarts int    // since Run began
	PID      int    // of tritonserver, 0 when none runs
	Version  string // as the server says, "2.51.0"; empty until it was ready
	Models   []ModelState
}

func (s Server) equal(o Server) bool {
	models := slices.Equal(s.Models, o.Models)
	return models && s.Pod == o.Pod && s.Ready == o.Ready && s.State == o.State && s.Reason == o.Reason &&
		s.Restarts == o.Restarts && s.PID == o.PID && s.Version == o.Version
}

// ModelState is one model version as the server's own repository index has it.
type ModelState struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	State   string `json:"state"` // READY, UNAVAILABLE, LOADING, ...; empty when never loaded
	Reason  string `json:"reason"`
}
