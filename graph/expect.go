package graph

import (
	"context"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
)

// The functions here announce to the loaders what the fields beneath a list may ask for, so that the first field to ask
// asks for the whole list. They pass the list on as it is.

// expectPost announces a post and its space, which says what the viewer may do with it.
func expectPost(ctx context.Context, ref circleclient.Ref) {
	l := loaders.From(ctx)
	l.Post.Expect(ref)
	l.Space.Expect(ref.Space)
}

// expectComment announces a comment or reply, and the post it belongs to where something beneath leads there.
func expectComment(ctx context.Context, ref circleclient.Ref) {
	loaders.From(ctx).Comment.Expect(ref)
	if mentions(ctx, "post", "viewerCanComment", "viewerCannotCommentReasons") {
		expectPost(ctx, ref.OfPost())
	} else {
		loaders.From(ctx).Space.Expect(ref.Space)
	}
}

// expectPosts announces the posts of a list.
func expectPosts[P model.Post](ctx context.Context, c *model.Connection[P], err error) (*model.Connection[P], error) {
	if err != nil {
		return nil, err
	}
	for _, p := range c.Nodes {
		expectPost(ctx, p.NodeRef())
	}
	return c, nil
}

// expectSpaces announces the spaces of a list to the loader of unread counts.
func expectSpaces(ctx context.Context, spaces []*circleclient.Space) {
	l := loaders.From(ctx)
	for _, s := range spaces {
		l.Unread.Expect(s.ID)
	}
}

// expectComments announces the comments of a list, which lack their policies, and the posts that they belong to.
func expectComments(ctx context.Context, c *model.CommentConnection, err error) (*model.CommentConnection, error) {
	if err != nil {
		return nil, err
	}
	for _, comment := range c.Nodes {
		ref := comment.NodeRef()
		expectPost(ctx, ref.OfPost())
		if ref.Parent == 0 {
			loaders.From(ctx).Comment.Expect(ref)
		}
	}
	return c, nil
}

// expectSubjects announces what the notifications of a list are about.
func expectSubjects(
	ctx context.Context, c *model.NotificationConnection, err error,
) (*model.NotificationConnection, error) {
	if err != nil {
		return nil, err
	}
	for _, n := range c.Nodes {
		expectNode(ctx, subjectRef(n))
	}
	return c, nil
}

// expectBookmarked announces the posts that the bookmarks of a list mark, and the spaces of all others.
func expectBookmarked(ctx context.Context, c *model.BookmarkConnection, err error) (*model.BookmarkConnection, error) {
	if err != nil {
		return nil, err
	}
	for _, b := range c.Nodes {
		if ref := bookmarkedRef(b); !ref.IsZero() {
			expectPost(ctx, ref)
		} else if b.Space() != nil {
			loaders.From(ctx).Space.Expect(b.Space().ID)
		}
	}
	return c, nil
}

// expectRooms announces the rooms of a list of which Circle tells the names alone.
func expectRooms(ctx context.Context, c *model.ChatRoomConnection, err error) (*model.ChatRoomConnection, error) {
	if err != nil {
		return nil, err
	}
	for _, room := range c.Nodes {
		loaders.From(ctx).ChatRoom.Expect(room.UUID)
	}
	return c, nil
}

// expectThreads announces the rooms of the threads of a list with their spaces, and the threads where Circle tells
// their numbers alone.
func expectThreads(ctx context.Context, c *model.ChatThreadConnection, err error) (*model.ChatThreadConnection, error) {
	if err != nil {
		return nil, err
	}
	l := loaders.From(ctx)
	for _, thread := range c.Nodes {
		if room := thread.ChatRoom(); room != nil {
			l.ChatRoom.Expect(room.UUID)
			if room.EmbeddedSpace != nil {
				l.Space.Expect(room.EmbeddedSpace.ID)
			}
		} else {
			l.ChatThread.Expect(thread.ID)
		}
	}
	return c, nil
}

// expectMessages announces the threads that the messages of a page have begun.
func expectMessages(ctx context.Context, c *model.ChatMessageConnection) *model.ChatMessageConnection {
	for _, m := range c.Nodes {
		if thread := m.Thread(); thread != nil {
			loaders.From(ctx).ChatThread.Expect(thread.ID)
		}
	}
	return c
}

// expectNode announces what is fetched by id, and what it stands in. There may be nothing to fetch.
func expectNode(ctx context.Context, ref circleclient.Ref) {
	l := loaders.From(ctx)
	switch ref.Type {
	case circleclient.RefPost:
		expectPost(ctx, ref)
	case circleclient.RefComment:
		expectComment(ctx, ref)
	case circleclient.RefSpace:
		l.Space.Expect(ref.ID)
	case circleclient.RefLesson:
		l.Space.Expect(ref.Space)
	case circleclient.RefChatRoom:
		l.ChatRoom.Expect(ref.Room)
	case circleclient.RefChatThread:
		l.ChatThread.Expect(ref.ID)
	case circleclient.RefMember, circleclient.RefChatMessage, circleclient.RefQuizAttempt:
	}
}
