// Package triton runs the inference servers of a site.
package triton
