// Package repotest holds the rules of this repository as Go tests: which package
// may import which, that each says what it is, how long files and functions may
// grow, under which licences our modules are. Each failure says why its rule exists.
package repotest
