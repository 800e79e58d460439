package graph_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"circlegraph/circleclient"
	"circlegraph/tokens"
)

// reusing is a client with a memo whose lists answer for their records.
func reusing(cfg *circleclient.Config) {
	remembering(cfg)
	cfg.Memo.Records = time.Minute
}

const (
	tomatoes = `post(by: {slug: {space: "vegetables", post: "everything-we-know-about-tomatoes"}})`
	homeList = `{ homeFeed(first: 20) { nodes { id title } } }`
)

// What a list has carried answers for its records: by number, by slugs, as a node, beneath something else. What is
// missing is fetched, the rest is not, and the answer is that of a cold start.
func TestListsAnswerForRecords(t *testing.T) {
	const card = `{ __typename id title body { plainText } likesCount commentsCount isLikedByViewer author { name headline }
		space { name } topics { name } }`
	for _, tc := range []struct {
		name, first string
		path        string // of an id in the first answer, for $id
		query       string
		want        string // calls, without the prefix of their paths
	}{
		{"a post by slugs", homeList, "", `{ ` + tomatoes + card + ` }`, ""},
		{"a post by id", homeList, "homeFeed.nodes.0.id", `query($id: ID!) { post(by: {id: $id}) ` + card + ` }`, ""},
		{
			"a post as a node", homeList, "homeFeed.nodes.0.id", `query($id: ID!) { node(id: $id) { id ... on Post { title } } }`,
			"",
		},
		{
			"what the feed lacks", homeList, "homeFeed.nodes.0.id",
			`query($id: ID!) { post(by: {id: $id}) { title viewerCanDelete viewerCanReport } }`,
			"GET /spaces/{space_id}/posts/{id}",
		},
		{
			"what is skipped", homeList, "homeFeed.nodes.0.id",
			`query($id: ID!, $menu: Boolean = false) { post(by: {id: $id}) { title ...Menu @include(if: $menu) } }
			fragment Menu on Post { viewerCanDelete }`, "",
		},
		{
			"a post with its comments", homeList, "", `{ ` + tomatoes + `{ title comments(first: 5) { nodes { id } } } }`,
			"GET /posts/{post_id}/comments",
		},
		{
			"all of a post of its space", `{ space(by: {slug: "vegetables"}) { posts(first: 20) { nodes { id } } } }`, "",
			`{ ` + tomatoes + `{ title viewerCanDelete viewerCanComment } }`, "",
		},
		{
			"a comment", `{ ` + tomatoes + `{ comments(first: 20) { nodes { id } } } }`, "post.comments.nodes.0.id",
			`query($id: ID!) { comment(id: $id) { body { html } author { name } viewerCanDelete likesCount } }`, "",
		},
		{
			"a reply", `{ ` + tomatoes + `{ comments(first: 20) { nodes { replies(first: 5) { nodes { id } } } } } }`,
			"post.comments.nodes.0.replies.nodes.0.id", `query($id: ID!) { comment(id: $id) { body { html } author { name } } }`,
			"",
		},
		{
			"what a reply lacks", `{ ` + tomatoes + `{ comments(first: 20) { nodes { replies(first: 5) { nodes { id } } } } } }`,
			"post.comments.nodes.0.replies.nodes.0.id", `query($id: ID!) { comment(id: $id) { viewerCanDelete } }`,
			"GET /comments/{comment_id}/replies/{id}",
		},
		{
			"a member of the directory", `{ members(first: 20) { nodes { id } } }`, "members.nodes.0.id",
			`query($id: ID!) { member(by: {id: $id}) { name headline avatarUrl tags { name } viewerCanSendMessage } }`, "",
		},
		{
			"more of a member", `{ members(first: 20) { nodes { id } } }`, "members.nodes.0.id",
			`query($id: ID!) { member(by: {id: $id}) { name bio } }`,
			"GET /community_members/{community_member_id}/public_profile",
		},
		{
			"an author", `{ homeFeed(first: 20) { nodes { author { id } } } }`, "homeFeed.nodes.0.author.id",
			`query($id: ID!) { member(by: {id: $id}) { name headline isAdmin isModerator tags { name } } }`, "",
		},
		{
			"a space", `{ spaces { id } }`, "spaces.0.id",
			`query($id: ID!) { space(by: {id: $id}) { name type isJoinedByViewer viewerCanCreatePost } }`, "",
		},
		{
			"the name of a post's space", `{ homeFeed(first: 20) { nodes { space { id } } } }`, "homeFeed.nodes.0.space.id",
			`query($id: ID!) { space(by: {id: $id}) { name slug emoji } }`, "",
		},
		{
			"more of a post's space", `{ homeFeed(first: 20) { nodes { space { id } } } }`, "homeFeed.nodes.0.space.id",
			`query($id: ID!) { space(by: {id: $id}) { name isJoinedByViewer } }`, "GET /spaces/{id}",
		},
		{
			"a room", `{ viewer { chatRooms(first: 20) { nodes { id } } } }`, "viewer.chatRooms.nodes.0.id",
			`query($id: ID!) { node(id: $id) { ... on ChatRoom { name kind unreadMessagesCount participantsCount
				lastMessage { id } space { name } } } }`, "",
		},
		{
			"what the inbox lacks", `{ viewer { chatRooms(first: 20) { nodes { id } } } }`, "viewer.chatRooms.nodes.0.id",
			`query($id: ID!) { node(id: $id) { ... on ChatRoom { name firstUnreadMessage { id } } } }`, "GET /messages/{uuid}",
		},
		{
			"a lesson", `{ space(by: {id: "U3BhY2U6MjcwMDAxMQ"}) { course { sections { lessons { id } } } } }`,
			"space.course.sections.0.lessons.0.id",
			`query($id: ID!) { lesson(by: {id: $id}) { title viewerStatus isLockedForViewer course { id } } }`, "",
		},
		{
			"more of a lesson", `{ space(by: {id: "U3BhY2U6MjcwMDAxMQ"}) { course { sections { lessons { id } } } } }`,
			"space.course.sections.0.lessons.0.id",
			`query($id: ID!) { lesson(by: {id: $id}) { title body { html } course { space { name } } } }`,
			"GET /courses/{course_id}/lessons/{id}",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cold, c := newCommunity(t), newCommunity(t, reusing)
			listed := c.data(member, tc.first, nil)
			c.clock.Advance(59 * time.Second)
			variables := map[string]any{}
			if tc.path != "" {
				if variables["id"] = at(listed, tc.path); variables["id"] == nil {
					t.Fatalf("nothing at %s: %v", tc.path, listed)
				}
			}
			answer, calls := c.ask(member, tc.query, variables)
			if got := strings.ReplaceAll(strings.Join(calls, " "), "/api/headless/v1", ""); got != tc.want {
				t.Errorf("it costs %q, want %q", got, tc.want)
			}
			if usage := upstreamOf(t, answer); tc.want == "" && usage.Reused == 0 {
				t.Errorf("nothing is shown as reused: %+v", usage)
			}
			want, _ := cold.ask(member, tc.query, variables)
			if got, want := answerOf(t, answer), answerOf(t, want); got != want || strings.Contains(string(answer), `"errors"`) {
				t.Errorf("the answer is\n%s\nwant\n%s", got, want)
			}
			c.clock.Advance(time.Second)
			if _, calls = c.ask(member, tc.query, variables); len(calls) == 0 && tc.want == "" {
				t.Error("a minute after the list nothing is asked")
			}
		})
	}
}

