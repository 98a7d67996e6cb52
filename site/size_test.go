package site

import "testing"

func TestSizesAreReadAsKubernetesWritesThem(t *testing.T) {
	for text, want := range map[string]Size{"0": 0, "7": 7, "64Ki": 64 << 10, "1.5Mi": 3 << 19, "50Gi": 50 << 30, "2G": 2e9, "3k": 3000, "1Ti": 1 << 40} {
		if got, err := parseSize(text); err != nil || got != want {
			t.Errorf("%q is %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "Gi", "-1Mi", "1Q", "1e30Gi", "NaN", "1 Gi", "Infinity"} {
		if got, err := parseSize(text); err == nil {
			t.Errorf("%q is taken as %d", text, got)
		}
	}
	for _, s := range []Size{0, 7, 64 << 10, 3 << 19, 50 << 30, 1 << 40, 1000} {
		if got, err := parseSize(s.String()); err != nil || got != s {
			t.Errorf("%d is written as %q, which is read as %d, %v", int64(s), s, got, err)
		}
	}
}
