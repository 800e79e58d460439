package graph_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"circlegraph/circleclient"
	"circlegraph/graph/scalar"
	"circlegraph/internal/race"
)

// madeUpRoom is the room of the lists below.
const madeUpRoom = "11111111-2222-4333-8444-555555555555"

// pagedLists are the lists that Circle pages: the connection in the answer, the path at Circle, the query (LIST stands
// for a page of what shows), what an item shows its number by, and the record of a number.
var pagedLists = []struct {
	connection, path, query, shows string
	record                         func(n int) map[string]any
}{
	{"homeFeed", "/home", `homeFeed(ARGS) LIST`, "circleId", numbered("id")},
	{"space.posts", "/spaces/1/posts", `SPACE { posts(ARGS) LIST }`, "circleId", numbered("id")},
	{"member.posts", "/community_members/1/posts", `MEMBER { posts(ARGS) LIST }`, "circleId", numbered("id")},
	{"member.comments", "/community_members/1/comments", `MEMBER { comments(ARGS) LIST }`, "circleId", numbered("id")},
	{"member.spaces", "/community_members/1/spaces", `MEMBER { spaces(ARGS) LIST }`, "circleId", numbered("id")},
	{"post.comments", "/posts/2/comments", `POST { comments(ARGS) LIST }`, "circleId", numbered("id")},
	{"post.likes", "/posts/2/user_likes", `POST { likes(ARGS) LIST }`, "circleId", numbered("community_member_id")},
	{"comment.replies", "/comments/3/replies", `COMMENT { replies(ARGS) LIST }`, "circleId", numbered("id")},
	{
		"comment.likes", "/comments/3/user_likes", `COMMENT { likes(ARGS) LIST }`, "circleId",
		numbered("community_member_id"),
	},
	{"events", "/community_events", `events(ARGS) LIST`, "circleId", numbered("id")},
	{
		"post.attendees", "/events/2/event_attendees", `POST { ... on Event { attendees(ARGS) LIST } }`, "member.circleId",
		numbered("id", "community_member_id"),
	},
	{
		"post.occurrences", "/spaces/1/events/2/recurring_events", `POST { ... on Event { occurrences(ARGS) LIST } }`,
		"title", numbered("id", "name"),
	},
	{"viewer.notifications", "/notifications", `viewer { notifications(ARGS) LIST }`, "action", numbered("id", "action")},
	{"viewer.bookmarks", "/bookmarks", `viewer { bookmarks(ARGS) LIST }`, "title", func(n int) map[string]any {
		return map[string]any{"id": n, "bookmark_record": numbered("name")(n)}
	}},
	{"viewer.chatRooms", "/messages", `viewer { chatRooms(ARGS) LIST }`, "name", func(n int) map[string]any {
		return map[string]any{"id": n, "uuid": fmt.Sprintf("%08d%s", n, madeUpRoom[8:]), "chat_room_name": n}
	}},
	{
		"chatRoom.participants", "/messages/" + madeUpRoom + "/chat_room_participants", `ROOM { participants(ARGS) LIST }`,
		"member.circleId", numbered("id", "community_member_id"),
	},
	{"viewer.chatThreads", "/chat_threads", `viewer { chatThreads(ARGS) LIST }`, "circleId", numbered("id")},
	{
		"space.course.quizAttempts", "/courses/1/quiz_attempts", `SPACE { course { quizAttempts(ARGS) LIST } }`, "circleId",
		numbered("id", "quiz_id"),
	},
	{
		"search", "/advanced_search", `search(query: "q", ARGS) { PAGE { ... on SearchHit { title } } }`, "title",
		numbered("id", "name"),
	},
	{
		"quickSearch", "/search", `quickSearch(text: "q", ARGS) { PAGE { ... on SearchHit { title } } }`, "title",
		func(n int) map[string]any {
			return map[string]any{"type": "space", "attributes": numbered("id", "name")(n)}
		},
	},
	{"members", "/community_members", `members(ARGS) LIST`, "circleId", numbered("community_member_id")},
	{"space.members", "/community_members", `SPACE { members(ARGS) LIST }`, "circleId", numbered("community_member_id")},
	{
		"searchMembers", "/search/community_members", `searchMembers(ARGS) LIST`, "circleId",
		numbered("community_member_id"),
	},
}

func numbered(keys ...string) func(int) map[string]any {
	return func(n int) map[string]any {
		record := map[string]any{}
		for _, key := range keys {
			record[key] = n
		}
		return record
	}
}

