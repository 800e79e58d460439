package graph

import (
	"context"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/paging"
)

// chatThread is a thread of which nothing but its number is known; everything else is loaded.
func chatThread(id int64) *circleclient.ChatThread { return &circleclient.ChatThread{ID: id} }

// threadReplies gives the replies of a thread; a thread that came without some of them is read by itself.
func threadReplies(
	ctx context.Context, t *circleclient.ChatThread, first int, after *string,
) (*model.ChatMessageConnection, error) {
	t, err := loaders.WithPart(ctx, t, circleclient.ChatThreadDetails)
	if err != nil {
		return nil, err
	}
	if t.ParentMessage == nil || t.ParentMessage.RepliesCount == nil ||
		len(t.Replies) < *t.ParentMessage.RepliesCount {
		if t, err = loaders.From(ctx).ChatThread.LoadFull(ctx, t.ID); err != nil {
			return nil, err
		}
	}
	return paging.Whole(ctx, paging.Of("ChatThread.replies", t.ID), first, after, t.Replies, paging.Itself)
}

// threads pages through the threads that the viewer takes part in.
func (r *Resolver) threads(ctx context.Context, first int, after *string) (*model.ChatThreadConnection, error) {
	return paging.Paginate(ctx, paging.Of("Viewer.chatThreads"), first, after,
		func(o circleclient.PageOptions) (*circleclient.Page[*circleclient.ChatThread], error) {
			return r.circle.Chat.Threads(ctx, o)
		}, paging.Itself)
}

// unreadThreads pages through the threads with unread replies, of which Circle gives only the numbers.
func (r *Resolver) unreadThreads(ctx context.Context, first int, after *string) (*model.ChatThreadConnection, error) {
	if paging.SelectsOnly(ctx) {
		return &model.ChatThreadConnection{}, nil
	}
	ids, err := r.circle.Chat.UnreadThreads(ctx)
	if err != nil {
		return nil, err
	}
	return paging.Whole(ctx, paging.Of("Viewer.unreadChatThreads"), first, after, ids, chatThread)
}
