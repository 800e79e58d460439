package graph

import (
	"context"
	"encoding/json"
	"errors"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/paging"
	"circlegraph/graph/scalar"
	"circlegraph/tokens"
)

// viewerOf is the viewer: null without an error only if no token was sent. Nothing is asked of Circle yet.
func viewerOf(ctx context.Context) (*model.Viewer, error) {
	_, err := tokens.CallerFrom(ctx).Token()
	if errors.Is(err, circleclient.ErrNoToken) {
		return nil, nil //nolint:nilnil // the one field that answers a missing token with null
	}
	if err != nil {
		return nil, err
	}
	return &model.Viewer{}, nil
}

// viewerUnless is the viewer after a change that was not refused.
func viewerUnless(problems []*model.UserError) *model.Viewer {
	if len(problems) > 0 {
		return nil
	}
	return &model.Viewer{}
}

func currentMember(ctx context.Context) (*circleclient.CurrentMember, error) {
	return loaders.From(ctx).CurrentMember.Load(ctx, struct{}{})
}

// ofCurrent reads a part of the viewer's own record.
func ofCurrent[T any](ctx context.Context, part func(*circleclient.CurrentMember) T) (T, error) {
	current, err := currentMember(ctx)
	if err != nil {
		var none T
		return none, err
	}
	return part(current), nil
}

// profileOf is the whole profile of a member, loaded unless it is here.
func profileOf(ctx context.Context, m *model.Member) (*circleclient.Profile, error) {
	if m.Carries(circleclient.MemberProfile) {
		return m.Profile, nil
	}
	return loaders.From(ctx).Profile.Load(ctx, m.ID)
}

// ofProfile reads a part of a member's profile.
func ofProfile[T any](ctx context.Context, m *model.Member, part func(*circleclient.Profile) *T) (*T, error) {
	profile, err := profileOf(ctx, m)
	if err != nil {
		return nil, err
	}
	return part(profile), nil
}

// ofMember reads a part of a member, from the record that told of them if it carries the part, else from the profile.
func ofMember[T any](
	ctx context.Context, m *model.Member, part circleclient.Part, read func(*model.Member) T,
) (T, error) {
	if !m.Carries(part) {
		loaded, err := loadMember(ctx, m.ID, part)
		if err != nil {
			var none T
			return none, err
		}
		m = loaded
	}
	return read(m), nil
}

func linksOf(p *circleclient.Profile) *model.MemberLinks {
	i := p.Info
	return &model.MemberLinks{
		Website: i.Website, Twitter: i.TwitterURL, Facebook: i.FacebookURL,
		Instagram: i.InstagramURL, Linkedin: i.LinkedinURL,
	}
}

// memberNumber reads how a member is named.
func memberNumber(by model.MemberBy) (int64, error) {
	if by.ID != nil {
		ref, err := scalar.ParseRefOf(circleclient.RefMember, *by.ID)
		return ref.ID, err
	}
	return scalar.ParseCircleID(deref(by.CircleID))
}

// loadMember reads a member's profile, unless a list has had what is needed of the member.
func loadMember(ctx context.Context, memberID int64, needs circleclient.Part) (*model.Member, error) {
	if listed := listedMember(ctx, memberID, needs); listed != nil {
		return listed, nil
	}
	profile, err := loaders.From(ctx).Profile.Load(ctx, memberID)
	if err != nil {
		return nil, err
	}
	return model.MemberOfProfile(profile), nil
}

// listedMember is a member as a list has carried them a moment ago; nil if it lacks something, or the profile has been
// asked for.
func listedMember(ctx context.Context, memberID int64, needs circleclient.Part) *model.Member {
	l := loaders.From(ctx)
	if l.Profile.Begun(memberID) {
		return nil
	}
	m, ok := l.Circle.Members.Listed(ctx, memberID, needs)
	switch {
	case !ok:
		return nil
	case m.Author != nil:
		return model.MemberOfAuthor(m.Author)
	}
	return model.MemberOfDirectory(m.Row)
}

// directory pages through the members of the community, or of one space.
func (r *Resolver) directory(
	ctx context.Context, field string, spaceID int64, filter *model.MembersFilter, orderBy *string,
	first int, after *string,
) (*model.MemberConnection, error) {
	opts := circleclient.MemberListOptions{SpaceID: spaceID, Sort: deref(orderBy)}
	if filter != nil {
		opts.SearchText = deref(filter.Text)
	}
	return paging.SearchAfter(ctx, paging.Of(field, fingerprint(opts)), first, after,
		func(
			o circleclient.PageOptions, place circleclient.SearchAfter,
		) (*circleclient.Page[*circleclient.DirectoryMember], error) {
			opts.PageOptions, opts.SearchAfter = o, place
			return r.circle.Members.List(ctx, opts)
		}, model.MemberOfDirectory)
}

// searchRequest reads the conditions of a member search.
func searchRequest(filter *model.MemberSearchFilter, orderBy *string) (circleclient.MemberSearchRequest, error) {
	req := circleclient.MemberSearchRequest{Order: deref(orderBy)}
	if filter == nil {
		return req, nil
	}
	req.SearchText, req.Status = deref(filter.Text), deref(filter.Status)
	req.ExcludeEmptyName, req.ExcludeEmptyProfiles = filter.ExcludeEmptyNames, filter.ExcludeEmptyProfiles
	for _, c := range filter.Conditions {
		if c.Key == "" {
			return req, &scalar.InputError{Message: "Each condition needs a `key`, such as \"headline\"."}
		}
		req.Filters = append(req.Filters, circleclient.MemberFilterRequest{
			Key: c.Key, FilterType: deref(c.Operator), Value: deref(c.Value), GTE: wide(c.Min), LTE: wide(c.Max),
			ProfileFieldType: deref(c.ProfileFieldType), ProfileFieldID: deref(c.ProfileFieldID),
		})
	}
	return req, nil
}

// fingerprint tells the arguments of a list apart in its cursors.
func fingerprint(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // options of a list are plain values
	}
	return string(text)
}

// wide is an optional number of GraphQL as Circle takes it.
func wide(n *int) *int64 {
	if n == nil {
		return nil
	}
	w := int64(*n)
	return &w
}
