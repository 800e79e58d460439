package circleclient

import (
	"errors"
	"net/http"
	"testing"

	"circlegraph/circleclient/lenient"
	"circlegraph/circleclient/richtext"
)

func TestCommentOddities(t *testing.T) {
	for _, c := range []struct {
		name, json string
		ok         func(c *Comment) bool
	}{
		{
			"reply without author", `{"id":1,"community_member_id":4,"parent_comment_id":9}`,
			func(c *Comment) bool { return c.MemberID() == 4 && c.Author == nil && c.ParentID() == 9 },
		},
		{"author gone", `{"author":null,"community_member_id":null}`, func(c *Comment) bool { return c.MemberID() == 0 }},
		{
			"member only in the author", `{"author":{"community_member_id":4}}`,
			func(c *Comment) bool { return c.MemberID() == 4 },
		},
		{"no parent", `{"parent_comment_id":null}`, func(c *Comment) bool { return c.ParentID() == 0 }},
		{"body in a string", `{"body":"<p>x</p>"}`, func(c *Comment) bool { return c.RichText().PlainText() == "x" }},
		{"document", `{"body":{
			"html":"<div><strong>Update available</strong><br>Please update the app to view this comment.</div>"},
			"tiptap_body":{"body":{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text",
			"text":"x"}]}]}}}`, func(c *Comment) bool { return c.RichText().HTML() == "<p>x</p>" }},
		{"replies with a null", `{"replies_count":1,"replies":[null,{"id":3}]}`, func(c *Comment) bool {
			replies, all := c.AllReplies()
			return all && len(replies) == 1 && replies[0].ID == 3
		}},
		{"removed", `{"removed_at":"2026-03-01T18:30:00Z"}`, func(c *Comment) bool { return c.RemovedAt != nil }},
	} {
		var comment Comment
		if err := lenient.Decode([]byte(c.json), &comment); err != nil || !c.ok(&comment) {
			t.Errorf("%s: decode %s = %+v, error %v", c.name, c.json, comment, err)
		}
	}
}

func TestAllReplies(t *testing.T) {
	one := lenient.Lazy[EmbeddedReplies](`[{"id":1}]`)
	for _, c := range []struct {
		name    string
		comment Comment
		want    bool
	}{
		{"none", Comment{Source: SourceEmbeddedReply, RepliesTotal: new(0)}, true},
		{"all", Comment{Source: SourceComments, RepliesTotal: new(1), Replies: one}, true},
		{"some", Comment{Source: SourceComments, RepliesTotal: new(2), Replies: one}, false},
		{"a count that is not sent", Comment{Source: SourceComments, Replies: one}, false},
		{"not sent", Comment{Source: SourceEmbeddedReply, RepliesTotal: new(1)}, false},
		{"a count that lags", Comment{
			Source: SourceComments, RepliesTotal: new(1),
			Replies: lenient.Lazy[EmbeddedReplies](`[{"id":1},{"id":2}]`),
		}, false},
	} {
		if replies, got := c.comment.AllReplies(); got != c.want || len(replies) != len(c.comment.Replies.Get()) {
			t.Errorf("%s: %d replies, all = %t, want %t", c.name, len(replies), got, c.want)
		}
	}
}

func TestCommentRequests(t *testing.T) {
	hello := text(t, "Hello")
	const body = `{"comment":{"body":"<p>Hello</p>","tiptap_body":{"body":` + helloDocument + `}}}`
	opts := CommentListOptions{PageOptions: PageOptions{PerPage: 30}, Sort: "likes"}
	one := func(c *Comment, err error) error {
		if err == nil && c.ID != 5 {
			return errors.New("the comment was not decoded")
		}
		return err
	}
	ctx, c, sends := sending(t)
	sends(page(c.Comments.List(ctx, 8, opts)), "GET /posts/8/comments?per_page=30&sort=likes", "")
	sends(one(c.Comments.Get(ctx, 8, 9)), "GET /posts/8/comments/9", "")
	sends(one(c.Comments.Create(ctx, 8, hello)), "POST /posts/8/comments", body)
	sends(one(c.Comments.Update(ctx, 8, 9, hello)), "PATCH /posts/8/comments/9", body)
	sends(c.Comments.Delete(ctx, 8, 9), "DELETE /posts/8/comments/9", "")
	sends(page(c.Comments.Replies(ctx, 9, opts)), "GET /comments/9/replies?per_page=30&sort=likes", "")
	sends(one(c.Comments.GetReply(ctx, 9, 10)), "GET /comments/9/replies/10", "")
	sends(one(c.Comments.CreateReply(ctx, 9, hello)), "POST /comments/9/replies", body)
	sends(one(c.Comments.UpdateReply(ctx, 9, 10, hello)), "PATCH /comments/9/replies/10", body)
	sends(c.Comments.DeleteReply(ctx, 9, 10), "DELETE /comments/9/replies/10", "")
	sends(page(c.Comments.Likes(ctx, 9, PageOptions{Page: 3})), "GET /comments/9/user_likes?page=3", "")
	sends(c.Comments.Like(ctx, 9), "POST /comments/9/user_likes", "")
	sends(c.Comments.Unlike(ctx, 9), "DELETE /comments/9/user_likes", "")
}

func TestCommentSources(t *testing.T) {
	c, _ := recordingClient(t, http.StatusOK,
		`{"id":5,"replies":[{"id":7,"replies":[{"id":8}]}],"records":[{"id":6,"replies":[{"id":7}]}]}`)
	ctx, hello := asMember(t), text(t, "Hello")
	list := func(p *Page[*Comment], err error) (*Comment, error) {
		if err != nil {
			return nil, err
		}
		return p.Records[0], nil
	}
	for _, row := range []struct {
		want Source
		call func() (*Comment, error)
	}{
		{SourceComments, func() (*Comment, error) { return list(c.Comments.List(ctx, 1, CommentListOptions{})) }},
		{SourceReplies, func() (*Comment, error) { return list(c.Comments.Replies(ctx, 1, CommentListOptions{})) }},
		{SourceComment, func() (*Comment, error) { return c.Comments.Get(ctx, 1, 2) }},
		{SourceReply, func() (*Comment, error) { return c.Comments.GetReply(ctx, 1, 2) }},
		{SourceCreateComment, func() (*Comment, error) { return c.Comments.Create(ctx, 1, hello) }},
		{SourceCreateReply, func() (*Comment, error) { return c.Comments.CreateReply(ctx, 1, hello) }},
		{SourceUpdateComment, func() (*Comment, error) { return c.Comments.Update(ctx, 1, 2, hello) }},
		{SourceUpdateReply, func() (*Comment, error) { return c.Comments.UpdateReply(ctx, 1, 2, hello) }},
	} {
		comment, err := row.call()
		if err != nil || comment.Source != row.want || comment.Replies.Get()[0].Source != SourceEmbeddedReply {
			t.Errorf("got source %d and error %v, want source %d with embedded replies", comment.Source, err, row.want)
		}
	}
}

func TestNoCommentWithoutText(t *testing.T) {
	c := testClient(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") }))
	if _, err := c.Comments.Create(asMember(t), 1, nil); !errors.Is(err, richtext.ErrBlank) {
		t.Errorf("Create without text gives error %v, want %v", err, richtext.ErrBlank)
	}
}
