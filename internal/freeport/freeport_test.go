package freeport_test

import (
	"fmt"
	"net"
	"testing"

	"supersonic/internal/freeport"
)

func TestNoPortIsGivenTwiceAndAllCanBeListenedOn(t *testing.T) {
	seen := map[int]bool{}
	for range 8 {
		for _, port := range freeport.For(t, 50) {
			if seen[port] {
				t.Errorf("port %d was given twice", port)
			}
			seen[port] = true
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err != nil {
				t.Error(err)
				continue
			}
			defer l.Close()
		}
	}
}

func TestAPortThatIsNotFreeIsNotGiven(t *testing.T) {
	_, _, err := freeport.Take(10001)
	if err == nil {
		t.Fatal("more ports than there are were given")
	}
	ports, release, err := freeport.Take(50)
	if err != nil {
		t.Fatal("those of a failed call were not given back: ", err)
	}
	defer release()
	if len(ports) != 50 {
		t.Errorf("%d ports of 50", len(ports))
	}
}
