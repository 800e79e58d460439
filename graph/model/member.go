package model

import (
	"circlegraph/circleclient"
	"circlegraph/circleclient/lenient"
)

// Member is a member as whatever record told of them. What that record did not carry is nil, and is loaded with the
// profile. The number is always the community member id: Circle's records call other numbers "id" too.
type Member struct {
	ID        int64
	Name      string
	AvatarURL *string
	// Source is the record that told of the member. Only some tell Headline, Roles and Tags.
	Source   circleclient.Source
	Headline *string
	Roles    circleclient.Roles
	Tags     lenient.Lazy[[]*circleclient.MemberTag]
	// CanReceiveDM reports whether the viewer can send a message; nil if the record did not tell.
	CanReceiveDM *bool
	// Profile is the whole profile, where the record was one.
	Profile *circleclient.Profile
}

// Carries reports whether the record told the part, as a value or as its absence. Circle may leave out whether the
// member takes messages.
func (m *Member) Carries(part circleclient.Part) bool {
	if part == circleclient.MemberMessageable {
		return m.CanReceiveDM != nil || m.Profile != nil
	}
	return m.Source.Carries(part)
}

// NodeRef is what it takes to fetch the member again.
func (m *Member) NodeRef() circleclient.Ref { return circleclient.MemberRef(m.ID) }

// MemberOfAuthor is the author of a post or comment; nil if the author is gone.
func MemberOfAuthor(a *circleclient.Author) *Member {
	if a == nil {
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
		Headline: s.Headline, Roles: circleclient.Roles{Admin: s.Admin},
	}
}

// MemberOfSender is who wrote a chat message, nil if they are gone.
func MemberOfSender(s *circleclient.ChatSender) *Member {
	if s == nil {
		return nil
	}
	return &Member{ID: s.MemberID(), Name: s.Name, AvatarURL: s.AvatarURL}
}

// MemberOfParticipant is a member in a chat room.
func MemberOfParticipant(p *circleclient.ChatParticipant) *Member {
	return &Member{
		Source: circleclient.SourceParticipants, ID: p.MemberID(), Name: p.Name, AvatarURL: p.AvatarURL,
		Headline: p.Headline, CanReceiveDM: p.CanSendMessage,
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

// MemberOfCurrent is the viewer, whose own record holds everything that a profile does. Nobody can send a
// message to themselves.
func MemberOfCurrent(c *circleclient.CurrentMember) *Member {
	never := false
	return MemberOfProfile(&circleclient.Profile{
		ID: c.MemberID(), Name: c.Name, Headline: c.Headline, Bio: c.Bio, AvatarURL: c.AvatarURL,
		LargeAvatarURL: c.LargeAvatarURL,
		PostsCount:     c.PostsCount, CommentsCount: c.CommentsCount, SpacesCount: c.SpacesCount, CanReceiveDM: &never,
		Info: c.Info, Roles: c.Roles, MemberTags: c.MemberTags, GamificationStats: c.GamificationStats,
	})
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
