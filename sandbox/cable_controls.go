package sandbox

import (
	"maps"
	"net/http"
	"slices"

	"github.com/coder/websocket"
)

// Cables is how many connections are open.
func (s *Sandbox) Cables() int {
	s.cables.mu.Lock()
	defer s.cables.mu.Unlock()
	return len(s.cables.open)
}

// CableStreams lists what the open connections listen to, sorted.
func (s *Sandbox) CableStreams() []string {
	s.cables.mu.Lock()
	defer s.cables.mu.Unlock()
	var all []string
	for conn := range s.cables.open {
		all = slices.AppendSeq(all, maps.Values(conn.streams))
	}
	slices.Sort(all)
	return all
}

// Upgrades are the headers of the requests for a cable, without their tokens.
func (s *Sandbox) Upgrades() []http.Header {
	s.cables.mu.Lock()
	defer s.cables.mu.Unlock()
	return slices.Clone(s.cables.upgrades)
}

// RestartCable ends all connections as a restart of the server does.
func (s *Sandbox) RestartCable() { s.CloseCables(0, "server_restart", true) }

// CloseCables ends the connections of a member, or of everybody if memberID is 0. Without a reason they break off.
func (s *Sandbox) CloseCables(memberID int64, reason string, reconnect bool) {
	s.cables.mu.Lock()
	defer s.cables.mu.Unlock()
	e := cableEnd{abrupt: true}
	if reason != "" {
		e = cableEnd{frame: disconnectFrame(reason, reconnect), code: websocket.StatusNormalClosure}
	}
	for conn := range s.cables.open {
		if memberID == 0 || conn.memberID == memberID {
			conn.end(e)
		}
	}
}

// BeatCables sends a beat over all connections, before it is time for one.
func (s *Sandbox) BeatCables() {
	s.cables.mu.Lock()
	defer s.cables.mu.Unlock()
	frame := beatFrame(s.clock.Now())
	for conn := range s.cables.open {
		conn.push(frame)
	}
}

// SilenceCables makes connections half open: they stay, and nothing is sent any more, until it is called with false.
func (s *Sandbox) SilenceCables(silent bool) {
	s.cables.mu.Lock()
	defer s.cables.mu.Unlock()
	s.cables.silent = silent
}

// RefuseCables lets nobody in from now on, see [CableOptions.Refuse]; "" lets everybody in again.
func (s *Sandbox) RefuseCables(how string) {
	s.cables.mu.Lock()
	defer s.cables.mu.Unlock()
	s.cables.refuse = how
}

// DropEvents changes [CableOptions.DropEvery] from now on.
func (s *Sandbox) DropEvents(every int) {
	s.cables.mu.Lock()
	defer s.cables.mu.Unlock()
	s.cables.options.DropEvery = every
}
