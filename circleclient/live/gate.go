package live

import (
	"log/slog"
	"sync"
	"time"
)

// inRow is after how many refused members in a row the cable counts as closed to the community.
const inRow = 3

// probes are how long to wait before a cable that is closed to the community is tried again.
var probes = [...]time.Duration{5 * time.Minute, 15 * time.Minute, time.Hour}

// gate says who may have a cable, and knows what this process has learned of Circle's. Its mutex is taken last.
type gate struct {
	max    int
	off    bool
	logger *slog.Logger

	mu     sync.Mutex
	cables int
	closed bool

	// Whether the cable is closed to the community.
	refusedBy map[int64]bool // the last members in a row
	refused   bool
	probing   bool // somebody may try
	probe     int
	timer     *time.Timer

	shape  int // of [cable.RoomShapes], which rooms begin with
	proven bool
}

// admit takes a place for a cable. The reason says why there is none.
func (g *gate) admit() (reason Reason, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.off:
		return ReasonDisabled, false
	case g.refused && !g.probing:
		return ReasonRefused, false
	case g.cables >= g.max:
		return ReasonCapacity, false
	}
	g.probing = false
	g.cables++
	return "", true
}

// release gives a place back.
func (g *gate) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cables--
}

// open is how many cables there are.
func (g *gate) open() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.cables
}

// wasRefused notes that a member was refused for what is no fault of theirs.
func (g *gate) wasRefused(memberID int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refusedBy[memberID] = true
	if len(g.refusedBy) < inRow && !g.refused {
		return
	}
	if !g.refused {
		g.logger.Warn("Circle refuses live updates to everybody: is its websocket beta on, and is the origin among the " +
			"community's domains? See CIRCLEGRAPH_CABLE_ORIGIN.")
	}
	g.refused = true
	clear(g.refusedBy)
	if g.closed {
		return
	}
	wait := probes[min(g.probe, len(probes)-1)]
	g.probe++
	g.timer = time.AfterFunc(wait, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.probing = true // the next member who looks after their cable tries
	})
}

// wasAccepted notes that the cable is open to the community.
func (g *gate) wasAccepted() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refused, g.probing, g.probe = false, false, 0
	clear(g.refusedBy)
}

// shapeOfRooms is which of [cable.RoomShapes] to begin with, and whether it is known to work.
func (g *gate) shapeOfRooms() (shape int, proven bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.shape, g.proven
}

// proveShape notes that events come over a shape.
func (g *gate) proveShape(shape int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shape, g.proven = shape, true
}

func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	if g.timer != nil {
		g.timer.Stop()
	}
}
