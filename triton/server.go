package triton

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
	Reason   string // why it is not ready; empty when it is
	Restarts int    // since Run began
	PID      int    // of tritonserver, 0 when none runs
	Models   []ModelState
}

// ModelState is one model version as the server's own repository index has it.
type ModelState struct {
	Name    string
	Version string
	State   string // READY, UNAVAILABLE, LOADING, ... ; empty when never loaded
	Reason  string
}
