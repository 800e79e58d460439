package sandbox

import (
	"net/http"
	"slices"
)

func (s *Sandbox) listPostLikes(q *request, p *post) answer {
	return ok(listPage(q.paging(10), p.likes, s.likerView).withPageCount())
}

func (s *Sandbox) likePost(q *request, p *post) answer {
	if !p.likingEnabled {
		return forbidden()
	}
	if liked(p.likes, q.member.id) {
		return failure(http.StatusBadRequest, "Post is already liked")
	}
	p.likes = append(p.likes, like{q.member.id, q.now})
	if p.authorID != q.member.id {
		n := s.postNotification(p, p.authorID, q.member.id)
		n.action, n.displayAction = "like", "liked your post"
		s.notify(n)
	}
	return done("Post has been liked")
}

func (s *Sandbox) unlikePost(q *request, p *post) answer {
	if !liked(p.likes, q.member.id) {
		return missingRecord("user_like")
	}
	p.likes = slices.DeleteFunc(p.likes, func(l like) bool { return l.memberID == q.member.id })
	return done("Post has been unliked")
}

// followPost subscribes the member to new comments; following twice is fine.
func (s *Sandbox) followPost(q *request, p *post) answer {
	if !slices.ContainsFunc(p.followers, func(f follower) bool { return f.memberID == q.member.id }) {
		p.followers = append(p.followers, follower{s.store.smallID(), q.member.id})
	}
	return done("Post followed.")
}

// unfollowPost serves both paths: only the post, or the post and the member's own follower id.
func (s *Sandbox) unfollowPost(q *request, p *post) answer {
	mine := func(f follower) bool {
		return f.memberID == q.member.id && (q.PathValue("id") == "" || f.id == q.id("id"))
	}
	if !slices.ContainsFunc(p.followers, mine) {
		return missingRecord("post_follower")
	}
	p.followers = slices.DeleteFunc(p.followers, mine)
	return done("Post unfollowed.")
}

// flagContent reports a post, a comment or a message to the admins.
func (s *Sandbox) flagContent(q *request) answer {
	var in struct {
		Content *struct {
			ID         int64  `json:"flagged_contentable_id"`
			Kind       string `json:"flagged_contentable_type"`
			ReasonType string `json:"reported_reason_type"`
			ReasonBody string `json:"reported_reason_body"`
		} `json:"flagged_content"`
	}
	if refusal := q.decode(&in); refusal.status != 0 {
		return refusal
	}
	if in.Content == nil {
		return missingParameter("flagged_content")
	}
	report := flag{q.member.id, in.Content.ReasonType, in.Content.ReasonBody, q.now}
	switch in.Content.Kind {
	case "", "Post":
		p, refusal := s.openPost(q, in.Content.ID)
		if refusal.status != 0 {
			return refusal
		}
		return fileReport(&p.flags, report, "Post", p.authorID)
	case "Comment":
		c := s.store.comments[in.Content.ID]
		if c == nil {
			return missingRecord("comment")
		}
		if _, refusal := s.openPost(q, c.postID); refusal.status != 0 {
			return refusal
		}
		return fileReport(&c.flags, report, "Comment", c.authorID)
	case "ChatRoomMessage":
		m := s.store.messages[in.Content.ID]
		if m == nil || !s.canRead(q.member, m.room) {
			return missingRecord("chat_room_message")
		}
		return fileReport(&m.flags, report, "Message", m.memberID)
	}
	return notListed("Failed to report content!", "flagged_contentable_type")
}

// fileReport keeps a report. Nobody can report their own content.
func fileReport(flags *[]flag, report flag, kind string, authorID int64) answer {
	if report.memberID == authorID {
		return forbidden()
	}
	*flags = append(*flags, report)
	return created(said{kind + " has been reported to the admin"})
}
