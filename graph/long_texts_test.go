package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"circlegraph/circleclient"
	"circlegraph/internal/race"
)

// TestLongTextsCloseNoList: whatever one member writes, and wherever, the lists that it is in are read by all others.
func TestLongTextsCloseNoList(t *testing.T) {
	race.Skip(t, "one query after the other")
	t.Parallel()
	c := newCommunityAllowing(t, 0, directly, func(cfg *circleclient.Config) {
		cfg.MaxBody = 700 << 10 // ten texts together have more
	})
	text := map[string]any{"type": "text", "text": strings.Repeat("long ", 8000)}
	long := map[string]any{"document": map[string]any{"type": "doc", "content": []any{
		map[string]any{"type": "paragraph", "content": []any{text}},
	}}}
	write := func(mutation, input, made string, values map[string]any) any {
		t.Helper()
		if input != "CreateChatRoomInput" {
			values["body"] = long
		}
		answer := c.data(admin, fmt.Sprintf(`mutation($i: %s!) { %s(input: $i) { %s userErrors { message } } }`, input,
			mutation, made), map[string]any{"i": values})
		if problems, _ := at(answer, mutation+".userErrors").([]any); len(problems) > 0 {
			t.Fatal(problems)
		}
		return at(answer, mutation+"."+strings.NewReplacer(" { ", ".", " }", "").Replace(made))
	}
	var post, comment any
	for i := range 10 {
		post = write("createPost", "CreatePostInput", "post { id }", map[string]any{
			"spaceId": "U3BhY2U6MjcwMDAwNg", "title": fmt.Sprint("Leek ", i), "topicIds": []any{"1180"},
		})
	}
	for range 10 {
		comment = write("createComment", "CreateCommentInput", "comment { id }", map[string]any{"postId": post})
	}
	for range 2 { // which Circle sends with their comment, too
		write("createReply", "CreateReplyInput", "comment { id }", map[string]any{"commentId": comment})
	}
	maya := at(c.data(member, `{ viewer { member { id } } }`, nil), "viewer.member.id")
	room := write("createChatRoom", "CreateChatRoomInput", "chatRoom { id }", map[string]any{"memberIds": []any{maya}})
	for range 10 {
		write("sendChatMessage", "SendChatMessageInput", "status", map[string]any{"chatRoomId": room})
	}
	author := at(c.data(admin, `{ viewer { member { id } } }`, nil), "viewer.member.id")
	const texts = "nodes { body { html } }"
	for _, tc := range []struct {
		of    string // the field that has the list; the list itself is in %s
		id    any
		list  string
		least int
	}{
		{`%s`, nil, "homeFeed(first: 10)", 10},
		{`space(by: {slug: "seed-swap"}) { %s }`, nil, "posts(first: 10)", 10},
		{`member(by: {id: $id}) { %s }`, author, "posts(first: 10)", 10},
		{`member(by: {id: $id}) { %s }`, author, "comments(first: 20)", 12},
		{`post(by: {id: $id}) { %s }`, post, "comments(first: 10)", 10},
		{`chatRoom(by: {id: $id}) { %s }`, room, "messages(last: 10)", 10},
	} {
		query, variables := "query { "+tc.of+" }", map[string]any{}
		if tc.id != nil {
			query, variables["id"] = "query($id: ID!) { "+tc.of+" }", tc.id
		}
		answer, calls := c.ask(member, fmt.Sprintf(query, tc.list+" { "+texts+" }"), variables)
		got := readReply(t, answer)
		path, _, _ := strings.Cut(tc.list, "(")
		if outer, _, within := strings.Cut(tc.of, "("); within {
			path = outer + "." + path
		}
		nodes, _ := at(got.Data, path+".nodes").([]any)
		if len(got.Errors) > 0 || len(nodes) < tc.least || slices.Contains(nodes, nil) || len(calls) < 5 {
			t.Errorf("%s of %s: %d nodes and errors %+v after %d calls, want %d in parts", tc.list, tc.of, len(nodes),
				got.Errors, len(calls), tc.least)
		}
	}
}
