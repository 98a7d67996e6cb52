package units

import (
	_ "embed"
	"math"
	"strconv"
	"strings"
	"sync"

	"supersonic/ui/payload"
)

// table.tsv has a line for each unit: its group, id and name, its family and what
// the family needs: the base unit's sign, and how many prefixes the unit stands
// above it ("kilowatt" is W, 1).
//
//go:embed table.tsv
var tsv string

type row struct{ group, id, name, family, sign, more string }

// rows reads the table once; it is a constant.
var rows = sync.OnceValue(func() []row {
	var out []row
	for line := range strings.Lines(tsv) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		out = append(out, row{f[0], f[1], f[2], f[3], f[4], f[5]})
	}
	return out
})

var byID = sync.OnceValue(func() map[string]row {
	out := map[string]row{}
	for _, r := range rows() {
		out[r.id] = r
	}
	return out
})

// Unit is one that an editor offers.
type Unit struct{ Group, ID, Name string }

// List is every unit in the order in which an editor offers them.
func List() []Unit {
	var out []Unit
	for _, r := range rows() {
		out = append(out, Unit{r.group, r.id, r.name})
	}
	return out
}

// Of describes how numbers of a unit are written, with as many decimals as each
// needs where decimals is nil. A unit that is not known stands behind the number.
func Of(unit string, decimals *int) payload.Format {
	f := payload.Format{Unit: unit, Kind: "scaled", Decimals: decimals, Scales: []payload.Scale{{Divide: 1}}, Words: []payload.Word{}}
	if unit == "" {
		return f
	}
	if r, ok := byID()[unit]; ok {
		r.describe(&f)
		return f
	}
	if !custom(&f, unit) {
		f.Scales[0].Suffix = " " + unit
	}
	return f
}

func (r row) describe(f *payload.Format) {
	switch r.family {
	case "plain":
		f.Scales[0].Suffix = r.sign
	case "si":
		offset, _ := strconv.Atoi(r.more)
		f.Scales = siScales(r.sign, offset)
	case "binary":
		offset, _ := strconv.Atoi(r.more)
		f.Scales = binaryScales(r.sign, offset)
	case "count":
		f.Scales = countScales(" " + r.sign)
	case "currency":
		currency(f, r.sign, r.more)
	default:
		own(f, r.id)
	}
}

// prefixes of SI that Grafana uses; the sixth is none.
func siPrefixes() []string {
	return []string{"f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y"}
}

// siScales are the steps of a unit that stands offset prefixes above its base. A
// zero keeps the unit itself, which is why that one stands first as well.
func siScales(base string, offset int) []payload.Scale {
	p := siPrefixes()
	zero := 5 + offset
	out := []payload.Scale{{From: 0, Divide: 1, Suffix: " " + p[zero] + base}}
	for i, prefix := range p {
		s := payload.Scale{From: math.Pow10(3 * (i - zero)), Divide: math.Pow10(3 * (i - zero)), Suffix: " " + prefix + base}
		if i == 0 {
			s.From = math.SmallestNonzeroFloat64
		}
		out = append(out, s)
	}
	return out
}

func binaryScales(base string, offset int) []payload.Scale {
	p := []string{"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"}
	out := []payload.Scale{{From: 0, Divide: 1, Suffix: " " + p[offset] + base}}
	for i, prefix := range p {
		s := payload.Scale{From: math.Pow(1024, float64(i-offset)), Divide: math.Pow(1024, float64(i-offset)), Suffix: " " + prefix + base}
		if i == 0 {
			s.From = math.SmallestNonzeroFloat64
		}
		out = append(out, s)
	}
	return out
}

// powers are steps of a thousand.
func powers(suffixes ...string) []payload.Scale {
	var out []payload.Scale
	for i, s := range suffixes {
		scale := payload.Scale{From: math.Pow10(3 * i), Divide: math.Pow10(3 * i), Suffix: s}
		if i == 0 {
			scale.From = 0
		}
		out = append(out, scale)
	}
	return out
}

func countScales(sign string) []payload.Scale {
	return powers(sign, "K"+sign, "M"+sign, "B"+sign, "T"+sign)
}

