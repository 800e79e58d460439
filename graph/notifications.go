package graph

import (
	"context"
	"errors"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/scalar"
)

// subjectRef is what it takes to fetch what a notification is about; the zero ref where it is gone or of a kind that
// Circle cannot fetch.
func subjectRef(n *circleclient.Notification) circleclient.Ref {
	about := n.Notifiable
	if about == nil || about.ID == 0 {
		return circleclient.Ref{}
	}
	switch n.NotifiableType {
	case "Post", "Event":
		return circleclient.PostRef(about.SpaceID, about.ID)
	case "Comment":
		return circleclient.Ref{
			Type: circleclient.RefComment, Space: about.SpaceID, Post: about.PostID,
			Parent: deref(about.ParentCommentID), ID: about.ID,
		}
	}
	return circleclient.Ref{}
}

// subjectOf is what a notification is about. What was deleted or is hidden is null without an error: the notification
// itself still says what happened.
func subjectOf(ctx context.Context, n *circleclient.Notification) (model.NotificationSubject, error) {
	ref := subjectRef(n)
	if ref.IsZero() {
		return nil, nil //nolint:nilnil // gone
	}
	subject, err := loadNode(ctx, ref)
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

// changed tells the updates of a change to notifications that has succeeded, and gives its error back.
func (r *Resolver) changed(ctx context.Context, err error) error {
	if err == nil {
		r.updates.ChangedNotifications(ctx)
	}
	return err
}

// changeNotification carries out a change to a notification.
func (r *Resolver) changeNotification(
	ctx context.Context, id string, change func(context.Context, int64) (*circleclient.Notification, error),
) (*circleclient.Notification, []*model.UserError, error) {
	number, err := scalar.ParseCircleID(id)
	if err != nil {
		return nil, nil, err
	}
	notification, err := change(ctx, number)
	problems, err := userErrors(r.changed(ctx, err))
	return notification, problems, err
}

// preferencesPayload remembers the medium, unless the change was refused.
func preferencesPayload(medium string, problems []*model.UserError) model.NotificationPreferencesPayload {
	if len(problems) > 0 {
		medium = ""
	}
	return model.NotificationPreferencesPayload{Medium: medium, UserErrors: problems}
}

// changedPreferences reads the preferences after a change; null if it was refused.
func (r *Resolver) changedPreferences(
	ctx context.Context, p model.NotificationPreferencesPayload,
) (*circleclient.NotificationPreferences, error) {
	if p.Medium == "" {
		return nil, nil //nolint:nilnil // the payload's userErrors say why
	}
	return r.preferences(ctx, p.Medium)
}

// preferences reads the preferences of a medium and announces their spaces.
func (r *Resolver) preferences(ctx context.Context, medium string) (*circleclient.NotificationPreferences, error) {
	preferences, err := r.circle.Notifications.Preferences(ctx, medium)
	if err != nil {
		return nil, err
	}
	loaders.Announce(ctx, preferences.SpacePreferences)
	return preferences, nil
}
