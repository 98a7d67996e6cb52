package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"supersonic/internal/kserve"
)

func main() {
	program := flag.String("program", "bin/supersonic", "the `binary` to run")
	out := flag.String("out", "ui/latency/testdata", "`directory` of the recordings")
	set := flag.String("set", "first", "`cases` to record: first, second, third, fourth, fifth, sixth, seventh")
	only := flag.String("only", "", "`names` of cases, by commas; empty: all")
	port := flag.Int("port", 23500, "the first of eight free `ports`")
	flag.Parse()
	if flag.Arg(0) == serverWord {
		os.Exit(serve(flag.Args()[1:]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	list, known := sets()[*set]
	if !known {
		fmt.Fprintf(os.Stderr, "no set %s of cases\n", *set)
		os.Exit(2)
	}
	for _, s := range list {
		if *only != "" && !slices.Contains(strings.Split(*only, ","), s.name) {
			continue
		}
		if err := record(ctx, *program, *out, *port, s); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", s.name, err)
			os.Exit(1)
		}
		fmt.Println(s.name, "is recorded")
	}
}

// record runs one case from start to stop.
func record(ctx context.Context, program, out string, port int, s situation) (err error) {
	dir, err := os.MkdirTemp("", "record")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	models := filepath.Join(dir, "models")
	values := filepath.Join(dir, "values.yaml")
	if err := errors.Join(writeModels(models, s.models), os.WriteFile(values, []byte(s.values(port, models)), 0o644)); err != nil {
		return err
	}
	if s.ails.kind != "" {
		small := filepath.Join(dir, "fewer")
		if err := errors.Join(writeModels(small, singly(s.models)), s.ails.apply(dir, values, small)); err != nil {
			return err
		}
	}
	data := filepath.Join(dir, "data")
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, program, "up", "-f", values, "--data-dir", data)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		return err
	}
	counters, err := drive(ctx, port, s)
	cmd.Process.Signal(syscall.SIGTERM)
	if ended := cmd.Wait(); err == nil && ended != nil {
		err = ended
	}
	if err != nil {
		text := said.String()
		return fmt.Errorf("%w\n%s", err, text[max(0, len(text)-3000):])
	}
	dump := exec.CommandContext(ctx, program, "traces", "dump", "-f", values, "--data-dir", data)
	spans, err := dump.Output()
	if err != nil {
		return fmt.Errorf("dump the traces: %w", err)
	}
	base := filepath.Join(out, s.name)
	return errors.Join(writeGzip(base+".otlp.jsonl.gz", spans), os.WriteFile(base+".counters.json", counters, 0o644))
}

func (s situation) values(port int, models string) string {
	return fmt.Sprintf(`
triton: {replicas: %d}
envoy:
  enabled: %t
  tracing_sampling_rate: %s
  service: {ports: [{name: grpc, port: %d}, {name: admin, port: %d}]}
prometheus: {server: {service: {servicePort: %d}}}
grafana: {service: {port: %d}}
tempo:
  tempo:
    server: {http_listen_port: %d}
    receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:0"}, http: {endpoint: "127.0.0.1:0"}}}}
opentelemetry-collector:
  config:
    receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:%d"}, http: {endpoint: "127.0.0.1:%d"}}}}
    extensions: {health_check: {endpoint: "127.0.0.1:%d"}}
local: {triton: {modelRepository: %q}}
`, s.servers, s.path == throughGateway, s.sampling, port, port+1, port+2, port+3, port+4, port+5, port+6, port+7, models)
}

// drive sends the load and returns the counters after it.
func drive(ctx context.Context, port int, s situation) ([]byte, error) {
	targets, end, err := s.targets(ctx, port)
	if err != nil {
		return nil, fmt.Errorf("wait for the servers: %w", err)
	}
	defer end()
	sending, stop := context.WithTimeout(ctx, time.Duration(s.seconds*float64(time.Second)))
	defer stop()
	if err := s.send(sending, targets); err != nil {
		return nil, err
	}
	ended := time.Now()
	prometheus := fmt.Sprintf("http://127.0.0.1:%d", port+2)
	// The servers export every 5 s; a scrape after the end has the last counts.
	if err := poll(ctx, 30*time.Second, func() error { return scrapedSince(prometheus, ended.Add(6*time.Second)) }); err != nil {
		return nil, err
	}
	return get(prometheus + "/api/v1/query?query=" + url.QueryEscape(`{__name__=~"nv_inference_.*|supersonic_gateway_requests_total"}`))
}

func (s situation) request(l send) *kserve.InferRequest {
	n := l.floats
	if n == 0 {
		n = 16
	}
	rows := max(1, l.rows)
	shape := []int64{int64(rows), int64(n / rows)}
	for _, m := range s.models {
		if m.name == l.model && m.steps == nil && m.batch == 0 {
			shape = shape[1:]
		}
	}
	raw := make([]byte, 0, 4*n)
	for i := range n {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(i)))
	}
	return &kserve.InferRequest{Model: l.model, Inputs: []kserve.Tensor{{Name: "X", Datatype: "FP32", Shape: shape, Raw: raw}}}
}

func poll(ctx context.Context, within time.Duration, check func() error) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		err := check()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func allReady(address string, servers int) error {
	body, err := get(address)
	if err != nil {
		return err
	}
	up := 0
	for line := range strings.Lines(string(body)) {
		if strings.HasPrefix(line, "supersonic_gateway_server_ready{") && strings.HasSuffix(strings.TrimSpace(line), " 1") {
			up++
		}
	}
	if up < servers {
		return fmt.Errorf("%d of %d servers are ready", up, servers)
	}
	return nil
}

func scrapedSince(prometheus string, since time.Time) error {
	body, err := get(prometheus + "/api/v1/query?query=" + url.QueryEscape(`min(timestamp(nv_inference_request_success))`))
	if err != nil {
		return err
	}
	var got struct {
		Data struct{ Result []struct{ Value [2]any } }
	}
	if err := json.Unmarshal(body, &got); err != nil {
		return err
	}
	if len(got.Data.Result) == 0 {
		return errors.New("no scrape yet")
	}
	var at float64
	if _, err := fmt.Sscan(fmt.Sprint(got.Data.Result[0].Value[1]), &at); err != nil {
		return err
	}
	if at < float64(since.UnixMilli())/1000 {
		return errors.New("no scrape since the end of the load")
	}
	return nil
}

func get(address string) ([]byte, error) {
	res, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", address, res.Status)
	}
	return body, err
}

func writeGzip(path string, text []byte) error {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(text); err != nil {
		return err
	}
	return errors.Join(z.Close(), os.WriteFile(path, b.Bytes(), 0o644))
}
