package loaders

import (
	"cmp"
	"context"

	"circlegraph/circleclient"
)

func isSpace(id int64, s *circleclient.Space) bool { return s.ID == id }

// homeOrNot keeps the home space, whose number is 0, apart: the list of spaces lacks it.
func homeOrNot(id int64) int64 {
	if id == 0 {
		return 0
	}
	return 1
}

func (l *Loaders) space(ctx context.Context, id int64) (*circleclient.Space, error) {
	if id == 0 {
		return l.Circle.Spaces.Home(ctx)
	}
	return l.Circle.Spaces.Get(ctx, id)
}

// spaces is the list of spaces, which the response may have read already. What it lacks is read by itself: whether a
// space is found must not depend on how many are asked for at the same moment.
func (l *Loaders) spaces(ctx context.Context, _ []int64) ([]*circleclient.Space, error) {
	return l.Spaces.Load(ctx, struct{}{})
}

func isUnread(spaceID int64, u *circleclient.SpaceUnread) bool { return u.SpaceID == spaceID }

func (l *Loaders) unreads(ctx context.Context, spaceIDs []int64) ([]*circleclient.SpaceUnread, error) {
	counts, err := l.Circle.Spaces.NotificationDetails(ctx, spaceIDs)
	return counts, cmp.Or(err, errMissing())
}

func (l *Loaders) unread(ctx context.Context, spaceID int64) (*circleclient.SpaceUnread, error) {
	counts, err := l.unreads(ctx, []int64{spaceID})
	for _, u := range counts {
		if isUnread(spaceID, u) {
			return u, nil
		}
	}
	return nil, err
}
