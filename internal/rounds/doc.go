// Package rounds tells tests of properties on how many random cases to try them.
// SUPERSONIC_ROUNDS is the percentage to try: 100 where it is not set, as in `make
// test`; hack/race.sh sets less, because its detector makes each case cost ten times
// as much and looks for races, which do not hide in the hundredth case. Tests import
// it; calls do not depend on one another.
package rounds
