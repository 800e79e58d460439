package guard

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"

	"circlegraph/bench/screens"
	"circlegraph/circleclient"
	"circlegraph/graph/generated"
)

func TestEstimate(t *testing.T) {
	for _, tc := range []struct {
		name             string
		want             int64
		path             string // where most of it comes from
		variables, query string
	}{
		{"nobody is asked", 0, "", "", `{ __typename viewer { id } }`},
		{"introspection", 0, "", "", `{ __schema { types { name } } __type(name: "Post") { name } }`},
		{"embedded fields", 1, "homeFeed", "", `{ homeFeed { nodes { title author { name headline isAdmin } space { name }
			topics { name } } } }`},
		{"default of first", 21, "homeFeed.nodes.author.bio", "", `{ homeFeed { nodes { author { bio } } } }`},
		{"first", 4, "homeFeed.nodes.author.bio", "", `{ homeFeed(first: 3) { nodes { author { bio } } } }`},
		{"first by variable", 8, "homeFeed.nodes.author.bio", `{"n":7}`, `query($n: Int!) { homeFeed(first: $n) { nodes {
			author { bio } } } }`},
		{"default of a variable", 6, "homeFeed.nodes.author.bio", "", `query($n: Int! = 5) { homeFeed(first: $n) { nodes {
			author { bio } } } }`},
		{"the most of first", 101, "homeFeed.nodes.author.bio", "", `{ homeFeed(first: 100) { nodes { author { bio } } } }`},
		{"a first that is refused", 1, "homeFeed", "", `{ homeFeed(first: 101) { nodes { author { bio } } } }`},
		{"a page from the middle", 5, "homeFeed.nodes.author.bio", "", `{ homeFeed(first: 3, after: "x") { nodes { author {
			bio } } } }`},
		{"after by a variable without a value", 1, "homeFeed", "", `query($a: String) { homeFeed(first: 3, after: $a) {
			nodes { id } } }`},
		{"lists in lists", 1 + 2 + 6, "homeFeed.nodes.comments.nodes.author.bio", "", `{ homeFeed(first: 2) { nodes {
			comments(first: 3) { nodes { author { bio } } } } } }`},
		{"one load for many fields", 1 + 3 + 3, "homeFeed.nodes.author.bio", "", `{ homeFeed(first: 3) { nodes { author {
			bio location postsCount } viewerCanUpdate viewerCanDelete } } }`},
		{"edges", 4, "homeFeed.edges.node.author.bio", "", `{ homeFeed(first: 3) { edges { node { author { bio } } } } }`},
		{"nodes and edges", 4, "homeFeed.nodes.viewerCanUpdate", "", `{ homeFeed(first: 3) { nodes { viewerCanUpdate } edges
			{ node { viewerCanDelete } } } }`},
		{"repeated fields", 4, "homeFeed.nodes.author.bio", "", `{ homeFeed(first: 3) { nodes { author { bio } } }
			homeFeed(first: 3) { nodes { author { bio } author { bio } } } }`},
		{"aliases", 5, "b.nodes.author.bio", "", `{ a: homeFeed(first: 3) { nodes { id } } b: homeFeed(first: 3) { nodes {
			author { bio } } } }`},
		{"fragments", 4, "homeFeed.nodes.author.bio", "", `{ ...A ...A homeFeed(first: 3) { nodes { author { ...B } } } }
			fragment A on Query { homeFeed(first: 3) { nodes { author { ...B } } } } fragment B on Member { bio }`},
		{"skipped and included", 4, "homeFeed.nodes.viewerCanUpdate", "", `query($no: Boolean = false) { homeFeed(first: 3)
			{ nodes { author { bio @skip(if: true) } ... @include(if: $no) { likes { nodes { id } } } ...L @skip(if: $no) } } }
			fragment L on Post { viewerCanUpdate }`},
		{"the most expensive type", 1 + 10, "search.nodes.post", "", `{ search(query: "x", first: 5) { nodes { ... on
			PostHit { post { title } } ... on CommentHit { comment { post { title } } } ... on LessonHit { lesson { title } } }
			} }`},
		{"a type and its interface", 1 + 3 + 3, "homeFeed.nodes.viewerCanUpdate", "", `{ homeFeed(first: 3) { nodes {
			viewerCanUpdate ... on Event { viewerCanDelete attendees(first: 1) { nodes { id } } } ... on ImagePost { gallery {
			images { id } } likes { nodes { id } } } } } }`},
		{"a field of types apart", 4, "homeFeed.nodes.comments", "", `{ homeFeed(first: 3) { nodes { ... on BasicPost {
			comments(first: 9) { nodes { id } } } ... on Event { comments(first: 4) { nodes { id } } } } } }`},
		{"one request for a list", 1 + 1 + 1 + 1 + 1, "homeFeed", "", `{ homeFeed { nodes { space { type isPrivate }
			viewerCanLike } } spaces { unreadContentCount } }`},
		{"one request for all", 2, "viewer.member", "", `{ viewer { member { bio } email } me: viewer { features { messaging
			} } a: spaces { name } b: space(by: {slug: "x"}) { type } }`},
		{"posts of one space", 1 + 1 + 20 + 1, "space.posts.nodes.comments", "", `{ space(by: {slug: "x"}) { posts { nodes {
			viewerCanUpdate comments { nodes { post { title } } } } } } }`},
		{"the home space", 1 + 1 + 20, "homeSpace.posts.nodes.viewerCanUpdate", "", `{ homeSpace { posts { nodes {
			viewerCanUpdate } } } }`},
		{"replies as they come", 1 + 1 + 20, "post.comments.nodes.replies", "", `{ post(by: {slug: {space: "a", post: "b"}})
			{ comments { nodes { replies { nodes { author { name } } } } } } }`},
		{"replies in an order", 1 + 1 + 2 + 6, "post.comments.nodes.replies.nodes.author", "", `{ post(by: {slug: {space:
			"a", post: "b"}}) { comments(first: 2) { nodes { replies(orderBy: LATEST, first: 3) { nodes { author { name } } } }
			} } }`},
		// Participants of a list lack what those in rooms have.
		{"participants of a list", 1 + 2 + 6, "viewer.chatRooms.nodes.participants.nodes.member.viewerCanSendMessage", "", `
			{ viewer { chatRooms(first: 2) { nodes { otherParticipantsPreview { member { viewerCanSendMessage } }
			participants(first: 3) { nodes { member { headline viewerCanSendMessage } } } } } } }`},
		{"a list without an argument", 1 + 40, "spaces.topics", "", `{ spaces { topics { name } } }`},
		{"ids", 2 + 3, "nodes", `{"ids":["a","b","c"]}`, `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`},
		{"the steps of a mutation", 3 + 3 + 3, "b", "", `mutation { a: likePost(input: {postId: "x"}) { post { author { bio
			} } } b: resetNewNotificationsCount { viewer { email } } c: markAllNotificationsAsRead { viewer { email } } }`},
		{"a key", 2, "createComment", `{"i":{"postId":"x","idempotencyKey":"k","body":{"text":"(member:1)"}}}`, `
			mutation($i: CreateCommentInput!) { createComment(input: $i) { comment { id } } }`},
		{"mentions", 1, "createComment", `{"i":{"postId":"x","body":{"markdown":"[@A](member:1) [@B](member:2)"}}}`, `
			mutation($i: CreateCommentInput!) { createComment(input: $i) { comment { id } } }`},
		{"an event", 1, "notificationCountsChanged", "", `subscription { notificationCountsChanged { mentions } }`},
		{"deferred", 4, "homeFeed.nodes.author.bio", "", `{ homeFeed(first: 3) { nodes { id ... @defer { author { bio } } }
			} }`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var variables map[string]any
			if tc.variables != "" {
				d := json.NewDecoder(strings.NewReader(tc.variables))
				d.UseNumber() // as requests are read
				if err := d.Decode(&variables); err != nil {
					t.Fatal(err)
				}
			}
			got := estimateOf(t, tc.query, variables)
			if path := strings.Join(got.path, "."); got.calls != tc.want || path != tc.path {
				t.Errorf("estimated %d, most of it %s (%d), want %d and %s", got.calls, path, got.most, tc.want, tc.path)
			}
		})
	}
}

