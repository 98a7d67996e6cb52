// Package stack is the wiring: it turns a site into the configurations of its
// roles, makes them in the order in which they need each other's addresses, and
// runs them in the order in which they must stop. It is the only package that
// sees every role; it has no behaviour of its own beyond that.
//
// A whole site (`supersonic up`) has every role in this process, names of the
// release meaning its listeners. A pod has one role; names then stay what the
// cluster's DNS makes of them.
package stack
