package graph

import (
	"context"
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
		return loaders.From(ctx).Space.Load(ctx, ref.ID)
	case by.CircleID != nil:
		id, err := scalar.ParseCircleID(*by.CircleID)
		if err != nil {
			return nil, err
		}
		r.prefetch(ctx, circleclient.SpaceNodeRef(id))
		return loaders.From(ctx).Space.Load(ctx, id)
	}
	slug := deref(by.Slug)
	prefetchSlug(ctx, slug)
	return spaceNamed(ctx, slug)
}

// spaceNamed finds a space by its slug.
func spaceNamed(ctx context.Context, slug string) (*circleclient.Space, error) {
	spaces, err := loaders.From(ctx).Spaces.Load(ctx, struct{}{})
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(spaces, func(s *circleclient.Space) bool { return s.Slug == slug })
	if i < 0 {
		return nil, circleclient.ErrNotFound
	}
	return spaces[i], nil
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
