// Written from the Go package ui/payload by its test (go test ./ui/payload -update); do not edit.
export * from './site'
export * from './trace'
export * from './traffic'
