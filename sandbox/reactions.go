package sandbox

import (
	"slices"
)

func (s *Sandbox) reactionRoutes() []route {
	return []route{
		{"POST /reactions", s.createReaction},
		{"DELETE /reactions", s.deleteReaction},
	}
}

// isReaction reports whether a word is one of Circle's reactions.
func isReaction(emoji string) bool {
	return slices.Contains([]string{"thumbsup", "heart", "joy", "open_mouth", "cry", "pray", "tada"}, emoji)
}

// reactionInput reads the message, of a room that the member can write in, and the emoji. Both operations have this
// body.
func (s *Sandbox) reactionInput(q *request) (*message, string, answer) {
	var in struct {
		MessageID int64  `json:"chat_room_message"`
		Emoji     string `json:"emoji"`
	}
	if refusal := q.decode(&in); refusal.status != 0 {
		return nil, "", refusal
	}
	switch {
	case in.MessageID == 0:
		return nil, "", missingParameter("chat_room_message")
	case in.Emoji == "":
		return nil, "", missingParameter("emoji")
	}
	m := s.store.messages[in.MessageID]
	if m == nil || !s.canRead(q.member, m.room) {
		return nil, "", missingRecord("chat_room_message")
	}
	if !s.canWrite(q.member, m.room) {
		return nil, "", forbidden()
	}
	return m, in.Emoji, answer{}
}

type reactionCreated struct {
	outcome
	Reaction reactionRecord `json:"reaction"`
}

type reactionRecord struct {
	Kind      string `json:"reactionable_type"`
	MessageID int64  `json:"reactionable_id"`
	MemberID  int64  `json:"community_member_id"`
	Emoji     string `json:"emoji"`
}

// createReaction answers the reaction without the message. A member gives each emoji once.
func (s *Sandbox) createReaction(q *request) answer {
	m, emoji, refusal := s.reactionInput(q)
	if refusal.status != 0 {
		return refusal
	}
	r := reaction{q.member.id, emoji}
	switch {
	case !isReaction(emoji):
		return notListed("Failed to create reaction!", "emoji")
	case slices.Contains(m.reactions, r):
		return invalid("Failed to create reaction!", "emoji", "has already been taken")
	}
	m.reactions = append(m.reactions, r)
	return ok(reactionCreated{
		outcome{true, "Reaction created"},
		reactionRecord{"ChatRoomMessage", m.id, q.member.id, emoji},
	})
}

func (s *Sandbox) deleteReaction(q *request) answer {
	m, emoji, refusal := s.reactionInput(q)
	if refusal.status != 0 {
		return refusal
	}
	i := slices.Index(m.reactions, reaction{q.member.id, emoji})
	if i < 0 {
		return missingRecord("reaction")
	}
	m.reactions = slices.Delete(m.reactions, i, i+1)
	return noContent()
}
