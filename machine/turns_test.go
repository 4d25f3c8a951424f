package machine

import (
	"slices"
	"testing"
	"time"
)

func TestSlicesLetAllOthersPass(t *testing.T) {
	var lock turns
	lock.Lock()
	came := make(chan string)
	enter := func(name string, lockIt func()) {
		go func() {
			lockIt()
			came <- name
		}()
		for { // until it waits
			lock.mu.Lock()
			n := len(lock.waiting) + len(lock.slices)
			lock.mu.Unlock()
			if n == waiting(name) {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}
	enter("1: slice", lock.LockForSlice)
	enter("2: call", lock.Lock)
	enter("3: slice", lock.LockForSlice)
	enter("4: call", lock.Lock)
	var order []string
	for range 4 {
		lock.Unlock()
		order = append(order, <-came)
	}
	if want := []string{"2: call", "4: call", "1: slice", "3: slice"}; !slices.Equal(order, want) {
		t.Errorf("the order is %q, not %q", order, want)
	}
	if lock.Unlock(); lock.taken {
		t.Error("nobody has it, and nobody can")
	}
}

func waiting(name string) int { return int(name[0] - '0') }

func TestTheStateBelongsToOneAtATime(t *testing.T) {
	var lock turns
	inside, sum := 0, 0
	done := make(chan bool)
	const n, rounds = 8, 200
	for i := range n {
		go func() {
			for range rounds {
				if i%2 == 0 {
					lock.Lock()
				} else {
					lock.LockForSlice()
				}
				if inside++; inside != 1 {
					t.Error("two have it")
				}
				sum++
				inside--
				lock.Unlock()
			}
			done <- true
		}()
	}
	for range n {
		<-done
	}
	if sum != n*rounds {
		t.Errorf("%d of %d came through", sum, n*rounds)
	}
}
