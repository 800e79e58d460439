package sandbox

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

// lifeSeed makes the members do the same at every start.
const lifeSeed = 42

// lifePause is about how long it is quiet between two things that members do.
const lifePause = 8 * time.Second

// lifeSayings are what they write.
var lifeSayings = []string{
	"The kettle is on in the hut if anybody needs a break.", "Has anyone seen the long hose?",
	"First courgettes today. Help yourselves from the crate by the gate.", "Slugs again. I am out of ideas.",
	"Thank you, that worked.", "Rain at last!", "I have spare fleece if frost comes.", "See you on Saturday.",
	"My beans say hello.", "Whoever left the marrow on my step: thank you.",
}

// Life lets members write, answer, react and like at a human pace until ctx ends: the same things after the same pauses
// at every start. Nothing happens without it.
func (s *Sandbox) Life(ctx context.Context) {
	chance := rand.New(rand.NewPCG(lifeSeed, lifeSeed))
	for {
		pause := time.NewTimer(lifePause/2 + time.Duration(chance.Int64N(int64(lifePause))))
		select {
		case <-pause.C:
			s.liveOn(chance)
		case <-ctx.Done():
			pause.Stop()
			return
		}
	}
}

// liveOn lets one member do one thing.
func (s *Sandbox) liveOn(chance *rand.Rand) {
	s.mu.Lock()
	defer s.mu.Unlock()
	reader := find(s.store.members, func(m *member) bool { return m.active && !m.staff() }) // who watches
	others := filter(s.store.members, func(m *member) bool { return m.active && m != reader })
	if reader == nil || len(others) == 0 {
		return
	}
	switch chance.IntN(4) {
	case 0, 1:
		s.chat(chance, reader)
	case 2:
		s.admire(chance, others)
	case 3:
		s.reactTo(chance, reader)
	}
}

// chat writes a message, or a reply, in a room that the reader can read.
func (s *Sandbox) chat(chance *rand.Rand, reader *member) {
	room, writer := s.roomWithOther(chance, reader)
	if room == nil {
		return
	}
	var parent *message
	if top := room.topLevel(); len(top) > 0 && chance.IntN(4) == 0 {
		parent = top[len(top)-1]
	}
	text := lifeSayings[chance.IntN(len(lifeSayings))]
	doc := node{Type: "doc", Content: []node{{Type: "paragraph", Content: []node{textNode(text)}}}}
	s.post(&request{member: writer, now: s.clock.Now()}, room, parent, &documentInput{Body: &doc})
}

// roomWithOther is a room of the reader's and somebody else in it; nil if there is none.
func (s *Sandbox) roomWithOther(chance *rand.Rand, reader *member) (*chatRoom, *member) {
	rooms := filter(s.store.chatRooms, func(r *chatRoom) bool {
		return s.canRead(reader, r) && slices.ContainsFunc(r.participants, func(p *participant) bool {
			return p.memberID != reader.id
		})
	})
	if len(rooms) == 0 {
		return nil, nil
	}
	room := rooms[chance.IntN(len(rooms))]
	in := filter(room.participants, func(p *participant) bool { return p.memberID != reader.id })
	writer := s.store.memberByID[in[chance.IntN(len(in))].memberID]
	if !s.canWrite(writer, room) {
		return nil, nil
	}
	return room, writer
}

// reactTo gives a message an emoji.
func (s *Sandbox) reactTo(chance *rand.Rand, reader *member) {
	room, by := s.roomWithOther(chance, reader)
	if room == nil || room.last() == nil {
		return
	}
	last := room.last()
	if given := (reaction{by.id, "heart"}); !slices.Contains(last.reactions, given) {
		last.reactions = append(last.reactions, given)
	}
}

// admire likes a post, of which its author is told.
func (s *Sandbox) admire(chance *rand.Rand, others []*member) {
	if len(s.store.posts) == 0 {
		return
	}
	p, by := s.store.posts[chance.IntN(len(s.store.posts))], others[chance.IntN(len(others))]
	if s.canView(by, s.store.spaceByID[p.spaceID]) && !liked(p.likes, by.id) {
		s.likePost(&request{member: by, now: s.clock.Now()}, p)
	}
}
