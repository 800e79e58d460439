package graph

import (
	"context"
	"errors"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/scalar"
)

// subjectOf is what a notification is about. What was deleted or is hidden is null without an error: the notification
// itself still says what happened.
func subjectOf(ctx context.Context, n *circleclient.Notification) (model.NotificationSubject, error) {
	about := n.Notifiable
	if about == nil || about.ID == 0 {
		return nil, nil //nolint:nilnil // gone
	}
	var subject model.Node
	var err error
	switch n.NotifiableType {
	case "Post", "Event", "ImagePost", "BasicPost":
		subject, err = loadPost(ctx, circleclient.PostRef(about.SpaceID, about.ID))
	case "Comment":
		ref := circleclient.Ref{Type: circleclient.RefComment, Space: about.SpaceID, Post: about.PostID, Parent: deref(about.ParentCommentID), ID: about.ID}
		subject, err = orNil(loaders.From(ctx).Comment.Load(ctx, ref)())
	default:
		return nil, nil //nolint:nilnil // a kind that Circle cannot fetch
	}
	if isNotFound(err) || errors.Is(err, circleclient.ErrForbidden) {
		return nil, nil //nolint:nilnil // deleted or hidden
	}
	if err != nil {
		return nil, err
	}
	return subject, nil
}

func notificationStatus(filter *model.NotificationsFilter) string {
	if filter == nil {
		return ""
	}
	return deref(filter.Status)
}

// changeNotification carries out a change to a notification.
func changeNotification(
	ctx context.Context, id string, change func(context.Context, int64) (*circleclient.Notification, error),
) (*circleclient.Notification, []*model.UserError, error) {
	number, err := scalar.ParseCircleID(id)
	if err != nil {
		return nil, nil, err
	}
	notification, err := change(ctx, number)
	problems, err := userErrors(err)
	return notification, problems, err
}

// preferencesPayload remembers the medium, unless the change was refused.
func preferencesPayload(medium string, problems []*model.UserError) model.NotificationPreferencesPayload {
	if len(problems) > 0 {
		medium = ""
	}
	return model.NotificationPreferencesPayload{Medium: medium, UserErrors: problems}
}

// changedPreferences reads the preferences after a change; null where it was refused.
func (r *Resolver) changedPreferences(ctx context.Context, p model.NotificationPreferencesPayload) (*circleclient.NotificationPreferences, error) {
	if p.Medium == "" {
		return nil, nil //nolint:nilnil // the payload's userErrors say why
	}
	return r.circle.Notifications.Preferences(ctx, p.Medium)
}
