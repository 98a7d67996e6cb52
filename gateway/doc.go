// Package gateway is the front door of a site: clients open one gRPC connection
// here and every call is relayed to the inference server that can start it
// soonest.
package gateway
