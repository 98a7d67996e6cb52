// Package site reads values.yaml, the one configuration file of a site: the file
// that the SuperSONIC Helm chart (0.3.x) takes, unedited, and the section
// `local` that one machine needs besides.
//
// Load merges the user's files as Helm merges them (maps deep, lists replace,
// null deletes), applies --set, and decodes the result over Default into typed
// Values. Sections that are ours are strict: an unknown key is an error with
// file, line, column and the nearest known key. Sections of sub-charts
// (prometheus, grafana, tempo, opentelemetry-collector) keep what we do not use
// and list it in Notes; the keys we do use must have the right type.
//
// From the same file come the names of a release (Pods, ServiceHost, HostPart),
// the addresses to listen on (GatewayGRPC and its kin), and configuration in
// which those names are replaced by addresses (Rewrite, CollectorConfig). Where
// a value was written is known for every key (Origin), so that a later error of
// another part can name the user's line, and so that listeners stay on loopback
// unless a user's file says otherwise.
//
// Decisions that the chart leaves open:
//   - Every part is on unless a user's file says `enabled: false`. An enabled
//     prometheus.external switches our own Prometheus off, as in the chart.
//   - null empties a string, a list or a map and removes a key of a map. A
//     number, a boolean, a duration or a whole section gets its default again,
//     so a section whose lines are all commented out changes nothing.
//   - A plain yes, no, on or off is a boolean, as in Helm (YAML 1.1).
//   - `{{ .Release.Name }}` and `{{ .Release.Namespace }}` in sub-chart sections
//     are replaced, as these charts do; other templates are left as they are.
//
// Package site opens no listener and starts nothing; it reads the files named in
// Options and nothing else. A Site is not changed after Load: any number of
// goroutines may read it. Only `stack` and `cli` import this package.
package site
