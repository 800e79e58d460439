package graph

import (
	"context"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/circleclient"
	"circlegraph/graph/paging"
)

const (
	// maxHints is how many hints a response has at most, and how many fields each of them names.
	maxHints = 3
	// fewestCalls is from how many calls on fields of items are worth a hint.
	fewestCalls = 3
)

// hint is one of `extensions.hints`: fields of a list that have cost a call to Circle for each of several items, for
// those who write queries.
type hint struct {
	// Fields are the fields, as paths in the answer; if there are more, the first.
	Fields []string `json:"fields"`
	// Calls is how many calls they have cost together.
	Calls int64 `json:"calls"`
	// Instead is the cheaper way.
	Instead string `json:"instead"`
}

// advice says which calls fields may cost for each item, and what to ask for instead.
type advice struct {
	field      string   // a name that no other row is for; empty for any
	words      []string // of @cost: parts and operations, whole or up to the dot
	operations []string // of Circle, without the prefix of their paths
	instead    string
}

// advices are what there is to advise; the first that fits a field counts.
var advices = []advice{
	{
		"subject", nil,
		[]string{
			"/spaces/{space_id}/posts/{id}", "/spaces/{space_id}/posts", "/posts/{post_id}/comments",
			"/posts/{post_id}/comments/{id}", "/comments/{comment_id}/replies/{id}",
		},
		"Ask for `title` and `url` in the list, and for the subject when it is opened.",
	},
	{
		"",
		[]string{"member."},
		[]string{"/community_members/{community_member_id}/public_profile"},
		"Lists carry `name`, `avatarUrl` and `headline` of their members. Ask for the rest when a profile is opened.",
	},
	{
		"",
		[]string{"memberPosts", "memberComments", "memberSpaces"},
		[]string{
			"/community_members/{community_member_id}/posts", "/community_members/{community_member_id}/comments",
			"/community_members/{community_member_id}/spaces",
		},
		"Ask for what belongs to a member when their profile is opened.",
	},
	{
		"",
		[]string{"post.", "post", "spacePosts"},
		[]string{"/spaces/{space_id}/posts/{id}", "/spaces/{space_id}/posts"},
		"The list carries the other fields of a post. Ask for these when a post, or its menu, is opened.",
	},
	{
		"",
		[]string{"comment.", "comment", "reply"},
		[]string{"/posts/{post_id}/comments/{id}", "/comments/{comment_id}/replies/{id}"},
		"The comments of a post come with these fields. Ask for them there.",
	},
	{
		"",
		[]string{"comments"},
		[]string{"/posts/{post_id}/comments"},
		"Ask for comments when a post is opened; `commentsCount` comes with the list.",
	},
	{
		"",
		[]string{"liker"},
		[]string{"/posts/{post_id}/user_likes", "/comments/{comment_id}/user_likes"},
		"`likesCount` and the first three who like a post come with the list: ask for `likes(first: 3)`.",
	},
	{
		"",
		[]string{"embeddedReply", "replies"},
		[]string{"/comments/{comment_id}/replies"},
		"The first replies come with their comment if no order is asked for: ask for `replies(first: 2)`, and for the rest " +
			"when they are opened.",
	},
	{
		"",
		[]string{"lesson."},
		[]string{"/courses/{course_id}/lessons/{id}"},
		"The outline carries the other fields of a lesson. Ask for these when a lesson is opened.",
	},
	{
		"",
		[]string{"chatRoom."},
		[]string{"/messages/{uuid}"},
		"The inbox, `viewer.chatRooms`, carries nearly all of its rooms. Ask for these fields when a room is opened.",
	},
	{
		"",
		[]string{"chatMessages"},
		[]string{"/messages/{chat_room_uuid}/chat_room_messages"},
		"`lastMessage` comes with each room of the inbox. Ask for messages when a room is opened.",
	},
	{
		"",
		[]string{"attempt."},
		[]string{"/quizzes/{quiz_id}/attempts/{id}"},
		"The list carries the results. Ask for these fields when an attempt is opened.",
	},
}

// showHints says in each response how it could have cost less.
func (r *Resolver) showHints(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	operation := operationOf(ctx)
	response := next(ctx)
	if operation == nil || response == nil {
		return response
	}
	sent := circleclient.AskingFrom(ctx).Usage.Sent() // which [observed] counts in
	hints := hintsFor(operation, graphql.GetOperationContext(ctx).Variables, sent)
	if len(hints) == 0 {
		return response
	}
	if response.Extensions == nil {
		response.Extensions = map[string]any{}
	}
	response.Extensions["hints"] = hints
	return response
}

