package ingest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"

	"supersonic/traces/traffic"
)

// The exporters of the benchmark are a process of their own, so that the CPU time of
// this one is the server's.
const exporterVariable = "INGEST_EXPORTER"

func TestMain(m *testing.M) {
	if target := os.Getenv(exporterVariable); target != "" {
		if err := exportTo(target, os.Getenv("INGEST_COMPRESSION"), os.Getenv("INGEST_EXPORTS")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

const (
	exporters   = 8
	exportCalls = 64 // exports that are there to be sent
)

// exportTo sends so many exports from 8 connections, one at a time each.
func exportTo(target, compression, count string) error {
	total, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	stream := traffic.New(traffic.Options{Seed: 1})
	var exports [][]byte
	for range exportCalls {
		raw, _ := stream.Next()
		exports = append(exports, append([]byte(nil), raw...))
	}
	opts := []grpc.CallOption{grpc.ForceCodecV2(rawCodec{new(buffers)})}
	if compression != "" {
		opts = append(opts, grpc.UseCompressor(compression))
	}
	var next atomic.Int64
	var first atomic.Pointer[error]
	var wg sync.WaitGroup
	for range exporters {
		wg.Go(func() {
			conn, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
			if err != nil {
				first.Store(&err)
				return
			}
			defer conn.Close()
			for n := next.Add(1); n <= int64(total); n = next.Add(1) {
				in, out := message{mem.SliceBuffer(exports[n%exportCalls])}, message{}
				if err := conn.Invoke(context.Background(), exportMethod, &in, &out, opts...); err != nil {
					first.Store(&err)
					return
				}
			}
		})
	}
	wg.Wait()
	if err := first.Load(); err != nil {
		return *err
	}
	return nil
}

// cpu is the CPU time of the process in seconds.
func cpu() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// BenchmarkGRPC tells the CPU seconds of the whole server with its decoder for a
// million spans, and a store that keeps nothing.
func BenchmarkGRPC(b *testing.B) {
	for _, compression := range []string{"", "snappy", "zstd", "gzip"} {
		b.Run("compression="+compression, func(b *testing.B) {
			var kept atomic.Int64
			r := New(Options{Store: nowhere{}, Events: Events{Kept: func(n int) { kept.Add(int64(n)) }}})
			s := r.GRPCServer()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			go s.Serve(l)
			defer s.Stop()
			start := cpu()
			for b.Loop() {
				cmd := exec.Command(os.Args[0])
				cmd.Env = append(os.Environ(), exporterVariable+"="+l.Addr().String(), "INGEST_COMPRESSION="+compression, "INGEST_EXPORTS=2000")
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("%v: %s", err, out)
				}
			}
			b.ReportMetric((cpu()-start)/float64(kept.Load())*1e6, "CPU-s/Mspan")
			b.ReportMetric(float64(kept.Load())/b.Elapsed().Seconds(), "spans/s")
		})
	}
}
