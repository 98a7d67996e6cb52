package gpu

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"supersonic/internal/listen"
)

// page runs a Page that asks a Prometheus with one answer.
func page(t *testing.T, answer string) (get func() (int, string), asked *string) {
	t.Helper()
	asked = new(string)
	prometheus := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked = r.FormValue("query")
		io.WriteString(w, answer)
	}))
	t.Cleanup(prometheus.Close)
	p, err := New(Config{HTTP: listen.Address{Addr: "127.0.0.1:0"}, Prometheus: prometheus.URL, Release: "site"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return func() (int, string) {
		res, err := http.Get("http://" + p.Addr().String() + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(body)
	}, asked
}

func TestEveryGPUOfTheSiteIsShownAsOneServersOwn(t *testing.T) {
	get, asked := page(t, `{"status":"success","data":{"resultType":"vector","result":[
		{"metric":{"__name__":"nv_gpu_utilization","gpu_uuid":"GPU-b","pod":"site-triton-1","release":"site"},"value":[1795395600.1,"0.5"]},
		{"metric":{"__name__":"nv_gpu_utilization","gpu_uuid":"GPU-a","pod":"site-triton-0","release":"site"},"value":[1795395600,"1"]},
		{"metric":{"__name__":"nv_energy_consumption","gpu_uuid":"GPU-a","pod":"site-triton-0"},"value":[1795395600,"7"]}]}}`)
	status, body := get()
	want := `# HELP nv_energy_consumption energy consumption of every GPU of the site
# TYPE nv_energy_consumption counter
nv_energy_consumption{gpu_uuid="GPU-a"} 7
# HELP nv_gpu_utilization gpu utilization of every GPU of the site
# TYPE nv_gpu_utilization gauge
nv_gpu_utilization{gpu_uuid="GPU-a"} 1
nv_gpu_utilization{gpu_uuid="GPU-b"} 0.5
`
	if status != http.StatusOK || body != want {
		t.Errorf("%d:\n%s\nwant:\n%s", status, body, want)
	}
	if !strings.Contains(*asked, `release="site"`) {
		t.Errorf("asked %s", *asked)
	}
}

func TestAMetricsStoreThatFailsIsSaid(t *testing.T) {
	get, _ := page(t, `{"status":"error","errorType":"timeout","error":"query timed out"}`)
	status, body := get()
	if status != http.StatusBadGateway || !strings.Contains(body, "query timed out") {
		t.Errorf("%d %s", status, body)
	}
}
