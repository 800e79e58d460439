package circleclient

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"circlegraph/internal/contract"
)

// reusing lets lists answer for their records for a minute.
func reusing(cfg *Config) { cfg.Memo.Records = time.Minute }

// livingCircle is a Circle with a few posts that members change. A post says in its title whom it was given to, and in
// its likes how often it was changed.
type livingCircle struct {
	mu      sync.Mutex
	members map[string]int64 // by token
	likes   map[int64]int
	gone    map[int64]bool
	shut    map[int64]bool // are not for this member any more
	reads   int            // of single posts
	lists   int
}

func newLivingCircle(members map[string]int64) *livingCircle {
	return &livingCircle{
		members: members, likes: map[int64]int{1: 0, 2: 0, 3: 0}, gone: map[int64]bool{}, shut: map[int64]bool{},
	}
}

func (c *livingCircle) post(token string, id int64) string {
	return fmt.Sprintf(`{"id":%d,"slug":"post-%d","name":"for %d","user_likes_count":%d,"post_type":"basic",
		"status":"published","topics":[],"space":{"id":9,"slug":"garden","name":"Garden"},
		"author":{"community_member_id":%d,"name":"Ada","headline":"for %d"}}`,
		id, id, c.members[token], c.likes[id], 70+id, c.members[token])
}

func (c *livingCircle) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	path := strings.TrimPrefix(r.URL.Path, memberAPI)
	var id int64
	switch {
	case path == "/home":
		c.lists++
		var posts []string
		for id := range int64(len(c.likes)) {
			if !c.gone[id+1] {
				posts = append(posts, c.post(token, id+1))
			}
		}
		say(200, "application/json", `{"records":[`+strings.Join(posts, ",")+`]}`)(w, r)
	case token == "invented":
		say(401, "application/json", `{"message":"The access token is invalid."}`)(w, r)
	case r.Method == http.MethodPost:
		_, _ = fmt.Sscanf(path, "/posts/%d/user_likes", &id)
		c.likes[id]++
		say(200, "application/json", `{"success":true}`)(w, r)
	default:
		c.reads++
		if n, _ := fmt.Sscanf(path, "/spaces/9/posts/%d", &id); n == 0 {
			_, _ = fmt.Sscanf(path, "/spaces/garden/posts/post-%d", &id)
		}
		switch {
		case c.gone[id]:
			say(404, "application/json", `{"message":"Post not found"}`)(w, r)
		case c.shut[id]:
			say(403, "application/json", `{"message":"You are not allowed to do this."}`)(w, r)
		default:
			say(200, "application/json", c.post(token, id))(w, r)
		}
	}
}

// look reads a post as the facade does: from a list if that suffices.
func look(ctx context.Context, c *Client, id int64, needs Part) (p *Post, fromList bool, err error) {
	space, key := SpaceKey{ID: 9}, PostKey{ID: id}
	if p, ok := c.Posts.Listed(ctx, space, key, needs); ok {
		return p, true, nil
	}
	p, err = c.Posts.Get(ctx, space, key)
	return p, false, err
}

// Of two lists that carry a record the one that was asked for last answers, whichever came first.
func TestLatestListAnswers(t *testing.T) {
	circle := newLivingCircle(map[string]int64{"a": 1})
	answered, release := make(chan struct{}), make(chan struct{})
	var asked atomic.Int64
	c, _, known := memoClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		circle.ServeHTTP(answer, r)
		if asked.Add(1) == 1 {
			close(answered)
			<-release
		}
		say(answer.Code, "application/json", answer.Body.String())(w, r)
	}), reusing)
	known.Prove(HashToken("a"), 1)
	ctx := as(t.Context(), "a")
	var slow sync.WaitGroup
	slow.Go(func() {
		if _, err := c.Posts.Home(ctx, PostListOptions{PageOptions: PageOptions{Page: 1}}); err != nil {
			t.Error(err)
		}
	})
	<-answered
	circle.mu.Lock()
	circle.likes[1] = 1
	circle.mu.Unlock()
	if _, err := c.Posts.Home(ctx, PostListOptions{PageOptions: PageOptions{Page: 2}}); err != nil {
		t.Fatal(err)
	}
	close(release)
	slow.Wait()
	p, fromList, err := look(ctx, c, 1, 0)
	if err != nil || !fromList || p.LikesCount() != 1 {
		t.Errorf("%+v, %v, %v; want the later list's", p, fromList, err)
	}
}

