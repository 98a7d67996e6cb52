// Package boards keeps dashboards: those that the site's files name, read again
// when they change, two of our own for a site that names none, and those that
// readers saved on the page, in a directory of the data directory.
//
// A saved dashboard is one file of Grafana's JSON, <uid>.json, replaced as a whole;
// the versions before it lie in versions/<uid>/. A file that cannot be read is set
// aside (<uid>.json.damaged) and told. Who may save is not decided here.
//
// Package ui calls it at each question. Nothing runs between calls: files are
// looked at again when a question comes and the last look is older than a few
// seconds. A Store is safe for concurrent use.
package boards
