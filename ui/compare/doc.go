// Package compare says how one trace differs from another of the same kind, and
// where the difference comes from.
//
// Steps are aligned by the path of their span: the names from the top down, and
// among siblings of one name which one it is, in the order of their starts. Pods
// are not part of it: the same model on another server is the same step.
//
// What the difference comes from is read off the two critical paths. Each covers
// its root's duration exactly, so what the steps differ by adds up to what the
// requests differ by; nothing is counted twice and nothing is left over.
//
// All is pure: it takes what package waterfall made of the traces.
package compare