// habit is how an upstream pages.
type habit struct {
	name      string
	size      func(asked int) int // how many it gives at once
	hides     func(n int) bool    // whether it leaves a record out after it has counted it
	page      func(page map[string]any, asked int)
	places    bool // members come with the place to go on from
	sameFirst bool // what it says of itself is wrong in a way that only pages of one size tell
}

func atMostAtOnce(size int) func(int) int { return func(asked int) int { return min(asked, size) } }

var habits = []habit{
	{name: "as documented"},
	{name: "as documented, with places", places: true},
	{name: "20 at most", size: atMostAtOnce(20)},
	{name: "50 at most", size: atMostAtOnce(50)},
	{name: "60 at most", size: atMostAtOnce(60)},
	{name: "60 at most, with places", size: atMostAtOnce(60), places: true},
	{name: "150 always", size: func(int) int { return 150 }},
	{name: "7 always", size: func(int) int { return 7 }},
	{
		name: "20 at most, says the size it was asked for", size: atMostAtOnce(20), sameFirst: true,
		page: func(page map[string]any, asked int) { page["per_page"] = asked },
	},
	{name: "every third hidden", hides: func(n int) bool { return n%3 == 0 }},
	{name: "every third hidden, with places", hides: func(n int) bool { return n%3 == 0 }, places: true},
	{
		name: "every third hidden, 20 at most", size: atMostAtOnce(20),
		hides: func(n int) bool { return n%3 == 0 },
	},
	{name: "some hidden at the beginning", hides: func(n int) bool { return n <= 45 }},
	{name: "empty pages in the middle", hides: func(n int) bool { return n > 40 && n <= 80 }},
	{name: "empty pages in the middle, with places", hides: func(n int) bool { return n > 40 && n <= 80 }, places: true},
	{name: "the end is hidden", hides: func(n int) bool { return n > 90 }},
	{
		name: "numbers as text", size: atMostAtOnce(60),
		page: func(page map[string]any, _ int) {
			for key, value := range page {
				if key != "records" {
					page[key] = fmt.Sprint(value)
				}
			}
		},
	},
	{name: "says nothing of itself but whether more follows", page: func(page map[string]any, _ int) {
		delete(page, "page")
		delete(page, "per_page")
		delete(page, "count")
	}},
	{name: "does not say whether more follows", page: func(page map[string]any, _ int) { page["has_next_page"] = nil }},
	{name: "says nothing of itself", page: func(page map[string]any, _ int) {
		for key := range page {
			if key != "records" {
				page[key] = map[string]any{}
			}
		}
	}},
	{name: "always says that more follows", page: func(page map[string]any, _ int) { page["has_next_page"] = true }},
	{name: "always says that more follows, without a number of all", page: func(page map[string]any, _ int) {
		page["has_next_page"] = true
		delete(page, "count")
	}},
	{name: "gives the last page past the end", page: func(page map[string]any, _ int) { page["has_next_page"] = true }},
}

const listed = 127

