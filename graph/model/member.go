package model

import (
	"net/url"

	"circlegraph/circleclient"
	"circlegraph/circleclient/lenient"
)

// Member is a member, made of any of Circle's records. What that record did not carry is nil, and is loaded with the
// profile. The ID is always the community member id: Circle's records call other numbers "id" too.
type Member struct {
	ID        int64
	Name      string
	AvatarURL *string
	// PublicUID is the short identifier in the address of the member's page; nil if the record does not say.
	PublicUID *string
	// Source is the record that it is made of. Only some carry Headline, Roles and Tags.
	Source   circleclient.Source
	Headline *string
	Roles    circleclient.Roles
	Tags     lenient.Lazy[[]*circleclient.MemberTag]
	// CanReceiveDM reports whether the viewer can send a message; nil if the record does not say.
	CanReceiveDM *bool
	// IsDeleted reports whether the member is gone; nil if the record does not say.
	IsDeleted *bool
	// Profile is the whole profile, if the record was one.
	Profile *circleclient.Profile
}

// Carries reports whether the record carries the part, be it a value or its absence. Circle may leave out whether the
// member takes messages.
func (m *Member) Carries(part circleclient.Part) bool {
	if part == circleclient.MemberMessageable {
		return m.CanReceiveDM != nil || m.Profile != nil
	}
	return m.Source.Carries(part)
}

// URL is the address of the member's page, within the community; nil without a PublicUID.
func (m *Member) URL() *string {
	if m.PublicUID == nil || *m.PublicUID == "" {
		return nil
	}
	return new("/u/" + url.PathEscape(*m.PublicUID))
}

// NodeRef is what fetches the member again.
func (m *Member) NodeRef() circleclient.Ref { return circleclient.MemberRef(m.ID) }

// MemberOfAuthor is the author of a post or comment; nil if the author is gone, or has no number: clients' caches would
// take all members without a number for the same one.
func MemberOfAuthor(a *circleclient.Author) *Member {
	if a == nil || a.MemberID() == 0 {
		return nil
	}
	return &Member{
		Source: circleclient.SourceAuthor, ID: a.MemberID(), Name: a.Name, AvatarURL: a.AvatarURL, Headline: a.Headline,
		Roles: a.Roles, Tags: a.MemberTags,
	}
}

// MemberOfLiker is a member who likes something.
func MemberOfLiker(l *circleclient.Liker) *Member {
	return &Member{
		Source: circleclient.SourceLiker, ID: l.MemberID(), Name: l.Name, AvatarURL: l.AvatarURL, Headline: l.Headline,
		Roles: l.Roles, Tags: l.MemberTags,
	}
}

// MemberOfAttendee is a member who comes to an event.
func MemberOfAttendee(a *circleclient.EventAttendee) *Member {
	return &Member{ID: a.CommunityMemberID, Name: a.Name, AvatarURL: a.AvatarURL}
}

// MemberOfDirectory is a row of the directory.
func MemberOfDirectory(d *circleclient.DirectoryMember) *Member {
	return &Member{
		Source: circleclient.SourceDirectory, ID: d.MemberID(), Name: d.Name, AvatarURL: d.AvatarURL, Headline: d.Headline,
		Tags:         d.MemberTags,
		CanReceiveDM: d.CanReceiveDM,
	}
}

// MemberOfSearch is a row of the member search.
func MemberOfSearch(s *circleclient.SearchedMember) *Member {
	return &Member{
		Source: circleclient.SourceMemberSearch, ID: s.MemberID(), Name: s.Name, AvatarURL: s.AvatarURL,
		Headline: s.Headline, Roles: circleclient.Roles{Admin: s.Admin}, IsDeleted: &s.IsDeleted,
		PublicUID: notEmpty(s.PublicUID),
	}
}

// MemberOfSender is who wrote a chat message; nil if they are gone.
func MemberOfSender(s *circleclient.ChatSender) *Member {
	if s == nil || s.MemberID() == 0 {
		return nil
	}
	return &Member{ID: s.MemberID(), Name: s.Name, AvatarURL: s.AvatarURL, PublicUID: s.PublicUID}
}

// MemberOfTaker is who made an attempt at a quiz; nil if the record does not say.
func MemberOfTaker(t *circleclient.QuizTaker) *Member {
	if t == nil || t.MemberID() == 0 {
		return nil
	}
	return &Member{ID: t.MemberID(), Name: t.Name, AvatarURL: t.AvatarURL, PublicUID: notEmpty(t.PublicUID)}
}

// MemberOfActor is who caused a notification; nil if Circle does not send their number.
func MemberOfActor(n *circleclient.Notification) *Member {
	if n.ActorID == 0 {
		return nil
	}
	m := &Member{ID: n.ActorID, AvatarURL: n.ActorImage}
	if n.ActorName != nil {
		m.Name = *n.ActorName
	}
	return m
}

// notEmpty is nil for the empty string, which stands for what Circle left out.
func notEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// MemberOfParticipant is a member in a chat room.
func MemberOfParticipant(p *circleclient.ChatParticipant) *Member {
	return &Member{
		Source: circleclient.SourceParticipants, ID: p.MemberID(), Name: p.Name, AvatarURL: p.AvatarURL,
		Headline: p.Headline, CanReceiveDM: p.CanSendMessage, PublicUID: p.PublicUID,
	}
}

// MemberOfProfile is a public profile.
func MemberOfProfile(p *circleclient.Profile) *Member {
	return &Member{
		Source: circleclient.SourceProfile, ID: p.MemberID(), Name: p.Name, AvatarURL: p.AvatarURL, Headline: p.Headline,
		Roles: p.Roles, Tags: p.MemberTags,
		CanReceiveDM: p.CanReceiveDM, Profile: p,
	}
}

// MemberOfCurrent is the viewer, whose own record holds everything that a profile does. Nobody can send themselves a
// message.
func MemberOfCurrent(c *circleclient.CurrentMember) *Member {
	never := false
	m := MemberOfProfile(&circleclient.Profile{
		ID: c.MemberID(), Name: c.Name, Headline: c.Headline, Bio: c.Bio, AvatarURL: c.AvatarURL,
		LargeAvatarURL: c.LargeAvatarURL,
		PostsCount:     c.PostsCount, CommentsCount: c.CommentsCount, SpacesCount: c.SpacesCount, CanReceiveDM: &never,
		Info: c.Info, Roles: c.Roles, MemberTags: c.MemberTags, GamificationStats: c.GamificationStats,
	})
	m.PublicUID = c.PublicUID
	return m
}

// MemberLinks are a member's pages elsewhere; each nil if the member gave none.
type MemberLinks struct {
	Website, Twitter, Facebook, Instagram, Linkedin *string
}

// Viewer is the member whose token the request carries. It holds nothing: each of its fields asks Circle with the token
// of the request.
type Viewer struct{}

// ID is the same for every member. A client knows one viewer at a time; without an id, its cache would let the fields
// that one query asks for replace those of another.
func (*Viewer) ID() string { return "viewer" }
