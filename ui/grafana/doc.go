// Package grafana reads Grafana's own files: dashboards (JSON, any schema version
// that its documentation describes, older forms turned into today's), the
// provisioning of data sources and dashboards, the keys of grafana.ini that the
// chart sets.
//
// What a file asks for and the page does not know is kept and listed, never left
// out in silence: Panel.Unknown and Dashboard.Unknown.
//
// It is pure: it reads bytes and knows nothing of data or of drawing. Values are
// read by ui/query and ui/view and never changed.
package grafana
