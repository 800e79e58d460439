package transport

import (
	"container/list"
	"errors"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"circlegraph/internal/memory"
	"circlegraph/internal/network"
)

const (
	// streamBytes is what a stream or a socket takes while nothing happens: its goroutines, buffers and a subscription.
	streamBytes = 32 << 10
	// keptForMembers is the part of all streams, one of so many, that only members may have, and keptForOthers the part of
	// the rest that is for others than the strangers of one network.
	keptForMembers = 4
	keptForOthers  = 2
	// perMember is how many streams one member may have, as a multiple of those of an address.
	perMember = 2
)

// seat is the place of a stream or a socket among those that are open.
type seat struct {
	live     *Live
	network  netip.Prefix   // that counts as one address
	networks []netip.Prefix // around it, and the zero one, which is around all
	hold     *memory.Hold
	calls    sync.WaitGroup // of beat and end

	// Under the lock of live.
	places []*list.Element // among the strangers of each network; nil once a member vouches for it
	member string          // who does; empty if nobody has said
	left   bool

	beat    func() error
	end     func(error)
	timer   *time.Timer // of the next beat
	reason  error       // why the stream must end
	stopped bool
}

// Why a stream ends although its token counts.
var (
	// errRoom is of those for whom no member vouches, errMember of a member's who has too many.
	errRoom   = errors.New("too many subscriptions are open, and nobody is signed in here")
	errMember = errors.New("too many subscriptions of this member are open")
)

// network is the network that a request comes from; the zero one if that is not known.
func (l *Live) network(r *http.Request) netip.Prefix {
	if l == nil {
		return netip.Prefix{}
	}
	return network.Of(l.Address(r))
}

// enter lets a stream in, or says why not. Who was let in must leave. member names who vouches for it, if anybody has
// said.
func (l *Live) enter(r *http.Request, proven bool, member string) (*seat, *refusal) {
	s := &seat{live: l, network: l.network(r)}
	s.networks = append(network.Around(s.network.Addr()), netip.Prefix{})
	s.hold = l.Memory.Stream(s.network, proven)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.drained:
		return nil, refused(http.StatusServiceUnavailable, "This server is about to stop. Try again.")
	case !l.makeRoomAt(s.network):
		return nil, refused(http.StatusTooManyRequests,
			"Too many subscriptions are open from this address. Use one connection for several.")
	case member != "" && l.byMember[member] >= perMember*l.PerAddress:
		return nil, refused(http.StatusTooManyRequests,
			"Too many of your subscriptions are open. Use one connection for several.")
	case !l.makeRoom(s, proven), !l.weigh(s):
		return nil, refused(http.StatusServiceUnavailable, "Too many subscriptions are open at the moment. Try again later.")
	}
	l.open.Add(1)
	l.count++
	l.byNetwork[s.network]++
	l.seats[s] = struct{}{}
	if !proven {
		l.strangers.add(s)
	}
	s.belongTo(member)
	return s, nil
}

// makeRoomAt reports whether there is a place for one more from an address, for which it may end the oldest there that
// no member vouches for: members are not kept out by who shares their address, nor is who has yet to say who is asking.
func (l *Live) makeRoomAt(address netip.Prefix) bool {
	for l.byNetwork[address] >= l.PerAddress {
		if !l.endOldest(address) {
			return false
		}
	}
	return true
}

// makeRoom reports whether there is a place for one more, for which it may end the oldest of those that no member
// vouches for. These never have all places, nor those of one network all that are there for them.
func (l *Live) makeRoom(s *seat, proven bool) bool {
	most := l.Streams - l.Streams/keptForMembers
	for _, in := range s.networks {
		if in.IsValid() {
			for !proven && l.strangers.in(in) >= max(most-most/keptForOthers, 1) {
				l.endOldest(in)
			}
			continue
		}
		for l.count >= l.Streams || !proven && l.strangers.in(in) >= most {
			if !l.endOldest(in) {
				return false
			}
		}
	}
	return true
}

// weigh reports whether there is memory for one more, for which it may end others as makeRoom does: those of a network
// that has used up its share make room for each other.
func (l *Live) weigh(s *seat) bool {
	for {
		full, ok := s.hold.AddIn(memory.Free + streamBytes)
		if ok {
			return true
		}
		if !l.endOldest(full) {
			return false
		}
	}
}