// serve answers with a page of a list.
func (h habit) serve(w http.ResponseWriter, r *http.Request, record func(int) map[string]any) {
	body := map[string]any{}
	_ = json.NewDecoder(r.Body).Decode(&body)
	param := func(name string, otherwise int) int {
		n, _ := strconv.Atoi(cmp.Or(r.URL.Query().Get(name), fmt.Sprint(body[name])))
		return cmp.Or(n, otherwise)
	}
	number, asked := param("page", 1), param("per_page", 10)
	size := asked
	if h.size != nil {
		size = h.size(asked)
	}
	if strings.HasPrefix(h.name, "gives the last page") {
		number = min(number, (listed+size-1)/size)
	}
	start := (number - 1) * size
	if place := r.URL.Query().Get("search_after"); place != "" {
		start, _ = strconv.Atoi(place)
	} else if places, ok := body["search_after"].([]any); ok && len(places) > 0 {
		start, _ = strconv.Atoi(fmt.Sprint(places[0]))
	}
	end := min(start+size, listed)
	records := []any{}
	for n := start + 1; n <= end; n++ {
		if h.hides == nil || !h.hides(n) {
			records = append(records, record(n))
		}
	}
	page := map[string]any{
		"records": records, "page": number, "per_page": size, "count": listed, "has_next_page": end < listed,
	}
	if h.places && end < listed {
		page["next_search_after"] = []any{end}
	}
	if h.page != nil {
		h.page(page, asked)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(page)
}

// Whatever an upstream's habits are, a list that is followed to its end gives every item once and in order, says how to
// go on wherever more follows, and takes few requests.
func TestListsWithEveryHabit(t *testing.T) {
	t.Parallel()
	parents := map[string]string{
		"/spaces/1": `{"id": 1, "space_type": "course", "slug": "s"}`,
		"/spaces/1/posts/2": `{"id": 2, "space": {"id": 1}, "user_likes_count": 127, "comment_count": 127,
			"event_setting_attributes": {"starts_at": "2026-03-01T10:00:00Z"},
			"event_attendees": {"records": [], "count": 127}}`,
		"/posts/2/comments/3": `{"id": 3, "post_id": 2, "space_id": 1, "user_likes_count": 127,
			"replies_count": 127}`,
		"/community_members/1/public_profile": `{"id": 1, "name": "A"}`,
		"/messages/" + madeUpRoom:             `{"chat_room": {"id": 9, "uuid": "` + madeUpRoom + `"}}`,
		"/courses/1/sections":                 `[]`,
	}
	comment := scalar.FormatRef(circleclient.Ref{Type: circleclient.RefComment, Space: 1, Post: 2, ID: 3})
	words := strings.NewReplacer("ARGS", "first: $n, after: $after",
		"PAGE", "totalCount pageInfo { hasNextPage endCursor } nodes", "COMMENT", `comment(id: "`+comment+`")`,
		"SPACE", `space(by: {circleId: "1"})`, "MEMBER", `member(by: {circleId: "1"})`,
		"POST", `post(by: {circleId: {space: "1", post: "2"}})`, "ROOM", `chatRoom(uuid: "`+madeUpRoom+`")`)
	for _, h := range habits {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var path string
			var record func(int) map[string]any
			requests := 0
			c := newCommunityBehind(t, func(circle http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					mu.Lock()
					defer mu.Unlock()
					at := strings.TrimPrefix(r.URL.Path, "/api/headless/v1")
					switch parent := parents[at]; {
					case at == path:
						requests++
						h.serve(w, r, record)
					case parent != "":
						answerWith(200, "application/json", parent)(w, r)
					default:
						circle.ServeHTTP(w, r)
					}
				})
			})
			for _, list := range race.Some(pagedLists) {
				for _, firsts := range [][]int{{100}, {20}, {100, 7, 30}} {
					if firsts[0] != firsts[len(firsts)-1] && h.sameFirst ||
						len(firsts)+firsts[0] != 101 &&
							!slices.Contains([]string{"homeFeed", "members", "searchMembers"}, list.connection) {
						continue
					}
					name := fmt.Sprint(list.connection, firsts)
					mu.Lock()
					path, record, requests = list.path, list.record, 0
					mu.Unlock()
					shown := strings.ReplaceAll(list.shows, ".", " { ") + strings.Repeat(" }", strings.Count(list.shows, "."))
					query := strings.ReplaceAll(list.query, "LIST", "{ PAGE { "+shown+" } }")
					query = `query($n: Int!, $after: String) {` + words.Replace(query) + `}`
					var after any
					var got []string
					pages := 0
					for more := true; more; pages++ {
						if pages > 60 {
							t.Fatalf("%s: no end after %d pages", name, pages)
						}
						data := c.data(member, query, map[string]any{"n": firsts[pages%len(firsts)], "after": after})
						connection := at(data, list.connection)
						nodes, _ := at(connection, "nodes").([]any)
						for _, node := range nodes {
							got = append(got, fmt.Sprint(at(node, list.shows)))
						}
						if len(nodes) > firsts[pages%len(firsts)] {
							t.Errorf("%s: %d items, want %d at most", name, len(nodes), firsts[pages%len(firsts)])
						}
						more = at(connection, "pageInfo.hasNextPage").(bool)
						if after = at(connection, "pageInfo.endCursor"); more && after == nil {
							t.Fatalf("%s: more follows, but there is no endCursor after %d items", name, len(got))
						}
					}
					var want []string
					for n := 1; n <= listed; n++ {
						if h.hides == nil || !h.hides(n) {
							want = append(want, strconv.Itoa(n))
						}
					}
					if !slices.Equal(got, want) {
						t.Errorf("%s: %d items, want %d each once and in order: %v", name, len(got), len(want), got)
					}
					if most := 3*pages + listed/7 + 7; requests > most {
						t.Errorf("%s: %d requests for %d pages, want %d at most", name, requests, pages, most)
					}
				}
			}
		})
	}
}
