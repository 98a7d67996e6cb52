package gateway

import (
	"syscall"
	"testing"
	"time"
)

// processCPU is the time that this process has used, user and system.
func processCPU(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRelay makes calls of 1 KiB each way from 8 connections with 16 calls
// open on each, through a gateway and directly. The difference of cpu-s/100k is
// the gateway's; client and server are in the same process.
func BenchmarkRelay(b *testing.B) {
	for name, p := range map[string]float64{"direct": -1, "sampling 0": 0, "sampling 1": 1} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b, 1, func(c *Config, _ *Deps) { c.Sampling = max(p, 0) })
			addr := w.g.Addr().String()
			if p < 0 {
				addr = w.servers[0].addr
			}
			const conns, streams = 8, 16
			work := make(chan struct{}, conns*streams)
			done := make(chan struct{})
			for range conns {
				client := w.dialTo(addr)
				for range streams {
					go func() {
						for range work {
							invoke(b, client)
						}
						done <- struct{}{}
					}()
				}
			}
			before := processCPU(b)
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				work <- struct{}{}
			}
			close(work)
			for range conns * streams {
				<-done
			}
			b.StopTimer()
			used := processCPU(b) - before
			b.ReportMetric(used.Seconds()/float64(b.N)*1e5, "cpu-s/100k")
		})
	}
}
