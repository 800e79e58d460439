package circleclient

import (
	"context"
	"net/http"

	"circlegraph/circleclient/lenient"
)

// MembersService reads members and writes the viewer's profile.
type MembersService struct{ client *Client }

// Circle sends a member in many shapes, whose "id" differs in meaning. Here each shape is a small struct. Their method
// MemberID returns the community member id, the one number that names a member everywhere.

// Author is who wrote a post or comment.
type Author struct {
	// CommunityMemberID is the member's number. The contract's schema omits it, every answer has it.
	CommunityMemberID int64 `json:"community_member_id"`
	// Name is the name to show.
	Name string `json:"name"`
	// Headline is one line about the member.
	Headline *string `json:"headline"`
	// AvatarURL is the picture.
	AvatarURL *string `json:"avatar_url"`
	// Roles are the member's roles.
	Roles Roles `json:"roles"`
	// MemberTags are the labels that the community gave the member.
	MemberTags lenient.Lazy[[]*MemberTag] `json:"member_tags"`
}

// MemberID is the member's number in the community.
func (a *Author) MemberID() int64 { return a.CommunityMemberID }

// Liker is a member who likes a post or comment.
type Liker struct {
	CommunityMemberID int64                      `json:"community_member_id"`
	Name              string                     `json:"name"`
	Headline          *string                    `json:"headline"`
	AvatarURL         *string                    `json:"avatar_url"`
	Roles             Roles                      `json:"roles"`
	MemberTags        lenient.Lazy[[]*MemberTag] `json:"member_tags"`
}

// MemberID is the member's number in the community.
func (l *Liker) MemberID() int64 { return l.CommunityMemberID }

// DirectoryMember is a member in the directory. It has no "id" and no roles.
type DirectoryMember struct {
	CommunityMemberID int64                      `json:"community_member_id"`
	Name              string                     `json:"name"`
	Headline          *string                    `json:"headline"`
	AvatarURL         *string                    `json:"avatar_url"`
	MemberTags        lenient.Lazy[[]*MemberTag] `json:"member_tags"`
	// CanReceiveDM reports whether the viewer may send one; nil if Circle does not say.
	CanReceiveDM *bool `json:"can_receive_dm_from_current_member"`
}

// MemberID is the member's number in the community.
func (m *DirectoryMember) MemberID() int64 { return m.CommunityMemberID }

// SearchedMember is a member found by a search. It has no tags and no counts.
type SearchedMember struct {
	CommunityMemberID int64   `json:"community_member_id"`
	Name              string  `json:"name"`
	Headline          *string `json:"headline"`
	AvatarURL         *string `json:"avatar_url"`
	PublicUID         string  `json:"public_uid"`
	// UserAttachableSGID names the member in a mention.
	UserAttachableSGID string `json:"user_attachable_sgid"`
	// Admin reports whether the member is an admin of the community. It is false for moderators.
	Admin bool `json:"admin"`
	// IsDeleted reports whether the member is gone.
	IsDeleted bool `json:"is_deleted"`
}

// MemberID is the member's number in the community.
func (m *SearchedMember) MemberID() int64 { return m.CommunityMemberID }

// Profile is a member's public profile, the fullest shape of another member. Its id is the community member id.
type Profile struct {
	ID                int64                      `json:"id"`
	Name              string                     `json:"name"`
	Headline          *string                    `json:"headline"`
	Bio               *string                    `json:"bio"`
	AvatarURL         *string                    `json:"avatar_url"`
	LargeAvatarURL    *string                    `json:"large_avatar_url"`
	PostsCount        int                        `json:"posts_count"`
	CommentsCount     int                        `json:"comments_count"`
	SpacesCount       int                        `json:"spaces_count"`
	CanReceiveDM      *bool                      `json:"can_receive_dm_from_current_member"`
	Info              ProfileInfo                `json:"profile_info"`
	Roles             Roles                      `json:"roles"`
	MemberTags        lenient.Lazy[[]*MemberTag] `json:"member_tags"`
	GamificationStats *GamificationStats         `json:"gamification_stats"`
}

// MemberID is the member's number in the community.
func (p *Profile) MemberID() int64 { return p.ID }