// Of many objects, those that a list has had are not asked for, and the others together as always.
func TestOnlyWhatIsMissingIsAsked(t *testing.T) {
	inBubble(func(t *testing.T) {
		c := newCommunityInBubble(t, directly, reusing)
		space := c.data(member, `{ space(by: {slug: "vegetables"}) { posts(first: 20) { nodes { id } } } }`, nil)
		var ids []any
		for _, n := range at(space, "space.posts.nodes").([]any) {
			ids = append(ids, at(n, "id"))
		}
		c = newCommunityInBubble(t, directly, reusing)
		c.data(member, `{ space(by: {slug: "vegetables"}) { posts(first: 2) { nodes { id } } } }`, nil)
		c.clock.Advance(10 * time.Second)
		const query = `query($ids: [ID!]!) { nodes(ids: $ids) { ... on Post { title viewerCanDelete } } }`
		answer, calls := c.ask(member, query, map[string]any{"ids": ids})
		usage := upstreamOf(t, answer)
		if len(calls) != 1 || usage.Reused != 2 || strings.Contains(string(answer), "errors") {
			t.Errorf("%d posts cost %v, %d reused, want one call and 2: %s", len(ids), calls, usage.Reused, answer)
		}
	})(t)
}

// Members read lists and posts with two tokens each, like and unlike, and others do too. Everybody sees their own
// likes at once, with either token, and never those of others as their own.
func TestNobodySeesTheirWriteUndone(t *testing.T) {
	t.Parallel()
	const single = `query($id: ID!) { post(by: {id: $id}) { id isLikedByViewer likesCount space { name } } }`
	const list = `{ homeFeed(first: 20) { nodes { id isLikedByViewer likesCount } } }`
	c := newCommunity(t, reusing)
	members := []string{member, admin}
	held := map[string][]string{}
	for _, email := range members {
		session, err := c.Sessions.Login(t.Context(), tokens.LoginRequest{Email: email})
		if err != nil {
			t.Fatal(err)
		}
		held[email] = []string{session.AccessToken}
	}
	c.clock.Advance(50 * time.Minute)
	for _, email := range members {
		session, err := c.Sessions.Login(t.Context(), tokens.LoginRequest{Email: email})
		if err != nil {
			t.Fatal(err)
		}
		held[email] = append(held[email], session.AccessToken)
	}
	var ids []string
	for _, n := range at(c.data(member, list, nil), "homeFeed.nodes").([]any) {
		ids = append(ids, at(n, "id").(string))
	}
	liked := map[string]bool{} // by member and post
	for _, email := range members {
		for _, n := range at(c.data(held[email][0], list, nil), "homeFeed.nodes").([]any) {
			liked[email+at(n, "id").(string)] = at(n, "isLikedByViewer").(bool)
		}
	}
	random := rand.New(rand.NewPCG(3, 1))
	var reused int64
	for step := range 250 {
		c.clock.Advance(time.Duration(random.IntN(4)) * time.Second)
		email := members[random.IntN(2)]
		token, id := held[email][random.IntN(2)], ids[random.IntN(len(ids))]
		variables := map[string]any{"id": id}
		switch random.IntN(6) {
		case 0:
			field := map[bool]string{false: "likePost", true: "unlikePost"}[liked[email+id]]
			c.data(token, fmt.Sprintf(`mutation($id: ID!) { %s(input: {postId: $id}) { userErrors { message } } }`, field),
				variables)
			liked[email+id] = !liked[email+id]
		case 1:
			for _, n := range at(c.data(token, list, nil), "homeFeed.nodes").([]any) {
				if post := at(n, "id").(string); at(n, "isLikedByViewer") != liked[email+post] {
					t.Fatalf("step %d: in the list %s sees %v, want %t", step, email, n, liked[email+post])
				}
			}
		default:
			answer, _ := c.ask(token, single, variables)
			reused += upstreamOf(t, answer).Reused
			var out struct{ Data any }
			if err := json.Unmarshal(answer, &out); err != nil || at(out.Data, "post.isLikedByViewer") != liked[email+id] {
				t.Fatalf("step %d: %s sees %s, want %t", step, email, answer, liked[email+id])
			}
		}
	}
	if reused < 30 {
		t.Errorf("%d reads were reused, want many", reused)
	}
}

// The payload of a mutation, and a token that was ended, get nothing of what lists have had.
func TestPayloadsAndEndedTokensReuseNothing(t *testing.T) {
	c := newCommunity(t, reusing)
	token := c.token(member)
	id := at(c.data(token, homeList, nil), "homeFeed.nodes.0.id")
	variables := map[string]any{"id": id}
	_, calls := c.ask(token, `mutation($id: ID!) { followPost(input: {postId: $id}) { post { title } } }`, variables)
	if !strings.Contains(strings.Join(calls, " "), "GET /api/headless/v1/spaces/{space_id}/posts/{id}") {
		t.Errorf("the payload costs %v, want the post read anew", calls)
	}
	c.data(token, homeList, nil)
	c.data(token, `mutation { logout { loggedOut } }`, nil)
	answer, _ := c.ask(token, `query($id: ID!) { post(by: {id: $id}) { title } }`, variables)
	if s := string(answer); !strings.Contains(s, "TOKEN_REVOKED") || strings.Contains(s, `"title"`) {
		t.Errorf("after the logout: %s", s)
	}
}
