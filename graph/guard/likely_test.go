package guard

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// TestLikelyCost: what decides whether an operation may start.
func TestLikelyCost(t *testing.T) {
	schema, table := costs(t)
	for _, tc := range []struct {
		name, query  string
		most, likely int64
	}{
		{"likers that come along", `{ homeFeed(first: 50) { nodes { likes(first: 2) { nodes { name } } } } }`, 51, 1},
		{"more likers than come along", `{ homeFeed(first: 50) { nodes { likes(first: 20) { nodes { name } } } } }`, 51, 46},
		{"likers of a later page", `{ homeFeed(first: 2) { nodes { likes(first: 2, after: "x") { nodes { name } } } } }`, 5, 5},
		{"places of events", `{ events(first: 100) { nodes { title location { name } } } }`, 101, 11},
		{
			"posts of notifications", `{ viewer { notifications(first: 30) { nodes { subject { ... on Comment { post { title } }
				... on BasicPost { title } } } } } }`, 61, 21,
		},
		{"comments of a feed", `{ homeFeed(first: 50) { nodes { comments(first: 3) { nodes { body { html } } } } } }`, 51, 46},
		{"replies that come along", `{ post(by: {id: "x"}) { comments(first: 50) { nodes { replies { nodes { id } } } } } }`, 52, 2},
		{
			"replies in an order", `{ post(by: {id: "x"}) { comments(first: 50) { nodes { replies(orderBy: OLDEST) { nodes { id }
				} } } } }`, 52, 47,
		},
		{"by ids", `{ nodes(ids: ["a", "b", "c"]) { id } }`, 5, 5},
		{
			"lists in lists", `{ homeFeed(first: 20) { nodes { comments(first: 10) { nodes { author { bio } } } } } }`, 221,
			1 + 18 + 180,
		},
	} {
		doc, errs := gqlparser.LoadQueryWithRules(schema, tc.query, nil)
		if errs != nil {
			t.Fatal(tc.name, errs)
		}
		got := [2]int64{}
		for i, kind := range []kind{atMost, likely} {
			got[i] = table.estimate(doc.Operations[0], nil, kind).calls
		}
		if want := [2]int64{tc.most, tc.likely}; got != want {
			t.Errorf("%s: at most and likely %d, want %d", tc.name, got, want)
		}
	}
}

// cards are what apps show of each item of a list, by the type of the item.
var cards = map[string]string{
	"Post": `id title url createdAt commentsCount likesCount isLikedByViewer isPinned viewerBookmarkId cover { url }
		body { plainText } author { id name avatarUrl headline } space { id name slug emoji } topics { id name }
		likes(first: 3) { nodes { name avatarUrl } }
		... on Event { startsAt endsAt locationType location { name } rsvpCount isAttendedByViewer }
		... on ImagePost { gallery { images { url } } }`,
	"Event": `id title url startsAt endsAt locationType location { name } rsvpCount isAttendedByViewer space { name slug }
		author { name avatarUrl } attendees(first: 3) { nodes { member { name avatarUrl } } }`,
	"Comment": `id createdAt body { html } likesCount isLikedByViewer repliesCount author { id name avatarUrl }
		replies(first: 3) { nodes { id body { html } author { name avatarUrl } } }`,
	"Member":          `id name avatarUrl headline isAdmin tags { id name color }`,
	"Space":           `id name slug emoji type url isPrivate isJoinedByViewer unreadContentCount coverImageUrl`,
	"EventAttendee":   `id rsvpStatus member { id name avatarUrl }`,
	"EventOccurrence": `id title startsAt endsAt timeZone isAttendedByViewer rsvpCount calendar { googleUrl }`,
	"Notification": `id actionType actionText actorName actorImageUrl title spaceName url createdAt readAt
		subject { __typename ... on Comment { id body { plainText } } ... on BasicPost { id title } ... on Event { id title } }`,
	"Bookmark": `id type title excerpt url createdAt author { id name avatarUrl } space { id name }`,
	"SearchResult": `... on SearchHit { title text url subjectId } ... on PostHit { author { name } in: space { name } }
		... on MemberHit { member { id name avatarUrl headline } } ... on SpaceHit { space { id name slug emoji } }`,
	"ChatRoom": `id kind name unreadMessagesCount otherParticipantsPreview { member { id name avatarUrl } }
		lastMessage { id sentAt body { plainText } sender { name } }`,
	"ChatParticipant": `id isOnline lastSeenText member { id name avatarUrl headline }`,
	"ChatMessage":     `id sentAt body { html } sender { id name avatarUrl } repliesCount reactions { emoji count }`,
	"ChatThread":      `id chatRoom { id name } parentMessage { id repliesCount body { plainText } sender { name avatarUrl } }`,
	"QuizAttempt":     `id createdAt grade result member { id name avatarUrl } quiz { id passingGrade }`,
}

// TestFirstPagesAreAllowed: the first page of up to 50 of every list, with what a card shows, may start. Lists that
// hang on the items of lists are asked of one object.
func TestFirstPagesAreAllowed(t *testing.T) {
	schema, table := costs(t)
	const limit = 50 // by default
	found := 0
	for _, def := range schema.Types {
		if def.Kind != ast.Object {
			continue
		}
		within := "node(id: \"x\") { ... on " + def.Name + " { %s } }"
		switch def.Name {
		case "Query":
			within = "%s"
		case "Viewer":
			within = "viewer { %s }"
		case "Course":
			within = "space(by: {circleId: \"1\"}) { course { %s } }"
		}
		for _, field := range def.Fields {
			if !strings.HasSuffix(field.Type.Name(), "Connection") {
				continue
			}
			found++
			item := schema.Types[field.Type.Name()].Fields.ForName("nodes").Type.Name()
			args := "first: 50"
			for _, arg := range field.Arguments {
				if arg.Type.NonNull && arg.DefaultValue == nil {
					args += ", " + arg.Name + `: "beans"`
				}
			}
			list := fmt.Sprintf("%s(%s) { totalCount pageInfo { hasNextPage endCursor } nodes { %s } }", field.Name, args,
				cards[item])
			query := "{ " + fmt.Sprintf(within, list) + " }"
			doc, errs := gqlparser.LoadQueryWithRules(schema, query, rules.NewDefaultRules())
			if errs != nil {
				t.Errorf("%s.%s of %s: %v", def.Name, field.Name, item, errs)
				continue
			}
			if cost := table.estimate(doc.Operations[0], nil, likely).calls; cost > limit {
				t.Errorf("%s.%s is likely to cost %d, more than %d: %s", def.Name, field.Name, cost, limit, query)
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d lists", found)
	}
}
