package access

import (
	"sync"
	"time"
)

// Wrong passwords that an address may send before it waits, how long it waits,
// and how many addresses are remembered.
const (
	maxWrong      = 5
	waitAfter     = 5 * time.Minute
	maxRemembered = 10_000
)

// throttle makes guessing passwords slow: after maxWrong wrong ones an address
// waits, and so does every address for a name that many try at once.
type throttle struct {
	now func() time.Time

	mu    sync.Mutex
	wrong map[string]tries
}

type tries struct {
	n    int
	last time.Time
}

func newThrottle() *throttle { return &throttle{now: time.Now, wrong: map[string]tries{}} }

// wait is how long who asks has to wait, 0 if he need not.
func (t *throttle) wait(who string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	tried := t.wrong[who]
	if left := waitAfter - t.now().Sub(tried.last); tried.n >= maxWrong && left > 0 {
		return left
	}
	return 0
}

// failed counts a wrong password. At the bound old ones are forgotten, and if
// there are none, new addresses are not remembered: the others keep waiting.
func (t *throttle) failed(who string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	tried, known := t.wrong[who]
	if !known && len(t.wrong) >= maxRemembered {
		for w, old := range t.wrong {
			if now.Sub(old.last) > waitAfter {
				delete(t.wrong, w)
			}
		}
		if len(t.wrong) >= maxRemembered {
			return
		}
	}
	if now.Sub(tried.last) > waitAfter {
		tried.n = 0
	}
	t.wrong[who] = tries{tried.n + 1, now}
}

// passed forgets the wrong ones of who sent the right one.
func (t *throttle) passed(who string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.wrong, who)
}
