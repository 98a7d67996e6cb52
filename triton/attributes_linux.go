package triton

import "syscall"

// processAttributes puts a command at the head of its own process group and has
// the kernel kill it when the thread that started it ends, which is when this
// process dies however it dies.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