// ProfileInfo is where a member lives and their pages elsewhere; each may be nil.
type ProfileInfo struct {
	Website      *string `json:"website"`
	Location     *string `json:"location"`
	TwitterURL   *string `json:"twitter_url"`
	FacebookURL  *string `json:"facebook_url"`
	InstagramURL *string `json:"instagram_url"`
	LinkedinURL  *string `json:"linkedin_url"`
}

// MemberTag is a label that the community gave a member.
type MemberTag struct {
	ID                 int64   `json:"id"`
	Name               string  `json:"name"`
	Color              *string `json:"color"`
	TextColor          *string `json:"text_color"`
	Emoji              *string `json:"emoji"`
	CustomEmojiURL     *string `json:"custom_emoji_url"`
	CustomEmojiDarkURL *string `json:"custom_emoji_dark_url"`
	IsPublic           bool    `json:"is_public"`
}

// GamificationStats are a member's points and level.
type GamificationStats struct {
	TotalPoints       int     `json:"total_points"`
	CurrentLevel      int     `json:"current_level"`
	CurrentLevelName  *string `json:"current_level_name"`
	PointsToNextLevel int     `json:"points_to_next_level"`
	// LevelProgress is in percent.
	LevelProgress int `json:"level_progress"`
}

// MemberListOptions choose members of the directory.
type MemberListOptions struct {
	PageOptions
	// SpaceID restricts the list to the members of one space.
	SpaceID int64
	// SearchText is matched against names and the like.
	SearchText string
	// Sort is alphabetical, oldest or latest.
	Sort string
	// SearchAfter continues after a page, beyond the 10,000 records that page numbers reach.
	SearchAfter SearchAfter
}

// MemberSearchRequest is a search for members.
type MemberSearchRequest struct {
	Page       int    `json:"page,omitempty"`
	PerPage    int    `json:"per_page,omitempty"`
	SearchText string `json:"search_text,omitempty"`
	// Order is oldest, alphabetical, latest or role.
	Order string `json:"order,omitempty"`
	// Status is active or inactive.
	Status               string                `json:"status,omitempty"`
	ExcludeEmptyName     *bool                 `json:"exclude_empty_name,omitempty"`
	ExcludeEmptyProfiles *bool                 `json:"exclude_empty_profiles,omitempty"`
	Filters              []MemberFilterRequest `json:"filters,omitempty"`
	SearchAfter          SearchAfter           `json:"search_after,omitempty"`
}

// MemberFilterRequest is a condition on one field of a member.
type MemberFilterRequest struct {
	// Key is name, email, headline, role, activity_score or profile_field.
	Key string `json:"key"`
	// FilterType is is, is_not, contains, does_not_contain, gt, lt or eq.
	FilterType string `json:"filter_type,omitempty"`
	Value      string `json:"value,omitempty"`
	// GTE and LTE bound activity_score, both included.
	GTE *int64 `json:"gte,omitempty"`
	LTE *int64 `json:"lte,omitempty"`
	// ProfileFieldType and ProfileFieldID name the field if Key is profile_field.
	ProfileFieldType string `json:"profile_field_type,omitempty"`
	ProfileFieldID   string `json:"profile_field_id,omitempty"`
}

// List reads the member directory. [ErrFeatureDisabled] is a community without one.
//
//circle:op GET /api/headless/v1/community_members
func (s *MembersService) List(ctx context.Context, opts MemberListOptions) (*Page[*DirectoryMember], error) {
	q := opts.query().num("space_id", opts.SpaceID).str("search_text", opts.SearchText).str("sort",
		opts.Sort).searchAfter(opts.SearchAfter)
	page, err := get[Page[*DirectoryMember]](ctx, s.client, member("/community_members"), q)
	return page, directoryOff(err)
}

// Profile reads a member's public profile.
//
//circle:op GET /api/headless/v1/community_members/{community_member_id}/public_profile
func (s *MembersService) Profile(ctx context.Context, memberID int64) (*Profile, error) {
	return get[Profile](ctx, s.client, member("/community_members/{community_member_id}/public_profile", id(memberID)),
		nil)
}

// ListedMember is a member in a list: an author or a row of the directory, the other is nil.
type ListedMember struct {
	Author *Author
	Row    *DirectoryMember
}