// What was read by itself is what a list carries if its name says so, and holds what is in it.
func TestNamesOfRecords(t *testing.T) {
	post := recordName{Ref: Ref{Type: RefPost, ID: 1, Space: 9}, slug: "post-1", space: "garden"}
	comment := recordName{Ref: Ref{Type: RefComment, ID: 3, Space: 9, Post: 1, Parent: 2}}
	room := recordName{Ref: ChatRoomRef("57d9fca7-775e-448c-9d90-b0047f927b7b")}
	for _, tc := range []struct {
		name      string
		read, of  recordName
		is, holds bool
	}{
		{"its number", recordName{Ref: Ref{Type: RefPost, ID: 1}}, post, true, false},
		{"another number", recordName{Ref: Ref{Type: RefPost, ID: 2}}, post, false, false},
		{"its number, of another kind", recordName{Ref: Ref{Type: RefMember, ID: 1}}, post, false, false},
		{"its slug", recordName{Ref: Ref{Type: RefPost}, slug: "post-1", space: "garden"}, post, true, false},
		{"its slug elsewhere", recordName{Ref: Ref{Type: RefPost}, slug: "post-1", space: "shed"}, post, false, false},
		{"its space", recordName{Ref: Ref{Type: RefSpace, ID: 9}}, post, false, true},
		{"another space", recordName{Ref: Ref{Type: RefSpace, ID: 8}}, post, false, false},
		{"its space's slug", recordName{Ref: Ref{Type: RefSpace}, slug: "garden"}, post, false, true},
		{"another slug of a space", recordName{Ref: Ref{Type: RefSpace}, slug: "shed"}, post, false, false},
		{"the post of a comment", recordName{Ref: Ref{Type: RefPost, ID: 1}}, comment, false, true},
		{"another post", recordName{Ref: Ref{Type: RefPost, ID: 3}}, comment, false, false},
		{"what a comment replies to", recordName{Ref: Ref{Type: RefComment, ID: 2}}, comment, false, true},
		{"the comment", recordName{Ref: Ref{Type: RefComment, ID: 3}}, comment, true, false},
		{"the room", room, room, true, false},
		{
			"another room", recordName{Ref: ChatRoomRef("a2f1c7de-30d4-4f7f-9a55-5f3a1f1c7b11")}, room, false, false,
		},
	} {
		if is, holds := tc.read.is(tc.of), tc.read.holds(tc.of); is != tc.is || holds != tc.holds {
			t.Errorf("%s: is %t and holds %t, want %t and %t", tc.name, is, holds, tc.is, tc.holds)
		}
	}
}

