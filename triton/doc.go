// Package triton runs the inference servers of a site: real tritonserver processes,
// one for each pod, from the command that values.yaml gives a pod. It starts them,
// says when they are ready and what they serve, starts them again when they crash,
// and leaves no process behind. It never looks at a request.
//
// # The command
//
// triton.command and triton.args are taken as Kubernetes takes them. "sh -c SCRIPT"
// is interpreted in this process by mvdan.cc/sh: the script's commands run as they
// are, but for `hostname`, which prints the pod's name, and `tritonserver` (any
// path, in a variable, behind exec, env, nice and their like, in a nested sh),
// whose final argument list is edited: where it listens, which repositories it has
// when local.triton says so, where and how it traces. An interpreter in place, and
// not a real shell with a shim on PATH, because an absolute path or a variable in
// the script's text would pass a shim by, and a shim process for each pod would be
// this whole binary once more in memory. What the interpreter does not do: a script
// that another program than a shell runs is not seen, and `ulimit` and `umask` are
// not there.
//
// # Processes
//
// Each command leads its own process group. When a leader ends, the rest of its
// group is killed; a helper that makes its own session is out of reach. On Linux
// the kernel kills a server when this process dies, however it dies, and the stubs
// of the python backend end by themselves within seconds when their server is gone.
// SIGTERM goes to the server alone, SIGKILL to the group. Linux only, as Triton.
//
// # What was measured with Triton 2.51
//
// A server that stops waits for idle HTTP connections until its exit timeout, so
// the probe keeps none and a server without models and requests is killed after
// two seconds. With OpenTelemetry tracing under parallel gRPC load it crashes now
// and then (signal 11 or 6), and after "Signal (11) received." it can hang for
// good: such a one is killed and started again.
//
// # Concurrency
//
// One goroutine for a pod's life, one for its probe, one for its output, and one
// thread for each running process. Servers and Changed may be called by anybody.
package triton
