package collector

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// origin turns keys of the collector's configuration into places of the user's file.
type origin struct {
	key  string // where the configuration stands in values.yaml
	line func(string) string
}

// name is the full path in values.yaml of a dotted key of the configuration.
func (o origin) name(key string) string {
	if key == "" {
		return o.key
	}
	return o.key + "." + key
}

// prefix is "values.yaml:31:5: " of key or of the nearest key above it that a file
// says; "" if none does.
func (o origin) prefix(key string) string {
	if o.line == nil {
		return ""
	}
	for path := o.name(key); path != ""; path = parent(path) {
		if at := o.line(path); at != "" {
			return at + ": "
		}
	}
	return ""
}

func parent(path string) string {
	i := strings.LastIndexByte(path, '.')
	return path[:max(i, 0)]
}

func (o origin) problem(key, message, hint string) error {
	if hint != "" {
		message += " (" + hint + ")"
	}
	return errors.New(o.prefix(key) + o.name(key) + ": " + message)
}

// explain puts the key and the line of the user's file before the collector's own
// message, and a hint behind it.
func (l *loader) explain(err error) error {
	message := plain(err.Error())
	key := l.place(message, keyOf(message))
	hint := l.suggest(message, key) + hintFor(message)
	if hint != "" {
		hint = " (" + strings.TrimSpace(hint) + ")"
	}
	return &configError{
		text: fmt.Sprintf("%s%s: %s%s", l.origin.prefix(key), l.origin.name(key), message, hint),
		err:  err,
	}
}

// configError is the collector's refusal of a configuration.
type configError struct {
	text string
	err  error
}

func (e *configError) Error() string { return e.text }
func (e *configError) Unwrap() error { return e.err }

var (
	wrapping = regexp.MustCompile(`(cannot unmarshal the configuration: |decoding failed due to the following error\(s\):\s*|cannot resolve the configuration: |failed to build pipelines: )`)
	blanks   = regexp.MustCompile(`\s*\n\s*`)
	values   = regexp.MustCompile(`\(valid values: \[([^\]]*)\]\)`)
)

// plain takes the collector's wrapping from its message, which may have several
// lines, and sorts what comes in the order of a map.
func plain(message string) string {
	message = wrapping.ReplaceAllString(message, "")
	message = blanks.ReplaceAllString(strings.TrimSpace(message), "; ")
	return values.ReplaceAllStringFunc(message, func(m string) string {
		names := strings.Fields(values.FindStringSubmatch(m)[1])
		slices.Sort(names)
		return "(valid values: " + strings.Join(names, ", ") + ")"
	})
}

var (
	inComponent = regexp.MustCompile(`'(receivers|processors|exporters|connectors|extensions)' error reading configuration for "([^"]+)":(?: '([^']*)')?`)
	unknownType = regexp.MustCompile(`'(receivers|processors|exporters|connectors|extensions)' unknown type: "[^"]*" for id: "([^"]+)"`)
	badKeys     = regexp.MustCompile(`has invalid keys: ([^\s,;]+)`)
	colons      = regexp.MustCompile(`(?:^|; )((?:receivers|processors|exporters|connectors|extensions|service)(?:::[^:\s]+(?:/[^:\s]+)?)+): `)
	notMade     = regexp.MustCompile(`failed to create "([^"]+)" (receiver|processor|exporter|connector|extension)`)
	connectorIn = regexp.MustCompile(`connector "([^"]+)" used as`)
	quotedPath  = regexp.MustCompile(`^'([a-z][^']*)' `)
)

// keyOf reads the key that a message of the collector speaks of, dotted; "" if it
// cannot be told.
func keyOf(message string) string {
	if m := unknownType.FindStringSubmatch(message); m != nil {
		return m[1] + "." + m[2]
	}
	key := ""
	if m := inComponent.FindStringSubmatch(message); m != nil {
		key = join(m[1], m[2], m[3])
	} else if m := colons.FindStringSubmatch(message); m != nil {
		return strings.ReplaceAll(m[1], "::", ".")
	} else if m := notMade.FindStringSubmatch(message); m != nil {
		return m[2] + "s." + m[1]
	} else if m := connectorIn.FindStringSubmatch(message); m != nil {
		return "connectors." + m[1]
	} else if m := quotedPath.FindStringSubmatch(message); m != nil {
		key = undecorated(m[1])
	}
	if m := badKeys.FindStringSubmatch(message); m != nil {
		key = join(key, m[1])
	}
	return key
}

// goType is how the decoder calls the top of a structure: 'otlpexporter.Config'.
var goType = regexp.MustCompile(`^\w+\.(\w*Config|configSettings)$`)

// undecorated writes 'pipelines[traces].receivers' with dots, and a Go type not at all.
func undecorated(path string) string {
	if goType.MatchString(path) {
		return ""
	}
	path = strings.NewReplacer("[", ".", "]", "").Replace(path)
	return strings.Trim(path, ".")
}

func join(parts ...string) string {
	for i := range parts {
		parts[i] = undecorated(parts[i])
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ".")
}

// hints are what to do about a message of the collector, by a part of it.
var hints = []struct{ part, hint string }{
	{"unknown type", "this build has these components only; take it out or use another"},
	{"has invalid keys", "check the spelling and the indentation; the collector's 0.158 documentation lists the keys"},
	{"references receiver", "add it under receivers or connectors, or take it from the pipeline"},
	{"references exporter", "add it under exporters or connectors, or take it from the pipeline"},
	{"references processor", "add it under processors, or take it from the pipeline"},
	{"references extension", "add it under extensions, or take it from service.extensions"},
	{"used as exporter in", "name the connector as a receiver of another pipeline too"},
	{"used as receiver in", "name the connector as an exporter of another pipeline too"},
	{"scheme", "only ${env:...}, ${file:...} and ${yaml:...} can be resolved"},
	{"OTTL statement", "the statements of the transform and filter processors are in the collector's 0.158 documentation"},
	{"invalid duration", "write a duration such as 15s"},
	{"expected type", "check the type of the value"},
	{"unconvertible type", "check the type of the value"},
	{"parsing", "check the type of the value"},
	{"telemetry type is not supported", "this component cannot be in a pipeline of this kind"},
}

func hintFor(message string) string {
	for _, h := range hints {
		if strings.Contains(message, h.part) {
			return h.hint
		}
	}
	return ""
}