// What a list has carried answers a single read for a minute, whichever way the record is named, if it carries all that
// is needed, for the same token, until something is written, told or refused.
func TestListsAnswerForTheirRecords(t *testing.T) {
	type finds = func(context.Context, *Client) bool
	inSpace := func(space SpaceKey, post PostKey, needs Part) finds {
		return func(ctx context.Context, c *Client) bool {
			_, ok := c.Posts.Listed(ctx, space, post, needs)
			return ok
		}
	}
	bySlug := inSpace(SpaceKey{Slug: "garden"}, PostKey{Slug: "post-1"}, 0)
	byNumber := func(needs Part) finds { return inSpace(SpaceKey{ID: 9}, PostKey{ID: 1}, needs) }
	author := func(needs Part) finds {
		return func(ctx context.Context, c *Client) bool {
			m, ok := c.Members.Listed(ctx, 71, needs)
			return ok && *m.Author.Headline == "for 5"
		}
	}
	space := func(needs Part) finds {
		return func(ctx context.Context, c *Client) bool {
			s, ok := c.Spaces.Listed(ctx, 9, needs)
			return ok && s.Name == "Garden"
		}
	}
	home := func(ctx context.Context, c *Client) { _, _ = c.Posts.Home(ctx, PostListOptions{}) }
	single := func(ctx context.Context, c *Client) {
		_, _ = c.Posts.Get(ctx, SpaceKey{ID: 9}, PostKey{ID: 1})
	}
	type env struct {
		c                           *Client
		circle                      *livingCircle
		a, a2, b, unknown, invented context.Context
		later                       func(seconds int64)
	}
	elsewhere := func(w Written) func(env) {
		w.Token = HashToken("of another process")
		return func(e env) { e.c.Wrote(w) }
	}
	for _, tc := range []struct {
		name string
		do   func(e env)
		find finds
		want bool
	}{
		{"by number", nil, byNumber(0), true},
		{"by slugs", nil, bySlug, true},
		{"its parts", nil, byNumber(PostTopics | PostType), true},
		{"a part that shows to be none", nil, byNumber(PostGallery), true},
		{"a part that it lacks", nil, byNumber(PostPolicies), false},
		{"one of two parts that it lacks", nil, byNumber(PostTopics | PostPolicies), false},
		{"another space", nil, inSpace(SpaceKey{ID: 8}, PostKey{ID: 1}, 0), false},
		{"its author", nil, author(MemberHeadline), true},
		{"more of its author than it has", nil, author(MemberProfile), false},
		{"the name of its space", nil, space(0), true},
		{"more of its space", nil, space(SpaceDetails), false},
		{"shortly before its end", func(e env) { e.later(59) }, byNumber(0), true},
		{"at its end", func(e env) { e.later(60) }, byNumber(0), false},
		{"after a write", func(e env) { _ = e.c.Posts.Like(e.a, 2) }, byNumber(0), false},
		{"after a write with another token", func(e env) { _ = e.c.Posts.Like(e.a2, 2) }, byNumber(0), false},
		{"after a write of another member", func(e env) { _ = e.c.Posts.Like(e.b, 2) }, byNumber(0), true},
		{"after a write of whoever that is", func(e env) { _ = e.c.Posts.Like(e.unknown, 2) }, byNumber(0), false},
		{"after a write with an invented token", func(e env) { _ = e.c.Posts.Like(e.invented, 2) }, byNumber(0), true},
		{"after a write elsewhere", elsewhere(Written{MemberID: 5}), byNumber(0), false},
		{"after a write elsewhere of another member", elsewhere(Written{MemberID: 6}), byNumber(0), true},
		{"after a write elsewhere of whoever that is", elsewhere(Written{}), byNumber(0), false},
		{"after a write elsewhere with an invented token", elsewhere(Written{Invented: true}), byNumber(0), true},
		{"after a list that came later", func(e env) {
			_ = e.c.Posts.Like(e.a, 2)
			home(e.a, e.c)
		}, byNumber(0), true},
		{"after a change to chat", func(e env) { e.c.ChangedChat(5) }, byNumber(0), true},
		{"after it was read by itself", func(e env) { single(e.a, e.c) }, byNumber(0), false},
		{"by slugs, after it was read by number", func(e env) { single(e.a, e.c) }, bySlug, false},
		{"by number, after it was read by slugs", func(e env) {
			_, _ = e.c.Posts.Get(e.a, SpaceKey{Slug: "garden"}, PostKey{Slug: "post-1"})
		}, byNumber(0), false},
		{"after another was read by itself", func(e env) {
			_, _ = e.c.Posts.Get(e.a, SpaceKey{ID: 9}, PostKey{ID: 2})
		}, byNumber(0), true},
		{"after another token has read it by itself", func(e env) { single(e.a2, e.c) }, byNumber(0), true},
		{"once it was gone", func(e env) {
			e.circle.gone[1] = true
			single(e.a, e.c)
			e.circle.gone[1] = false
		}, byNumber(0), false},
		{"once it was forbidden", func(e env) {
			e.circle.shut[1] = true
			single(e.a, e.c)
		}, byNumber(0), false},
		{"once its space was refused", func(e env) {
			e.circle.gone[0] = true // what is read of a space
			_, _ = e.c.Spaces.Get(e.a, 9)
		}, byNumber(0), false},
		{"in a list after that", func(e env) {
			e.circle.gone[1] = true
			single(e.a, e.c)
			e.circle.gone[1] = false
			e.later(4)
			home(e.a, e.c)
		}, byNumber(0), true},
		{"after the end of the token", func(e env) { e.c.Forget("a") }, byNumber(0), false},
		{"with another token", nil, nil, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			circle := newLivingCircle(map[string]int64{"a": 5, "a2": 5, "b": 6})
			c, clock, known := memoClient(t, circle, reusing)
			for token, member := range circle.members {
				known.Prove(HashToken(token), member)
			}
			a := as(t.Context(), "a")
			home(a, c)
			find := tc.find
			if find == nil {
				a, find = as(t.Context(), "a2"), byNumber(0)
			}
			if tc.do != nil {
				tc.do(env{
					c: c, circle: circle, a: a, a2: as(t.Context(), "a2"), b: as(t.Context(), "b"),
					unknown: as(t.Context(), "unknown"), invented: as(t.Context(), "invented"),
					later: func(s int64) { clock.Add(s) },
				})
			}
			before := c.Total().Reused()
			if got := find(a, c); got != tc.want || (c.Total().Reused() > before) != got {
				t.Errorf("found: %t, want %t; %d reads reused", got, tc.want, c.Total().Reused()-before)
			}
			if got := find(With(a, Fresh), c); got {
				t.Error("one who wants it fresh gets what a list has had")
			}
		})
	}
}

