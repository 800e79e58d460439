package graph

import (
	"context"
	"errors"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/paging"
	"circlegraph/graph/scalar"
)

// ofSpace reads a part of a space, which is loaded where only its name and slug are known. The home space cannot be
// loaded and needs not be.
func ofSpace[T any](ctx context.Context, s *circleclient.Space, read func(*circleclient.Space) *T) (*T, error) {
	return loaders.OfPart(ctx, s, circleclient.SpaceDetails, read)
}

// ofUnread reads an unread count of a space. Circle leaves out spaces in which nothing is unread.
func ofUnread(ctx context.Context, s *circleclient.Space, part func(*circleclient.SpaceUnread) *int) (*int, error) {
	counts, err := loaders.From(ctx).Unread.Load(ctx, s.ID)
	if isNotFound(err) {
		return part(&circleclient.SpaceUnread{}), nil
	}
	if err != nil {
		return nil, err
	}
	return part(counts), nil
}

// spaceBy finds a space. Circle reads a space by its number only; a slug is looked up in the list of all.
func (r *Resolver) spaceBy(ctx context.Context, by model.SpaceBy) (*circleclient.Space, error) {
	switch {
	case by.ID != nil:
		ref, err := scalar.ParseRefOf(circleclient.RefSpace, *by.ID)
		if err != nil {
			return nil, err
		}
		r.prefetch(ctx, ref)
		return loadSpace(ctx, ref.ID)
	case by.CircleID != nil:
		id, err := scalar.ParseCircleID(*by.CircleID)
		if err != nil {
			return nil, err
		}
		r.prefetch(ctx, circleclient.SpaceNodeRef(id))
		return loadSpace(ctx, id)
	}
	slug := deref(by.Slug)
	prefetchSlug(ctx, slug)
	return spaceNamed(ctx, slug)
}

// loadSpace reads a space, unless a list has had what is selected of it.
func loadSpace(ctx context.Context, spaceID int64) (*circleclient.Space, error) {
	return loaders.From(ctx).Space.LoadPart(ctx, spaceID, paging.Parts(ctx))
}

// spaceGroups are the groups of the spaces that the viewer can see, in the order of their first spaces.
func spaceGroups(ctx context.Context) ([]*circleclient.SpaceGroup, error) {
	spaces, err := loaders.From(ctx).Spaces.Load(ctx, struct{}{})
	if err != nil {
		return nil, err
	}
	groups, seen := []*circleclient.SpaceGroup{}, map[int64]bool{}
	for _, s := range spaces {
		if group := s.Group(); group != nil && !seen[group.ID] {
			seen[group.ID] = true
			groups = append(groups, group)
		}
	}
	return groups, nil
}

// spacesOfGroup are the spaces of a group that the viewer can see.
func spacesOfGroup(ctx context.Context, groupID int64) ([]*circleclient.Space, error) {
	spaces, err := loaders.From(ctx).Spaces.Load(ctx, struct{}{})
	if err != nil {
		return nil, err
	}
	inGroup := []*circleclient.Space{}
	for _, s := range spaces {
		if s.SpaceGroupID == groupID {
			inGroup = append(inGroup, s)
		}
	}
	loaders.Announce(ctx, inGroup)
	return inGroup, nil
}

// defaultSpace is the space that the viewer begins with; nil if there is none, or they cannot see it.
func defaultSpace(ctx context.Context) (*circleclient.Space, error) {
	current, err := currentMember(ctx)
	if err != nil || current.DefaultSpaceID == 0 {
		return nil, err
	}
	space, err := listedSpace(ctx, func(s *circleclient.Space) bool { return s.ID == current.DefaultSpaceID })
	if errors.Is(err, circleclient.ErrNotFound) {
		return nil, nil //nolint:nilnil // no such space
	}
	return space, err
}

// spaceNamed finds a space by its slug.
func spaceNamed(ctx context.Context, slug string) (*circleclient.Space, error) {
	return listedSpace(ctx, func(s *circleclient.Space) bool { return s.Slug == slug })
}

// listedSpace finds a space in the list of all; in a new one before it is ErrNotFound.
func listedSpace(ctx context.Context, is func(*circleclient.Space) bool) (*circleclient.Space, error) {
	lists := loaders.From(ctx)
	for _, list := range []*loaders.Loader[struct{}, []*circleclient.Space]{lists.Spaces, lists.NewSpaces} {
		spaces, err := list.Load(ctx, struct{}{})
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(spaces, is); i >= 0 {
			return spaces[i], nil
		}
	}
	return nil, circleclient.ErrNotFound
}

// spaceOnceLoaded is the space in a payload: read after the change, and only where it was asked for. That the read
// fails does not undo the change, so it is an error beside the payload.
func spaceOnceLoaded(ctx context.Context, spaceID int64) *circleclient.Space {
	if !paging.Selects(ctx, "space") {
		return nil
	}
	space, err := loaders.From(ctx).Space.Load(ctx, spaceID)
	if err != nil {
		addError(ctx, err, ast.PathName("space"))
		return nil
	}
	return space
}

// invitedSpace is the space that an invitation leads to.
func invitedSpace(ctx context.Context, invitation *circleclient.Invitation) *circleclient.Space {
	if invitation.RedirectToSpaceID == nil {
		return nil
	}
	return spaceOnceLoaded(ctx, *invitation.RedirectToSpaceID)
}

// markSpaceAsRead needs the number of the viewer's membership, which only the space itself tells.
func (r *Resolver) markSpaceAsRead(
	ctx context.Context, input model.MarkSpaceAsReadInput,
) (*model.MarkSpaceAsReadPayload, error) {
	ref, err := scalar.ParseRefOf(circleclient.RefSpace, input.SpaceID)
	if err != nil {
		return nil, err
	}
	space, err := loaders.From(ctx).Space.Load(ctx, ref.ID)
	if err == nil && space.SpaceMemberID == nil {
		return &model.MarkSpaceAsReadPayload{UserErrors: refused(model.UserErrorCodeForbidden, "Join the space first.",
			"spaceId")}, nil
	}
	if err == nil {
		err = r.circle.Spaces.MarkAsRead(ctx, *space.SpaceMemberID)
	}
	problems, err := userErrors(err)
	return &model.MarkSpaceAsReadPayload{Space: space, UserErrors: problems}, err
}

// spacePreferences is what a space notifies the viewer of; nil if they have not joined it.
func spacePreferences(ctx context.Context, s *circleclient.Space) (*circleclient.SpaceMemberPreferences, error) {
	membership, err := ofSpace(ctx, s, func(s *circleclient.Space) *int64 { return s.SpaceMemberID })
	if err != nil || membership == nil {
		return nil, err
	}
	return loaders.From(ctx).SpacePreferences.Load(ctx, *membership)
}
