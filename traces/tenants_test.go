package traces

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/otlp"
	"supersonic/traces/storetest"
)

// asTenant sends a request with X-Scope-OrgID, none if name is "".
func asTenant(t *testing.T, name, method, url, kind string, body []byte) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if name != "" {
		req.Header.Set("X-Scope-OrgID", name)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

func protobuf(t *testing.T, td ptrace.Traces) []byte {
	t.Helper()
	body, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func seconds(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

func exportAs(t *testing.T, target storetest.Target, name string) (pcommon.TraceID, int) {
	t.Helper()
	id := storetest.NewID()
	code, _ := asTenant(t, name, http.MethodPost, target.HTTP+"/v1/traces", "application/x-protobuf", protobuf(t, storetest.Trace(id, "of-"+name, 3, time.Now())))
	return id, code
}

func TestATenantSeesItsOwnTracesAlone(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.MultiTenant = true
	target, stop := start(t, cfg, Deps{Log: testLog(t)})
	cms, code := exportAs(t, target, "cms")
	if code != http.StatusOK {
		t.Fatalf("export of a tenant: %d", code)
	}
	atlas, _ := exportAs(t, target, "atlas")

	trace := func(target storetest.Target, name string, id pcommon.TraceID) int {
		code, _ := asTenant(t, name, http.MethodGet, target.API+"/api/traces/"+hex.EncodeToString(id[:]), "", nil)
		return code
	}
	check := func(target storetest.Target) {
		t.Helper()
		for _, c := range []struct {
			name string
			id   pcommon.TraceID
			want int
		}{
			{"cms", cms, 200}, {"atlas", atlas, 200}, {"cms", atlas, 404}, {"atlas", cms, 404},
			{"cms|atlas", atlas, 200}, {"nobody", cms, 404}, {"", cms, 401}, {"../cms", cms, 400},
		} {
			if got := trace(target, c.name, c.id); got != c.want {
				t.Errorf("trace as %q: %d, want %d", c.name, got, c.want)
			}
		}
		_, body := asTenant(t, "atlas|cms", http.MethodGet, target.API+"/api/search?q=%7B%7D", "", nil)
		if n := strings.Count(body, `"traceID"`); n != 2 {
			t.Errorf("both tenants have %d traces, want 2: %s", n, body)
		}
	}
	check(target)
	if _, code := exportAs(t, target, ""); code != http.StatusUnauthorized {
		t.Errorf("an export that names no tenant: %d, want 401", code)
	}
	if _, code := exportAs(t, target, "a/b"); code != http.StatusBadRequest {
		t.Errorf("an export of a tenant that is no directory's name: %d, want 400", code)
	}
	for _, name := range []string{"cms", "atlas"} {
		if _, err := os.Stat(filepath.Join(cfg.DataDir, name, "LOCK")); err != nil {
			t.Error(err)
		}
	}
	stop()
	again, _ := start(t, cfg, Deps{Log: testLog(t)})
	check(again)
}

func TestTenantsAreBounded(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.MultiTenant = true
	for i := range maxTenants {
		if err := os.MkdirAll(filepath.Join(cfg.DataDir, "t"+hex.EncodeToString([]byte{byte(i)})), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	target, _ := start(t, cfg, Deps{Log: testLog(t)})
	if _, code := exportAs(t, target, "t00"); code != http.StatusOK {
		t.Errorf("a tenant that is there: %d", code)
	}
	if _, code := exportAs(t, target, "one-more"); code != http.StatusBadRequest {
		t.Errorf("one tenant too many: %d, want 400", code)
	}
}

func TestAnExportThatIsNotTakenMakesNoTenant(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.MultiTenant = true
	target, _ := start(t, cfg, Deps{Log: testLog(t)})
	for i := range 2 * maxTenants {
		name := "mistake-" + strconv.Itoa(i)
		for body, want := range map[string]int{"no export": http.StatusBadRequest, "": http.StatusOK} {
			if code, text := asTenant(t, name, http.MethodPost, target.HTTP+"/v1/traces", "application/x-protobuf", []byte(body)); code != want {
				t.Fatalf("%q of %s: %d %s", body, name, code, text)
			}
		}
	}
	entries, err := os.ReadDir(cfg.DataDir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) > 0 {
		t.Errorf("there are %d directories, %s first", len(entries), entries[0].Name())
	}
	var senders sync.WaitGroup
	codes := make([]int, maxTenants+8)
	for i := range codes {
		senders.Go(func() { _, codes[i] = exportAs(t, target, "new-"+strconv.Itoa(i)) })
	}
	senders.Wait()
	counts := map[int]int{}
	for _, code := range codes {
		counts[code]++
	}
	if counts[http.StatusOK] != maxTenants || counts[http.StatusBadRequest] != 8 {
		t.Errorf("answers to %d new tenants at once: %v", len(codes), counts)
	}
}

func TestDeletedTracesAreGone(t *testing.T) {
	cfg := testConfig(t.TempDir())
	target, stop := start(t, cfg, Deps{Log: testLog(t)})
	c := storetest.NewClient(t, target)
	gone, kept := storetest.NewID(), storetest.NewID()
	c.MustExport(storetest.Trace(gone, "gone", 3, time.Now()))
	c.MustExport(storetest.Trace(kept, "kept", 3, time.Now()))
	path := "/api/traces/" + hex.EncodeToString(gone[:])
	if code, body := asTenant(t, "", http.MethodDelete, target.API+path, "", nil); code != http.StatusForbidden || !strings.Contains(body, "local.traces.deletion") {
		t.Errorf("deletion that is not allowed: %d %s", code, body)
	}
	stop()

	cfg.Deletion = true
	target, stop = start(t, cfg, Deps{Log: testLog(t)})
	if code, body := asTenant(t, "", http.MethodDelete, target.API+path, "", nil); code != http.StatusOK || !strings.Contains(body, `"deletedTraces":1`) {
		t.Fatalf("deletion: %d %s", code, body)
	}
	check := func(target storetest.Target) {
		t.Helper()
		for id, want := range map[pcommon.TraceID]int{gone: 404, kept: 200} {
			if code, _ := asTenant(t, "", http.MethodGet, target.API+"/api/traces/"+hex.EncodeToString(id[:]), "", nil); code != want {
				t.Errorf("trace %s: %d, want %d", id, code, want)
			}
		}
		if _, body := asTenant(t, "", http.MethodGet, target.API+"/api/search?q=%7B%7D", "", nil); strings.Count(body, `"traceID"`) != 1 {
			t.Errorf("a search shows %s, want the kept trace alone", body)
		}
	}
	check(target)
	stop()
	target, _ = start(t, cfg, Deps{Log: testLog(t)})
	check(target)
	if code, body := asTenant(t, "", http.MethodDelete, target.API+"/api/traces?q="+`%7Bspan.storetest.tag%3D%22kept%22%7D`, "", nil); code != http.StatusOK || !strings.Contains(body, `"deletedTraces":1`) {
		t.Errorf("deletion by query: %d %s", code, body)
	}
}

func TestWhatLimitsCutIsMarkedAndCounted(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.Limits.Attributes, cfg.Limits.ValueBytes = 2, 20
	target, _ := start(t, cfg, Deps{Log: testLog(t)})
	c := storetest.NewClient(t, target)
	td := storetest.Trace(storetest.NewID(), "limits", 1, time.Now())
	s := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	s.SetName(strings.Repeat("x", 100))
	s.SetEndTimestamp(s.StartTimestamp() - 1)
	for _, k := range []string{"a", "b", "c"} {
		s.Attributes().PutStr(k, "1")
	}
	c.MustExport(td)
	for _, mark := range []string{"attributes_cut", "value_cut", "negative_duration"} {
		var a storetest.Answer
		c.GetJSON("/api/search?q="+`%7Bspan.supersonic.mark%3D~%22.*`+mark+`.*%22%7D`, &a)
		if len(a.Traces) != 1 {
			t.Errorf("a search for the mark %s shows %d traces, want 1", mark, len(a.Traces))
		}
		if _, _, body := c.Get("/metrics", ""); !strings.Contains(string(body), `supersonic_traces_spans_marked_total{mark="`+mark+`"} 1`) {
			t.Errorf("metrics do not count a span with the mark %s", mark)
		}
	}
}

func TestBackfillIsFoundAtItsTime(t *testing.T) {
	target, _ := start(t, testConfig(t.TempDir()), Deps{Log: testLog(t)})
	c := storetest.NewClient(t, target)
	at := time.Now().Add(-7 * 24 * time.Hour)
	id := storetest.NewID()
	c.MustExport(storetest.Trace(id, "late", 2, at))
	c.MustExport(storetest.Trace(storetest.NewID(), "now", 2, time.Now()))
	future := storetest.NewID()
	c.MustExport(storetest.Trace(future, "ahead", 2, time.Now().Add(time.Hour)))
	for _, q := range []struct {
		at   time.Time
		want pcommon.TraceID
	}{{at, id}, {time.Now().Add(time.Hour), future}} {
		var a storetest.Answer
		c.GetJSON("/api/search?q=%7B%7D&start="+seconds(q.at.Add(-time.Minute))+"&end="+seconds(q.at.Add(time.Minute)), &a)
		if len(a.IDs()) != 1 || a.IDs()[0] != hex.EncodeToString(q.want[:]) {
			t.Errorf("around %v: %v, want %s alone", q.at, a.IDs(), q.want)
		}
	}
	var a storetest.Answer
	c.GetJSON("/api/search?q="+`%7Bspan.supersonic.mark%3D%22future%22%7D&start=`+seconds(time.Now())+"&end="+seconds(time.Now().Add(2*time.Hour)), &a)
	if len(a.Traces) != 1 {
		t.Errorf("%d traces are marked as of the future, want 1", len(a.Traces))
	}
}

func TestBackupOfARunningStoreIsAStore(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.CutSpans = 50
	target, _ := start(t, cfg, Deps{Log: testLog(t)})
	c := storetest.NewClient(t, target)
	var ids []pcommon.TraceID
	for range 60 {
		id := storetest.NewID()
		ids = append(ids, id)
		c.MustExport(storetest.Trace(id, "backup", 3, time.Now()))
	}
	dest := filepath.Join(t.TempDir(), "copy")
	if _, err := Backup(cfg.DataDir, dest); err != nil {
		t.Fatal(err)
	}
	if r, err := Verify(context.Background(), dest, defaultTenant); err != nil || len(r.Problems) > 0 {
		t.Errorf("the copy: %v, %q", err, r.Problems)
	}
	copied, _ := start(t, testConfig(dest), Deps{Log: testLog(t)})
	found(t, copied, ids)

	var dump bytes.Buffer
	if n, err := Dump(context.Background(), cfg.DataDir, defaultTenant, &dump, DumpJSON); err != nil || n < 180 {
		t.Errorf("dump of a running store: %d spans, %v; want 180", n, err)
	}
	other, _ := start(t, testConfig(t.TempDir()), Deps{Log: testLog(t)})
	err := ReadDump(&dump, func(raw []byte, _ otlp.Bad) error {
		if code, body := asTenant(t, "", http.MethodPost, other.HTTP+"/v1/traces", "application/x-protobuf", raw); code != http.StatusOK {
			t.Errorf("import: %d %s", code, body)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	found(t, other, ids)
}