// Listed returns a member as [PostsService.Listed] returns a post.
func (s *MembersService) Listed(ctx context.Context, memberID int64, needs Part) (ListedMember, bool) {
	return listed(ctx, s.client, recordName{Ref: MemberRef(memberID)}, func(r *row) (m ListedMember, ok bool) {
		ok = r.source.Carries(needs & memberParts)
		if r.source == SourceAuthor {
			m.Author = new(decoded[Author](r.json))
			return m, ok
		}
		m.Row = new(decoded[DirectoryMember](r.json))
		return m, ok && (needs&MemberMessageable == 0 || m.Row.CanReceiveDM != nil)
	})
}

// Posts reads the posts of a member, newest first. They lack policies, topics and the fields of events.
//
//circle:op GET /api/headless/v1/community_members/{community_member_id}/posts
func (s *MembersService) Posts(ctx context.Context, memberID int64, opts PageOptions) (*Page[*Post], error) {
	page, err := get[Page[*Post]](ctx, s.client, member("/community_members/{community_member_id}/posts", id(memberID)),
		opts.query())
	return filledBy(page, err, SourceMemberPosts)
}

// Comments reads the comments of a member, newest first. They lack policies.
//
//circle:op GET /api/headless/v1/community_members/{community_member_id}/comments
func (s *MembersService) Comments(ctx context.Context, memberID int64, opts PageOptions) (*Page[*Comment], error) {
	page, err := get[Page[*Comment]](ctx, s.client,
		member("/community_members/{community_member_id}/comments", id(memberID)), opts.query())
	return filledBy(page, err, SourceMemberComments)
}

// Spaces reads the spaces that a member has joined and the viewer can see.
//
//circle:op GET /api/headless/v1/community_members/{community_member_id}/spaces
func (s *MembersService) Spaces(ctx context.Context, memberID int64, opts PageOptions) (*Page[*Space], error) {
	page, err := get[Page[*Space]](ctx, s.client, member("/community_members/{community_member_id}/spaces", id(memberID)),
		opts.query())
	return filledBy(page, err, SourceMemberSpaces)
}

// Search searches members. This POST changes nothing, so it is retried like a GET.
//
//circle:op POST /api/headless/v1/search/community_members
func (s *MembersService) Search(ctx context.Context, req MemberSearchRequest) (*Page[*SearchedMember], error) {
	req.PerPage, req.SearchAfter = min(req.PerPage, MaxPerPage), req.SearchAfter.asTexts()
	return do[Page[*SearchedMember]](ctx, s.client,
		&request{method: http.MethodPost, route: member("/search/community_members"), body: req, read: true})
}

// MentionSGID returns the signed id by which texts mention a member. Circle has it only in search results, so this
// searches for the given name and, if that fails, for the name in the member's profile. It takes one to three requests.
// [ErrNotFound] is a member who does not exist or is inactive.
func (s *MembersService) MentionSGID(ctx context.Context, memberID int64, name string) (string, error) {
	sgid, err := s.searchSGID(ctx, memberID, name)
	if err != nil || sgid != "" {
		return sgid, err
	}
	profile, err := s.Profile(ctx, memberID)
	if err != nil {
		return "", err
	}
	if profile.Name != name {
		sgid, err = s.searchSGID(ctx, memberID, profile.Name)
	}
	if err == nil && sgid == "" {
		err = &Error{Kind: ErrNotFound, Operation: "mention"}
	}
	return sgid, err
}

// searchSGID returns "" if the search does not find the member.
func (s *MembersService) searchSGID(ctx context.Context, memberID int64, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	found, err := s.Search(ctx, MemberSearchRequest{SearchText: name, PerPage: MaxPerPage})
	if err != nil {
		return "", err
	}
	for _, m := range found.Records {
		if m.MemberID() == memberID {
			return m.UserAttachableSGID, nil
		}
	}
	return "", nil
}

// Deactivate ends the viewer's membership. It cannot be undone.
//
//circle:op DELETE /api/headless/v1/community_member/deactivate
func (s *MembersService) Deactivate(ctx context.Context) error {
	return exec(ctx, s.client, http.MethodDelete, member("/community_member/deactivate"), nil)
}
