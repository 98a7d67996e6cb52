package triton

import (
	"testing"

	"supersonic/deploy/models"
)

func TestDemoModelsLoadOnARealServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := models.Write(dir); err != nil {
		t.Fatal(err)
	}
	w := start(t, config(t, 1, "tritonserver --model-repository="+dir))
	s := w.until("ready server", allReady)[0]
	for _, m := range s.Models {
		if m.State != "READY" {
			t.Errorf("model %s is %s: %s", m.Name, m.State, m.Reason)
		}
	}
	if len(s.Models) != 5 {
		t.Errorf("%d models, want five", len(s.Models))
	}
}