// costs are the schema and what it says of costs.
func costs(t testing.TB) (*ast.Schema, *costTable) {
	t.Helper()
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	table, err := readCosts(schema)
	if err != nil {
		t.Fatal(err)
	}
	return schema, table
}

func estimateOf(t testing.TB, query string, variables map[string]any) estimate {
	t.Helper()
	schema, table := costs(t)
	doc, errs := gqlparser.LoadQueryWithRules(schema, query, nil)
	if errs != nil {
		t.Fatal(errs)
	}
	variables, err := validator.VariableValues(schema, doc.Operations[0], variables)
	if err != nil {
		t.Fatal(err)
	}
	return table.estimate(doc.Operations[0], variables, atMost)
}

// A few fragments within each other make more fields than anybody can count, none of which asks for anything.
func TestFragmentsWithinFragments(t *testing.T) {
	query := withinEachOther()
	if e := estimateOf(t, query, nil); e.selections <= maxSelections || e.selections > 2*maxSelections {
		t.Errorf("%d fields were looked at, want a few more than %d", e.selections, maxSelections)
	}
	answer := ask(t, endpoint(), query, "{}")
	if !strings.Contains(answer, `"limit":"selections","max":10000`) {
		t.Errorf("answered %s, want a refusal", answer)
	}
}

