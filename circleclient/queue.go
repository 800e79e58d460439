package circleclient

import "slices"

// priority says who goes first.
type priority int

const (
	priorityWrite   priority = iota
	priorityStarted          // a read of a screen that has started
	priorityRead             // any other
	priorities
)

// waiter is a request that waits for its turn.
type waiter struct {
	ready  chan struct{}
	screen *screen // nil if the request stands by itself
	stay   func()  // makes it wait for longer
}

// queue is who waits: first come, first served for each, and taking turns among them.
type queue struct {
	turns   []string
	waiting map[string][]waiter
}

func (q *queue) join(who string, w waiter) {
	if q.waiting == nil {
		q.waiting = map[string][]waiter{}
	}
	if len(q.waiting[who]) == 0 {
		q.turns = append(q.turns, who)
	}
	q.waiting[who] = append(q.waiting[who], w)
}

// next removes the one whose turn it is.
func (q *queue) next() (who string, w waiter) {
	who = q.turns[0]
	q.turns = q.turns[1:]
	w = q.waiting[who][0]
	if q.waiting[who] = q.waiting[who][1:]; len(q.waiting[who]) > 0 {
		q.turns = append(q.turns, who)
	} else {
		delete(q.waiting, who)
	}
	return who, w
}

// leave removes those that no longer wait.
func (q *queue) leave(who string, leaves func(waiter) bool) (left []waiter) {
	if len(q.waiting[who]) == 0 {
		return nil
	}
	q.waiting[who] = slices.DeleteFunc(q.waiting[who], func(w waiter) bool {
		if !leaves(w) {
			return false
		}
		left = append(left, w)
		return true
	})
	if len(q.waiting[who]) == 0 {
		delete(q.waiting, who)
		q.turns = slices.DeleteFunc(q.turns, func(w string) bool { return w == who })
	}
	return left
}

// before is how many go before somebody who joins now.
func (q *queue) before(who string) int {
	own := len(q.waiting[who])
	n := own
	for other, waiting := range q.waiting {
		if other != who {
			n += min(len(waiting), own+1)
		}
	}
	return n
}

func (q *queue) empty() bool { return len(q.turns) == 0 }

func (q *queue) len() int {
	n := 0
	for _, waiting := range q.waiting {
		n += len(waiting)
	}
	return n
}