func currency(f *payload.Format, before, behind string) {
	f.Kind, f.Prefix, f.Scales = "currency", before, countScales(behind)
}

// own describes the units that belong to no family.
func own(f *payload.Format, id string) {
	switch id {
	case "string":
		f.Kind = "text"
	case "short":
		f.Scales = powers("", " K", " Mil", " Bil", " Tri", " Quadr", " Quint", " Sext", " Sept")
	case "percentunit":
		f.Scales = []payload.Scale{{Divide: 0.01, Suffix: "%"}}
	case "pressurepsi":
		f.Scales = powers("psi", "ksi", "Mpsi")
	case "yflops":
		f.Scales = siScales("FLOPS", 8)
	case "hex", "sci":
		f.Kind = map[string]string{"hex": "hex", "sci": "scientific"}[id]
	case "hex0x":
		f.Kind, f.Prefix = "hex", "0x"
	case "locale":
		f.Kind = "locale"
	case "bool", "bool_yes_no", "bool_on_off":
		f.Kind = "bool"
		f.Layout = map[string]string{"bool": "True/False", "bool_yes_no": "Yes/No", "bool_on_off": "On/Off"}[id]
	case "dtdurationms", "dtdurations", "dthms", "dtdhms", "clockms", "clocks":
		f.Kind, f.Layout = "clock", id
	default:
		if layout := dateLayout(id); layout != "" {
			f.Kind, f.Layout = "datetime", layout
			return
		}
		f.Scales = timeScales(id)
		if id == "s" || id == "timeticks" {
			f.Layout = "seconds"
		}
	}
}

func dateLayout(id string) string {
	base, today := strings.CutSuffix(id, "NoDateIfToday")
	layout := map[string]string{
		"dateTimeAsIso": "YYYY-MM-DD HH:mm:ss", "dateTimeAsUS": "MM/DD/YYYY h:mm:ss a", "dateTimeAsLocal": "MM/DD/YYYY, hh:mm:ss A",
		"dateTimeAsSystem": "YYYY-MM-DD HH:mm:ss", "dateTimeFromNow": "fromNow",
	}[base]
	if today && layout != "" {
		return layout + "|" + map[string]string{"dateTimeAsIso": "HH:mm:ss", "dateTimeAsUS": "h:mm:ss a", "dateTimeAsLocal": "hh:mm:ss A"}[base]
	}
	return layout
}

// custom reads the units of one's own.
func custom(f *payload.Format, unit string) bool {
	name, rest, ok := strings.Cut(unit, ":")
	if !ok {
		return false
	}
	switch name {
	case "prefix":
		f.Prefix = rest
	case "suffix":
		if f.Scales[0].Suffix = " " + rest; rest == "" {
			f.Scales[0].Suffix = ""
		}
	case "time":
		f.Kind, f.Layout = "datetime", rest
		if rest == "" {
			f.Layout = "YYYY-MM-DDTHH:mm:ssZ"
		}
	case "si":
		f.Scales = customSI(rest)
	case "count":
		f.Scales = countScales(" " + rest)
	case "currency":
		if sign, ok := strings.CutPrefix(rest, "financial:"); ok {
			financial(f, sign)
			break
		}
		currency(f, rest, "")
	case "bool":
		f.Kind, f.Layout = "bool", rest
	default:
		return false
	}
	return true
}

// customSI reads "mV": a prefix if one fits, and the base.
func customSI(unit string) []payload.Scale {
	runes := []rune(unit)
	if len(runes) > 1 {
		for i, p := range siPrefixes() {
			if p == string(runes[:1]) {
				return siScales(string(runes[1:]), i-5)
			}
		}
	}
	return siScales(unit, 0)
}

func financial(f *payload.Format, sign string) {
	f.Kind, f.Layout = "locale", "financial"
	if s, ok := strings.CutSuffix(sign, ":suffix"); ok {
		f.Scales[0].Suffix = s
		return
	}
	f.Prefix = strings.TrimSuffix(sign, ":prefix")
}
