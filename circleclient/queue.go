package circleclient

import "slices"

// rank says who goes first.
type rank int

const (
	priorityWrite   rank = iota
	begun        // a read of an errand of which something has been sent
	unbegun      // any other
	ranks
)

// waiter is a call that waits for its turn.
type waiter struct {
	ready  chan struct{}
	errand *errand // nil where the call stands alone
	stay   func()  // makes it wait for longer
}

// line is who waits, first come first served for each, taking turns among them.
type line struct {
	turns   []string
	waiting map[string][]waiter
}

func (l *line) join(who string, w waiter) {
	if l.waiting == nil {
		l.waiting = map[string][]waiter{}
	}
	if len(l.waiting[who]) == 0 {
		l.turns = append(l.turns, who)
	}
	l.waiting[who] = append(l.waiting[who], w)
}

// next takes the one out whose turn it is.
func (l *line) next() (who string, w waiter) {
	who = l.turns[0]
	l.turns = l.turns[1:]
	w = l.waiting[who][0]
	if l.waiting[who] = l.waiting[who][1:]; len(l.waiting[who]) > 0 {
		l.turns = append(l.turns, who)
	} else {
		delete(l.waiting, who)
	}
	return who, w
}

// leave takes those out who no longer wait.
func (l *line) leave(who string, leaves func(waiter) bool) (left []waiter) {
	if len(l.waiting[who]) == 0 {
		return nil
	}
	l.waiting[who] = slices.DeleteFunc(l.waiting[who], func(w waiter) bool {
		if !leaves(w) {
			return false
		}
		left = append(left, w)
		return true
	})
	if len(l.waiting[who]) == 0 {
		delete(l.waiting, who)
		l.turns = slices.DeleteFunc(l.turns, func(w string) bool { return w == who })
	}
	return left
}

// before is how many go before somebody who joins now.
func (l *line) before(who string) int {
	own := len(l.waiting[who])
	n := own
	for other, waiting := range l.waiting {
		if other != who {
			n += min(len(waiting), own+1)
		}
	}
	return n
}

func (l *line) empty() bool { return len(l.turns) == 0 }

func (l *line) len() int {
	n := 0
	for _, waiting := range l.waiting {
		n += len(waiting)
	}
	return n
}
