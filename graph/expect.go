package graph

import (
	"context"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/paging"
)

// expect announces to the loaders what the fields of a node of a list may ask for, see [loaders.Announce]. A record
// that carries what its fields need announces nothing.
func expect(ctx context.Context, node any) {
	l := loaders.From(ctx)
	switch n := node.(type) {
	case circleclient.Ref:
		expectRef(ctx, n)
	case model.Post:
		expectPost(ctx, n.NodeRef())
	case *circleclient.Comment:
		if n.Source == circleclient.SourceMemberComments { // on posts of all kinds, and without their policies
			ref := n.NodeRef()
			expectPost(ctx, ref.OfPost())
			if ref.Parent == 0 {
				l.Comment.Expect(ref)
			}
		}
	case *circleclient.Space:
		l.Unread.Expect(n.ID)
	case *circleclient.SpacePreference:
		l.Space.Expect(n.SpaceID)
	case *circleclient.Notification:
		expectRef(ctx, subjectRef(n))
	case *circleclient.Bookmark:
		if ref := bookmarkedRef(n); !ref.IsZero() {
			expectPost(ctx, ref)
		} else if n.Space() != nil {
			l.Space.Expect(n.Space().ID)
		}
	case model.SearchResult:
		expectRef(ctx, n.Found().NodeRef())
	case *circleclient.ChatRoom:
		if !n.Carries(circleclient.ChatRoomDetails) {
			l.ChatRoom.Expect(n.UUID)
		}
	case *circleclient.ChatMessage:
		if thread := n.Thread(); thread != nil && n.Source != circleclient.SourceThreadReply {
			l.ChatThread.Expect(thread.ID)
		}
	case *circleclient.ChatThread:
		expectThread(ctx, n)
	}
}

// expectRef announces what is fetched by id, and what it stands in. There may be nothing to fetch.
func expectRef(ctx context.Context, ref circleclient.Ref) {
	l := loaders.From(ctx)
	switch ref.Type {
	case circleclient.RefPost:
		expectPost(ctx, ref)
	case circleclient.RefComment:
		l.Comment.Expect(ref)
		if paging.SelectsBeneath(ctx, "post", "viewerCanComment", "viewerCannotCommentReasons") {
			l.Post.Expect(ref.OfPost())
		}
		l.Space.Expect(ref.Space)
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

// expectPost announces a post and its space, which says what the viewer may do with it.
func expectPost(ctx context.Context, ref circleclient.Ref) {
	l := loaders.From(ctx)
	l.Post.Expect(ref)
	l.Space.Expect(ref.Space)
	if ref.Space != 0 { // the home space is none of those that have counts
		l.Unread.Expect(ref.Space)
	}
}

// expectThread announces the room of a thread with its space, or the thread if only its number is known.
func expectThread(ctx context.Context, thread *circleclient.ChatThread) {
	l := loaders.From(ctx)
	room := thread.ChatRoom()
	if room == nil {
		l.ChatThread.Expect(thread.ID)
		return
	}
	l.ChatRoom.Expect(room.UUID)
	if room.EmbeddedSpace != nil {
		l.Space.Expect(room.EmbeddedSpace.ID)
	}
}
