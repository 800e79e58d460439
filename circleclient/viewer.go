package circleclient

import (
	"context"
	"net/http"

	"circlegraph/circleclient/lenient"
)

// CurrentMember is the viewer. Its id is the community member id.
type CurrentMember struct {
	ID                int64                      `json:"id"`
	PublicUID         *string                    `json:"public_uid"`
	Email             *string                    `json:"email"`
	Name              string                     `json:"name"`
	Headline          *string                    `json:"headline"`
	Bio               *string                    `json:"bio"`
	AvatarURL         *string                    `json:"avatar_url"`
	LargeAvatarURL    *string                    `json:"large_avatar_url"`
	PostsCount        int                        `json:"posts_count"`
	CommentsCount     int                        `json:"comments_count"`
	SpacesCount       int                        `json:"spaces_count"`
	BookmarksCount    int                        `json:"bookmarks_count"`
	DefaultSpaceID    int64                      `json:"default_space_id"`
	HomeSegments      []*HomeSegment             `json:"mobile_home_segments"`
	Info              ProfileInfo                `json:"profile_info"`
	Roles             Roles                      `json:"roles"`
	Features          ViewerFeatures             `json:"features"`
	ProfileFields     ProfileFields              `json:"profile_fields"`
	MemberTags        lenient.Lazy[[]*MemberTag] `json:"member_tags"`
	GamificationStats *GamificationStats         `json:"gamification_stats"`
}

// MemberID is the member's number in the community.
func (m *CurrentMember) MemberID() int64 { return m.ID }

// HomeSegment is a part of the home page in Circle's mobile app.
type HomeSegment struct {
	ID int64 `json:"id"`
	// Kind is feed, spaces, members, events or a word Circle adds.
	Kind string `json:"kind"`
	// Name is nil if it has none of its own.
	Name *string `json:"name"`
}

// ViewerFeatures are the community's switches as they apply to the viewer.
type ViewerFeatures struct {
	// DisplayHomePage reports whether the viewer has a home feed. Without it GET /home is refused.
	DisplayHomePage bool `json:"display_home_page"`
	// DisplayMemberDirectory reports whether the directory is open.
	DisplayMemberDirectory bool `json:"display_member_directory"`
	MessagingEnabled       bool `json:"messaging_enabled"`
	GroupMessagingEnabled  bool `json:"group_messaging_enabled"`
	CanCreateLiveStreams   bool `json:"can_create_live_streams"`
	VoiceMessagesEnabled   bool `json:"voice_messages_enabled"`
	ChatReactionsEnabled   bool `json:"chat_reactions_enabled"`
}

// Current reads the viewer, and so proves whose token it is.
//
//circle:op GET /api/headless/v1/community_member
func (s *MembersService) Current(ctx context.Context) (*CurrentMember, error) {
	return s.current(ctx, requestCurrent())
}

// routeCurrent is where Circle says whose a token is.
var routeCurrent = member("/community_member")

func requestCurrent() *request {
	return &request{method: http.MethodGet, route: routeCurrent, read: true}
}

// isCurrent reports whether a request asks whose a token is.
func isCurrent(r *request) bool { return r.read && r.route.template == routeCurrent.template }

func (s *MembersService) current(ctx context.Context, r *request) (*CurrentMember, error) {
	current, err := do[CurrentMember](ctx, s.client, r)
	if err == nil {
		s.client.principals.Prove(r.token, current.ID)
	}
	return current, err
}

// KnownID returns the viewer's number if [Principals] know it; 0 otherwise. It costs nothing.
func (s *MembersService) KnownID(ctx context.Context) int64 {
	caller := AskingFrom(ctx).Caller
	if caller == nil {
		return 0
	}
	token, err := caller.Token()
	if err != nil {
		return 0
	}
	id, _ := s.client.principals.Member(HashToken(token))
	return id
}

// CurrentID returns the viewer's number, as Circle says it. It costs a [MembersService.Current] only if [Principals] do
// not know it; concurrent callers with the same token share one.
func (s *MembersService) CurrentID(ctx context.Context) (int64, error) {
	r := requestCurrent()
	if err := s.client.prepare(ctx, r); err != nil {
		return 0, err
	}
	if id, _ := s.client.principals.Member(r.token); id != 0 {
		return id, nil
	}
	r.allowance.take()
	r.taken = true // whoever else waits has an allowance of their own
	done := s.client.currentIDs.DoChan(r.caller, func() (any, error) {
		current, err := s.current(context.WithoutCancel(ctx), r) // a caller that leaves does not end it for the others
		if err != nil {
			return int64(0), err
		}
		return current.ID, nil
	})
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case a := <-done:
		id, _ := a.Val.(int64)
		if a.Err == nil && id <= 0 {
			return 0, r.fail(ErrUnavailable, &answer{status: http.StatusOK}, nil)
		}
		return id, a.Err
	}
}

// Prove returns an error unless Circle accepts the caller's token. It costs a [MembersService.Current] only if
// [Principals] do not know that it does.
func (s *MembersService) Prove(ctx context.Context) error {
	if err := s.client.prepare(ctx, requestCurrent()); err != nil {
		return err
	}
	if s.Proven(ctx) {
		return nil
	}
	_, err := s.CurrentID(ctx)
	return err
}

// Proven reports whether Circle is known to accept the caller's token. It asks nobody.
func (s *MembersService) Proven(ctx context.Context) bool {
	r := requestCurrent()
	if s.client.prepare(ctx, r) != nil {
		return false
	}
	_, proven := s.client.principals.Member(r.token)
	return proven
}

// Owner names whose a token is that Circle is known to accept: the member, or where it comes from if Circle has not
// named the member. It is empty for all others. It asks nobody.
func (s *MembersService) Owner(ctx context.Context) string {
	r := requestCurrent()
	if s.client.prepare(ctx, r) != nil {
		return ""
	}
	return s.client.owner(r)
}

// Named names the member whose token it is, as Owner does; it is empty if Circle has not named the member.
func (s *MembersService) Named(ctx context.Context) string {
	r := requestCurrent()
	if s.client.prepare(ctx, r) != nil {
		return ""
	}
	if memberID, _ := s.client.principals.Member(r.token); memberID != 0 {
		return memberKey(memberID)
	}
	return ""
}

// owner names whose a request is, as [MembersService.Owner].
func (c *Client) owner(r *request) string {
	switch memberID, proven := c.principals.Member(r.token); {
	case memberID != 0:
		return memberKey(memberID)
	case proven:
		return "token of " + origin(r)
	}
	return ""
}

// learnOwner asks Circle whose a proven token is, for nobody's screen and at nobody's cost.
func (c *Client) learnOwner(ctx context.Context, token string) {
	ctx = With(ctx, As(aToken(token)), CountedIn(nil), func(a *Asking) {
		a.Fresh, a.screen, a.allowance = false, nil, nil
	})
	_, _ = c.Members.CurrentID(ctx) // if it fails the budget goes by what it knows
}

// aToken is a caller with a token.
type aToken string

// Token implements [TokenSource].
func (t aToken) Token() (string, error) { return string(t), nil }