// withinEachOther are fragments that each spread the next one many times, in different places.
func withinEachOther() string {
	var query strings.Builder
	query.WriteString(`{ chatRoom(uuid: "x") { ...F0 } }`)
	for i := range 6 {
		fmt.Fprintf(&query, " fragment F%d on ChatRoom { lastMessage { ...M%d } pinnedMessage { ...M%d } "+
			"firstUnreadMessage { ...M%d } }", i, i, i, i)
		fmt.Fprintf(&query, " fragment M%d on ChatMessage { a: chatRoom { ...F%d } b: chatRoom { ...F%d } c: chatRoom { "+
			"...F%d } }", i, i+1, i+1, i+1)
	}
	query.WriteString(" fragment F6 on ChatRoom { id }")
	return query.String()
}

// Each part that a field reads is sent by an operation that fills such objects, and each operation that a @cost names
// sends a part that a field reads: a wrong word would make a field expensive, or free.
func TestWordsOfCostsMeet(t *testing.T) {
	_, table := costs(t)
	var from circleclient.Sources
	var parts []circleclient.Part
	for _, f := range table.fields {
		for _, c := range f.costs {
			from |= c.from
			if c.part != 0 && !slices.Contains(parts, c.part) {
				parts = append(parts, c.part)
			}
		}
	}
	for source := circleclient.Source(1); source < 64; source++ {
		if from&source.Of() != 0 && !slices.ContainsFunc(parts, source.Carries) {
			t.Errorf("source %d is named, and no field reads what it carries", source)
		}
	}
	for _, part := range parts {
		named := false
		for source := circleclient.Source(1); source < 64 && !named; source++ {
			named = from&source.Of() != 0 && source.Carries(part)
		}
		if !named {
			t.Errorf("part %b is read, and no source that is named carries it", part)
		}
	}
	if len(parts) < 20 {
		t.Errorf("only %d parts are read", len(parts))
	}
}

// Words that nothing has are refused where the table is read.
func TestUnknownWordsInCosts(t *testing.T) {
	const directive = "directive @cost(calls: Int! = 1, per: String! = \"object\", part: String, load: String, " +
		"from: [String!]! = [], sameSpace: Boolean! = false, if: String, unless: String) repeatable on FIELD_DEFINITION\n"
	for _, c := range []struct{ cost, want string }{
		{`from: "home"`, ""},
		{`from: ["post", "home"]`, ""},
		{`part: "post.topics"`, ""},
		{`if: "argument.key"`, ""},
		{`unless: "home"`, ""},
		{`per: "moon"`, `per is "moon"`},
		{`from: ["post", "moon"]`, `no operation is called "moon"`},
		{`part: "post.moon"`, `no part is called "post.moon"`},
		{`if: "moon"`, `no argument or operation is called "moon"`},
		{`unless: "moon.key"`, `no argument or operation is called "moon.key"`},
	} {
		_, err := readCosts(gqlparser.MustLoadSchema(&ast.Source{
			Input: directive + "type Query { field(argument: String): Int @cost(" + c.cost + ") }",
		}))
		if got := fmt.Sprint(err); got != cmp.Or(c.want, "<nil>") && got != "cost: Query.field: "+c.want {
			t.Errorf("@cost(%s): %v, want %q", c.cost, err, c.want)
		}
	}
}

func BenchmarkEstimate(b *testing.B) {
	schema, table := costs(b)
	documents := append(slices.Clip(hostile),
		struct{ name, query, limit string }{"fragments within each other", withinEachOther(), "selections"})
	all, err := screens.All()
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range all {
		documents = append(documents, struct{ name, query, limit string }{s.Name, s.Document, ""})
	}
	for _, d := range documents {
		doc, errs := gqlparser.LoadQueryWithRules(schema, d.query, nil)
		if errs != nil {
			continue // it does not come so far
		}
		b.Run(d.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				table.estimate(doc.Operations[0], nil, atMost)
			}
		})
	}
}

// A list whose items may have to wait is known by what is selected in it, however it is written.
func TestListsThatWait(t *testing.T) {
	schema, table := costs(t)
	const comments = `{ homeFeed { nodes { comments { nodes { author { %s } } } } } }`
	for _, c := range []struct {
		query string
		want  []string // aliases
	}{
		{`{ homeFeed { nodes { title author { name } } edges { node { likes { nodes { name } } } } } }`, []string{"edges"}},
		{`{ homeFeed { nodes { title author { name } } } }`, nil},
		{fmt.Sprintf(comments, "name"), []string{"nodes"}},
		{fmt.Sprintf(comments, "bio"), []string{"nodes", "nodes"}},
		{
			`{ homeFeed { one: nodes { title } two: nodes { ...Profiles } } } fragment Profiles on Post { author { bio } }`,
			[]string{"two"},
		},
		{`{ homeFeed { nodes { title } nodes { author { bio } } } }`, []string{"nodes", "nodes"}},
	} {
		doc, errs := gqlparser.LoadQueryWithRules(schema, c.query, nil)
		if errs != nil {
			t.Fatal(errs)
		}
		var got []string
		for field := range table.estimate(doc.Operations[0], nil, atMost).waiting {
			got = append(got, field.Alias)
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q wait, want %q", c.query, got, c.want)
		}
	}
}
