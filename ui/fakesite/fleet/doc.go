// Package fleet is the seeded traffic of a site of many pods: gateways in front of
// Triton servers of which one fails, one is slow and one gets twice its share. Each
// request is counted as its gateway and its server count it, and its spans are made if
// it is sampled, or if it failed. What was sent is known to the request (see
// [Fleet.Sent]), so that a test has the truth by a route on which nothing of the site
// is.
//
// Only tests use it: they scrape [Fleet.Pods], post what [Fleet.Until] makes and look
// at what a site makes of both.
package fleet
