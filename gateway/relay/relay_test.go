package relay

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"testing"
	"time"

	"supersonic/internal/kserve"
)

func TestTimeoutsAreReadAsGRPCWritesThem(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1S": time.Second, "250m": 250 * time.Millisecond, "99999999n": 99999999, "5u": 5 * time.Microsecond,
		"2M": 2 * time.Minute, "1H": time.Hour, "99999999H": 10 * 365 * 24 * time.Hour, "0n": 0,
	} {
		if got, ok := parseTimeout(text); !ok || got != want {
			t.Errorf("%s: %v %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "S", "1", "123456789S", "-1S", "1.5S", "1x", " 1S"} {
		if d, ok := parseTimeout(text); ok {
			t.Errorf("%q was read as %v", text, d)
		}
	}
}

func TestMessagesAreEncodedForAHeaderAndBack(t *testing.T) {
	for _, s := range []string{"", "plain 'text'", "100 % ümlaut\n", "\x00\xff%41"} {
		if got := decodeMessage(encodeMessage(s)); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
	if got := decodeMessage("broken %4 %zz %"); got != "broken %4 %zz %" {
		t.Errorf("%q", got)
	}
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func TestTheModelIsReadFromAPrefixAlsoOfACompressedMessage(t *testing.T) {
	r := kserve.InferRequest{Model: "tau_id", Version: "2", Inputs: []kserve.Tensor{{Name: "X", Raw: make([]byte, 1<<16)}}}
	message := r.Append(nil)
	plain := frame(message)
	packed := frame(gzipped(message))
	packed[0] = 1
	h := http.Header{"Grpc-Encoding": {"gzip"}}
	for what, b := range map[string][]byte{"plain": plain[:40], "compressed": packed[:len(packed)-8]} {
		if name, version, done := modelOf(b, h); name != "tau_id" || version != "2" || !done {
			t.Errorf("%s: %q %q %v", what, name, version, done)
		}
	}
}

func TestNamesAreThoseThatServersReportAndBounded(t *testing.T) {
	n := NewNames()
	n.Add("a", "b", "")
	if n.Label("a") != "a" || n.Label("c") != unknown || n.Label("") != unknown {
		t.Error("labels")
	}
	for i := range 2 * maxModels {
		n.Add(string(rune(0x4e00 + i)))
	}
	if got := len(*n.known.Load()); got != maxModels || n.over.Load() != maxModels+2 {
		t.Errorf("%d names, %d over", got, n.over.Load())
	}
}

func FuzzParseTimeout(f *testing.F) {
	f.Add("1S")
	f.Add("99999999H")
	f.Fuzz(func(t *testing.T, s string) {
		if d, ok := parseTimeout(s); ok && (d < 0 || len(s) > 9) {
			t.Fatalf("%q is %v", s, d)
		}
	})
}

func FuzzModelOfFirstBytes(f *testing.F) {
	r := kserve.InferRequest{Model: "add_sub", Version: "1"}
	f.Add(frame(r.Append(nil)), "")
	packed := frame(gzipped(r.Append(nil)))
	packed[0] = 1
	f.Add(packed, "gzip")
	f.Add(packed, "deflate")
	f.Fuzz(func(t *testing.T, b []byte, encoding string) {
		name, version, _ := modelOf(b, http.Header{"Grpc-Encoding": {encoding}})
		if len(name)+len(version) > max(len(b), peekLimit) {
			t.Fatal("a name longer than what was read")
		}
	})
}

func FuzzDecodeMessage(f *testing.F) {
	f.Add("asked for")
	f.Add("100 %25 %zz %")
	f.Fuzz(func(t *testing.T, s string) {
		if len(decodeMessage(s)) > len(s) {
			t.Fatal("longer than its encoding")
		}
		if got := decodeMessage(encodeMessage(s)); got != s {
			t.Fatalf("%q became %q", s, got)
		}
	})
}
