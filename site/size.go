package site

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// Size is a number of bytes, written as Kubernetes writes quantities: 512Mi, 50Gi,
// 1G, or a plain number.
type Size int64

var sizeUnits = []struct {
	suffix string
	bytes  float64
}{
	{"Ki", 1 << 10}, {"Mi", 1 << 20}, {"Gi", 1 << 30}, {"Ti", 1 << 40},
	{"k", 1e3}, {"K", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}, {"", 1},
}

// String is the size as a file would write it.
func (s Size) String() string {
	for i := 3; i >= 0; i-- {
		if unit := Size(sizeUnits[i].bytes); s != 0 && s%unit == 0 {
			return strconv.FormatInt(int64(s/unit), 10) + sizeUnits[i].suffix
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

func (d *decoder) size(n *node, v reflect.Value, path string) {
	text, isText := n.value.(string)
	if number, isInt := n.value.(int); isInt {
		text = strconv.Itoa(number)
	} else if !isText || n.kind != kindString {
		d.wrong(n, path, "a size such as 512Mi or 50Gi")
		return
	}
	size, err := parseSize(text)
	if err != nil {
		d.fail(n, path, err.Error(), "write a number of bytes and a unit: 64Ki, 512Mi, 50Gi")
		return
	}
	v.SetInt(int64(size))
}

func parseSize(text string) (Size, error) {
	for _, u := range sizeUnits {
		number, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		f, err := strconv.ParseFloat(number, 64)
		if err != nil || !(f >= 0) || f*u.bytes > math.MaxInt64/2 {
			break
		}
		return Size(f * u.bytes), nil
	}
	return 0, fmt.Errorf("%.40q is not a size", text)
}
