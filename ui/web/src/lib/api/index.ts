// Written from the Go package ui/payload by its test (go test ./ui/payload -update); do not edit.
export * from './chart'
export * from './dashboard'
export * from './explore'
export * from './panel'
export * from './session'
export * from './site'
export * from './trace'
export * from './traffic'