// endOldest ends the oldest stream of a network that no member vouches for, and reports whether there was one.
func (l *Live) endOldest(in netip.Prefix) bool {
	s := l.strangers.oldest(in)
	if s == nil {
		return false
	}
	s.free()
	s.finish(errRoom)
	return true
}

// strangers are the seats for which no member vouches, by the networks that they are in, the oldest first.
type strangers map[netip.Prefix]*list.List

func (q strangers) add(s *seat) {
	for _, in := range s.networks {
		if q[in] == nil {
			q[in] = list.New()
		}
		s.places = append(s.places, q[in].PushBack(s))
	}
}

func (q strangers) remove(s *seat) {
	for i, place := range s.places {
		in := s.networks[i]
		if q[in].Remove(place); q[in].Len() == 0 {
			delete(q, in)
		}
	}
	s.places = nil
}

// in is how many of a network there are.
func (q strangers) in(network netip.Prefix) int {
	if q[network] == nil {
		return 0
	}
	return q[network].Len()
}

func (q strangers) oldest(in netip.Prefix) *seat {
	if q[in] == nil {
		return nil
	}
	return q[in].Front().Value.(*seat)
}

// keep calls beat with every heartbeat, and end with the reason as soon as the process is about to stop, the seat is
// needed or beat fails. Neither is called any more once stop has returned. Nothing runs for a stream in between.
func (s *seat) keep(beat func() error, end func(error)) (stop func()) {
	l := s.live
	l.mu.Lock()
	defer l.mu.Unlock()
	s.beat, s.end = beat, end
	if s.reason != nil { // it was needed before it was taken
		s.calls.Go(func() { end(s.reason) })
	}
	s.timer = time.AfterFunc(l.Heartbeat, s.tick)
	return func() {
		l.mu.Lock()
		s.stop()
		l.mu.Unlock()
		s.calls.Wait()
	}
}

// stop lets no further call begin, under the lock of live.
func (s *seat) stop() {
	s.stopped = true
	if s.timer != nil {
		s.timer.Stop()
	}
}

// tick calls beat, in the goroutine of the timer.
func (s *seat) tick() {
	l := s.live
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.stopped || s.reason != nil {
		return
	}
	s.calls.Add(1)
	defer s.calls.Done()
	l.mu.Unlock()
	err := s.beat()
	l.mu.Lock()
	switch {
	case err != nil:
		s.finish(err)
	case !s.stopped && s.reason == nil:
		s.timer.Reset(l.Heartbeat)
	}
}

// finish ends the stream for a reason, under the lock of live. Only the first reason counts.
func (s *seat) finish(reason error) {
	if s.stopped || s.reason != nil {
		return
	}
	s.reason = reason
	if s.end != nil {
		s.calls.Go(func() { s.end(reason) })
	}
}

// prove notes that a member vouches for the stream from here on; member names them, if anybody has said. If they have
// too many, the stream ends.
func (s *seat) prove(member string) {
	s.live.mu.Lock()
	defer s.live.mu.Unlock()
	if s.left {
		return
	}
	s.live.strangers.remove(s)
	s.hold.Prove()
	if member == "" || member == s.member {
		return
	}
	if s.live.byMember[member] >= perMember*s.live.PerAddress {
		s.free()
		s.finish(errMember)
		return
	}
	s.belongTo(member)
}

// belongTo notes whose the stream is, under the lock of live.
func (s *seat) belongTo(member string) {
	l := s.live
	if s.member != "" {
		if l.byMember[s.member]--; l.byMember[s.member] == 0 {
			delete(l.byMember, s.member)
		}
	}
	if s.member = member; member != "" {
		l.byMember[member]++
	}
}

// leave gives the seat back, once.
func (s *seat) leave() {
	s.live.mu.Lock()
	defer s.live.mu.Unlock()
	s.free()
	s.stop()
	delete(s.live.seats, s)
	s.live.open.Done()
}

// free makes the place another's. The stream may go on for a moment.
func (s *seat) free() {
	if s.left {
		return
	}
	s.left = true
	l := s.live
	l.count--
	if l.byNetwork[s.network]--; l.byNetwork[s.network] == 0 {
		delete(l.byNetwork, s.network)
	}
	l.strangers.remove(s)
	s.belongTo("")
	s.hold.End()
}