// The records of all official examples of these lists are found in them, as the lists themselves give them.
func TestRecordsOfExamplesAreFound(t *testing.T) {
	official := contract.Load(t)
	for template, list := range carried {
		examples := official.Examples("GET "+template, 200)
		if len(examples) == 0 {
			t.Errorf("GET %s has no example", template)
		}
		for _, example := range examples {
			var page struct{ Records []object }
			records := objects(example.Body)
			if json.Unmarshal(example.Body, &page) == nil {
				records = page.Records
			}
			path := strings.NewReplacer("{course_id}", "4").Replace(template)
			found := list.find(route{template: template, path: path}, example.Body)
			if strings.HasSuffix(template, "/sections") {
				var lessons []object
				for _, section := range records {
					lessons = append(lessons, objects(section["lessons"])...)
				}
				records = lessons
			}
			for name := range found {
				if !slices.Contains(list.has, name.Type) {
					t.Errorf("%s has a %s", template, name.Type)
				}
			}
			for _, record := range records {
				if !holdsRecord(found, record) {
					t.Errorf("%s: a record is not found in its list: %.200s", template, record["id"])
				}
			}
		}
	}
}

// holdsRecord reports whether a row is this record, by its text.
func holdsRecord(found rows, record object) bool {
	for _, r := range found {
		var row object
		if json.Unmarshal(r.json, &row) == nil && len(row) == len(record) && string(row["id"]) == string(record["id"]) &&
			string(row["uuid"]) == string(record["uuid"]) &&
			string(row["community_member_id"]) == string(record["community_member_id"]) {
			return true
		}
	}
	return false
}

// A path names the record that it is the path of, and what a list stands beneath.
func TestPathsNameRecords(t *testing.T) {
	const room = "f9748511-0649-49fc-82f0-4c99b5c45f38"
	for _, tc := range []struct {
		route  route
		want   recordName
		itself bool
	}{
		{member("/home"), recordName{}, false},
		{member("/spaces/{id}", id(9)), recordName{Ref: SpaceNodeRef(9)}, true},
		{member("/spaces/{space_id}/posts", slug("a b"[:1])), recordName{Ref: Ref{Type: RefSpace}, slug: "a"}, false},
		{
			member("/spaces/{space_id}/posts/{id}", id(9), id(1)),
			recordName{Ref: Ref{Type: RefPost, ID: 1}},
			true,
		},
		{
			member("/spaces/{space_id}/posts/{id}", slug("gärten"), slug("one")),
			recordName{Ref: Ref{Type: RefPost}, space: "gärten", slug: "one"},
			true,
		},
		{member("/posts/{post_id}/comments", id(1)), recordName{Ref: Ref{Type: RefPost, ID: 1}}, false},
		{
			member("/posts/{post_id}/comments/{id}", id(1), id(2)),
			recordName{Ref: Ref{Type: RefComment, ID: 2}},
			true,
		},
		{
			member("/comments/{comment_id}/replies/{id}", id(2), id(3)),
			recordName{Ref: Ref{Type: RefComment, ID: 3}},
			true,
		},
		{
			member("/courses/{course_id}/lessons/{id}", id(4), id(5)),
			recordName{Ref: Ref{Type: RefLesson, ID: 5}},
			true,
		},
		{member("/messages/{uuid}", uuid(room)), recordName{Ref: ChatRoomRef(room)}, true},
		{member("/messages/{chat_room_uuid}/chat_room_messages/{id}", uuid(room), id(6)), recordName{}, false},
		{
			member("/community_members/{community_member_id}/public_profile", id(7)),
			recordName{Ref: MemberRef(7)},
			true,
		},
		{member("/community_members/{community_member_id}/posts", id(7)), recordName{Ref: MemberRef(7)}, false},
	} {
		if got, itself := tc.route.names(); got != tc.want || itself != tc.itself {
			t.Errorf("%s names %+v, by itself %t, want %+v, %t", tc.route.path, got, itself, tc.want, tc.itself)
		}
	}
}

// What one token is known of is bounded: lists, and reads of single records.
func TestListsOfATokenAreBounded(t *testing.T) {
	circle := newLivingCircle(map[string]int64{"a": 5})
	c, _, known := memoClient(t, circle, reusing)
	known.Prove(HashToken("a"), 5)
	a := as(t.Context(), "a")
	of := func() *carriers {
		r, _ := c.memo.answers.GetIfPresent(carriersOf(HashToken("a")))
		if r == nil {
			return &carriers{}
		}
		return r.carriers
	}
	for i := range maxLists + 5 {
		if _, err := c.Posts.Home(a, PostListOptions{PageOptions: PageOptions{Page: i + 1}}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(of().lists); n != maxLists {
		t.Errorf("%d lists are known, want %d", n, maxLists)
	}
	for i := range maxReads + 1 {
		_, _ = c.Posts.Get(a, SpaceKey{ID: 9}, PostKey{ID: int64(i + 1)})
	}
	if n, lists := len(of().reads), len(of().lists); n > maxReads || lists > 0 {
		t.Errorf("%d reads and %d lists are known after too many reads, want no lists", n, lists)
	}
	c.Forget("a")
	if n := c.memo.answers.EstimatedSize(); n != 0 {
		t.Errorf("%d entries after the end of the only token", n)
	}
}