// hintsFor returns what to advise for an operation that has sent so many requests by operation of Circle's, the most
// expensive first.
func hintsFor(operation *ast.OperationDefinition, variables map[string]any, sent map[string]int64) []hint {
	hints := make([]hint, len(advices))
	for i, a := range advices {
		hints[i].Instead = a.instead
		for _, path := range a.operations {
			hints[i].Calls += sent["GET /api/headless/v1"+path]
		}
	}
	eachOfItems(operation.SelectionSet, nil, false, func(f *ast.Field, path []string) {
		if i := adviceFor(f); i >= 0 {
			hints[i].name(strings.Join(path, "."))
		}
	}, variables)
	return worthwhile(hints)
}

// hintsAhead returns what to advise for an operation that has not been sent, by the requests that its fields are
// estimated to need, see [guard.Price].
func hintsAhead(operation *ast.OperationDefinition, variables map[string]any, fields map[string]int64) []hint {
	hints, counted := make([]hint, len(advices)), map[string]bool{}
	eachOfItems(operation.SelectionSet, nil, false, func(f *ast.Field, path []string) {
		i, name := adviceFor(f), strings.Join(path, ".")
		calls, asks := fields[name]
		if i < 0 || !asks || counted[name] {
			return
		}
		counted[name] = true
		hints[i].Instead = advices[i].instead
		hints[i].Calls += calls
		hints[i].name(name)
	}, variables)
	return worthwhile(hints)
}

// name adds the path of a field, if there is room.
func (h *hint) name(path string) {
	if len(h.Fields) < maxHints && !slices.Contains(h.Fields, path) {
		h.Fields = append(h.Fields, path)
	}
}

// worthwhile are the hints for many calls, the most expensive first.
func worthwhile(hints []hint) []hint {
	hints = slices.DeleteFunc(hints, func(h hint) bool { return h.Calls < fewestCalls || len(h.Fields) == 0 })
	slices.SortStableFunc(hints, func(a, b hint) int { return int(b.Calls - a.Calls) })
	return hints[:min(len(hints), maxHints)]
}

// adviceFor is the place of the advice for a field; -1 if there is none.
func adviceFor(f *ast.Field) int {
	return slices.IndexFunc(advices, func(a advice) bool { return a.fits(f) })
}

// fits reports whether the advice is for a field, by its @cost.
func (a advice) fits(f *ast.Field) bool {
	costs := f.Definition.Directives.ForNames("cost")
	if a.field != "" {
		return f.Name == a.field && len(costs) > 0
	}
	for _, cost := range costs {
		for _, argument := range []string{"part", "from"} {
			value := cost.Arguments.ForName(argument)
			if value == nil {
				continue
			}
			words := []string{value.Value.Raw}
			for _, child := range value.Value.Children {
				words = append(words, child.Value.Raw)
			}
			if slices.ContainsFunc(words, a.names) {
				return true
			}
		}
	}
	return false
}

func (a advice) names(word string) bool {
	return slices.ContainsFunc(a.words, func(w string) bool {
		return w == word || strings.HasSuffix(w, ".") && strings.HasPrefix(word, w)
	})
}

// eachOfItems visits the fields that are selected beneath lists, with their paths.
func eachOfItems(
	set ast.SelectionSet, path []string, ofItem bool, visit func(*ast.Field, []string), variables map[string]any,
) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if s.Definition == nil || !paging.IsIncluded(s.Directives, variables) {
				continue
			}
			path := append(slices.Clip(path), s.Alias)
			if ofItem {
				visit(s, path)
			}
			eachOfItems(s.SelectionSet, path, ofItem || s.Definition.Type.Elem != nil, visit, variables)
		case *ast.InlineFragment:
			if paging.IsIncluded(s.Directives, variables) {
				eachOfItems(s.SelectionSet, path, ofItem, visit, variables)
			}
		case *ast.FragmentSpread:
			if paging.IsIncluded(s.Directives, variables) {
				eachOfItems(s.Definition.SelectionSet, path, ofItem, visit, variables)
			}
		}
	}
}
