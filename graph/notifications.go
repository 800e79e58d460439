package graph

import (
	"context"
	"errors"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/scalar"
)

// subjectRef is what it takes to fetch what a notification is about; the zero ref if it is gone or of a kind that
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
	case "Space":
		return circleclient.SpaceNodeRef(about.ID)
	case "CommunityMember":
		return circleclient.MemberRef(about.ID)
	case "Lesson", "CourseLesson", "Courses::Lesson":
		if about.SpaceID != 0 {
			return circleclient.LessonRef(about.SpaceID, about.ID)
		}
	case "ChatRoomMessage":
		if room := n.RoomUUID(); room != "" {
			return circleclient.ChatMessageRef(room, about.ID)
		}
	}
	return circleclient.Ref{}
}

// readRequest chooses which notifications to mark as read.
func readRequest(
	ctx context.Context, in *model.MarkAllNotificationsAsReadInput,
) (circleclient.ReadRequest, error) {
	if in == nil {
		return circleclient.ReadRequest{}, nil
	}
	r := circleclient.ReadRequest{NotificationType: deref(in.NotificationType)}
	if in.SubjectID == nil {
		return r, nil
	}
	ref, err := scalar.ParseRef(*in.SubjectID)
	if err != nil {
		return r, err
	}
	switch ref.Type {
	case circleclient.RefSpace:
		r.Parent = &circleclient.ReadParent{Type: "Space", ID: ref.ID}
	case circleclient.RefComment:
		r.Parent = &circleclient.ReadParent{Type: "Comment", ID: ref.ID}
	case circleclient.RefPost:
		post, err := loaders.From(ctx).Post.Load(ctx, ref)
		if err != nil {
			return r, err
		}
		r.Parent = &circleclient.ReadParent{Type: "Post", ID: ref.ID}
		if post.Kind() == circleclient.KindEvent {
			r.Parent.Type = "Event"
		}
	default:
		return r, &scalar.InputError{Message: "`subjectId` must be the id of a space, post or comment, not of a " +
			string(ref.Type) + "."}
	}
	return r, nil
}

// subjectOf is what a notification is about. What was deleted or is hidden is null without an error: the notification
// itself still says what happened.
func subjectOf(ctx context.Context, n *circleclient.Notification) (model.NotificationSubject, error) {
	ref := subjectRef(n)
	if ref.IsZero() {
		return nil, nil //nolint:nilnil // gone
	}
	if subject := onlyNamed(ctx, ref); subject != nil {
		return subject, nil
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

// onlyNamed is the subject if nothing of it is selected but its type, so that nothing is asked for it; else nil. Posts
// and comments come many at once, and only the post itself says of what kind it is.
func onlyNamed(ctx context.Context, ref circleclient.Ref) model.NotificationSubject {
	selects := func(name string) bool {
		fields := graphql.CollectFieldsCtx(ctx, []string{name, "Node", "Bookmarkable"})
		return slices.ContainsFunc(fields, func(f graphql.CollectedField) bool { return f.Name != "__typename" })
	}
	if selects(string(ref.Type)) {
		return nil
	}
	switch ref.Type {
	case circleclient.RefMember:
		return &model.Member{ID: ref.ID}
	case circleclient.RefSpace:
		return &circleclient.Space{ID: ref.ID}
	case circleclient.RefLesson:
		return &circleclient.Lesson{ID: ref.ID}
	case circleclient.RefChatMessage:
		return &circleclient.ChatMessage{ID: ref.ID}
	}
	return nil
}

func notificationStatus(filter *model.NotificationsFilter) string {
	if filter == nil {
		return ""
	}
	return deref(filter.Status)
}

// changed tells the viewer's devices of a change to notifications that has succeeded, and gives its error back.
func (r *Resolver) changed(ctx context.Context, err error) error {
	if err == nil {
		r.changedNotifications(ctx)
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
