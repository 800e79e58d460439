package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"circlegraph/internal/config"
)

const acceptDefer = "multipart/mixed;deferSpec=20220824," + asResponse + "," + asJSON // Apollo's

// gqlgen does not defer the root's own fields.
const deferredSpaces = `query {
  viewer { member { name } ... @defer(label: "notifications") { notifications(first: 1) { nodes { title } } } }
  spaces { name ... @defer(label: "posts") { posts(first: 1) { nodes { title } } } }
}`

// open sends a query and gives the answer before its body has been read.
func (c *community) open(as, accept, query string) *http.Response {
	c.t.Helper()
	token := c.token(as)
	body, err := json.Marshal(map[string]any{"query": query})
	if err != nil {
		c.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", asJSON)
	req.Header.Set("Accept", accept)
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := c.client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// The deferred parts arrive after the first one, each with its place, and the last one says that it is the last.
func TestDefer(t *testing.T) {
	c := newCommunity(t)
	res := c.open(member, acceptDefer, deferredSpaces) //nolint:bodyclose // open closes it
	media, params, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil || media != "multipart/mixed" || params["deferspec"] != "20220824" {
		t.Fatalf("answered %s, want multipart/mixed;deferSpec=20220824", res.Header.Get("Content-Type"))
	}
	type part struct {
		Data        map[string]any
		HasNext     *bool
		Errors      []any
		Incremental []struct {
			Data  map[string]any
			Path  []any
			Label string
		}
	}
	var parts []part
	reader := multipart.NewReader(res.Body, params["boundary"])
	for {
		p, err := reader.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var decoded part
		if err := json.NewDecoder(p).Decode(&decoded); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, decoded)
	}
	first := parts[0]
	space, _ := at(first.Data, "spaces.0").(map[string]any)
	if _, early := space["posts"]; early || space["name"] == nil || at(first.Data, "viewer.member.name") == nil ||
		first.HasNext == nil || !*first.HasNext {
		t.Errorf("the first part is %+v, want spaces without posts, and more to come", first)
	}
	notifications, posts := 0, 0
	for i, p := range parts[1:] {
		if last := i == len(parts)-2; p.HasNext == nil || *p.HasNext == last {
			t.Errorf("part %d of %d says hasNext %v", i+2, len(parts), p.HasNext)
		}
		for _, inc := range p.Incremental {
			switch {
			case inc.Label == "notifications" && len(inc.Path) == 1 && inc.Path[0] == "viewer":
				notifications++
			case inc.Label == "posts" && len(inc.Path) == 2 && inc.Path[0] == "spaces":
				posts++
			default:
				t.Errorf("part %d is %+v", i+2, inc)
			}
		}
	}
	if notifications != 1 || posts < 2 {
		t.Errorf("%d parts with notifications and %d with posts, want one and several", notifications, posts)
	}
}

// A client that goes away while parts are outstanding leaves nothing behind.
func TestDeferAbandoned(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Run("clients", func(t *testing.T) { // the servers end with it, once they have nothing left to do
		c := newCommunity(t)
		c.token(member)
		release := make(chan struct{})
		letGo := sync.OnceFunc(func() { close(release) })
		t.Cleanup(letGo)
		c.before = func(r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/notifications") {
				<-release
			}
		}
		for range 20 {
			res := c.open(member, acceptDefer, `{ viewer { member { name } ... @defer { notifications { nodes { id } } } } }`)
			if _, err := io.ReadFull(res.Body, make([]byte, 100)); err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
		}
		letGo()
	})
	http.DefaultClient.CloseIdleConnections()
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}

// What a client defers ends with the client, and with the time that a request may take, however it has come.
func TestDeferredWorkEnds(t *testing.T) {
	const query = `{ homeFeed(first: 5) { nodes { id ... @defer { comments(first: 1) { nodes { id author { headline } } } } } } }`
	overHTTP := func(accept string) func(*community) (leave func(), rest func() string) {
		return func(c *community) (leave func(), rest func() string) {
			ctx, leave := context.WithCancel(c.t.Context())
			c.t.Cleanup(leave)
			body := fmt.Sprintf(`{"query":%q}`, query)
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, strings.NewReader(body))
			if err != nil {
				c.t.Fatal(err)
			}
			req.Header.Set("Content-Type", asJSON)
			req.Header.Set("Accept", accept)
			req.Header.Set("Authorization", "Bearer "+c.token(member))
			text := make(chan string, 1)
			go func() {
				defer close(text)
				if res, err := c.client.Do(req); err == nil {
					all, _ := io.ReadAll(res.Body)
					_ = res.Body.Close()
					text <- string(all)
				}
			}()
			return leave, func() string { return <-text }
		}
	}
	overSocket := func(leaves func(*socket)) func(*community) (leave func(), rest func() string) {
		return func(c *community) (leave func(), rest func() string) {
			s := c.connect(member)
			s.Subscribe("1", query)
			return func() { leaves(s) }, func() string {
				_, text, _ := s.Conn.Read(c.t.Context())
				s.Want("complete")
				s.Subscribe("1", `{ __typename }`) // the id is free again
				s.Want(`"Query"`)
				return string(text)
			}
		}
	}
	for name, begin := range map[string]func(*community) (leave func(), rest func() string){
		"in parts":           overHTTP(acceptDefer),
		"as events":          overHTTP("text/event-stream"),
		"on a socket":        overSocket(func(s *socket) { s.Send(`{"id":"1","type":"complete"}`) }),
		"a socket that ends": overSocket(func(s *socket) { _ = s.Conn.CloseNow() }),
	} {
		t.Run(name+", with its client", inBubble(func(t *testing.T) { deferredWorkEnds(t, begin, true) }))
		t.Run(name+", with its time", inBubble(func(t *testing.T) { deferredWorkEnds(t, begin, false) }))
	}
}

func deferredWorkEnds(t *testing.T, begin func(*community) (leave func(), rest func() string), leaves bool) {
	const limit = 2 * time.Second
	var asked, ended atomic.Int32
	c := newCommunityOver(t, inMemory, func(cfg *config.Config) { cfg.RequestTimeout = limit },
		func(circle http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/comments") {
					asked.Add(1)
					_, _ = io.Copy(io.Discard, r.Body) // then the server notices when its client leaves
					<-r.Context().Done()
					ended.Add(1)
					return
				}
				circle.ServeHTTP(w, r)
			})
		})
	leave, rest := begin(c)
	synctest.Wait()
	if asked.Load() == 0 || ended.Load() > 0 {
		t.Fatalf("%d lists of comments are asked for and %d answered, want some and none", asked.Load(), ended.Load())
	}
	before, start, lasts := asked.Load(), time.Now(), time.Duration(0)
	if leaves {
		leave()
	} else if lasts = limit; !strings.Contains(rest(), "UPSTREAM_TIMEOUT") {
		t.Error("the rest of the answer lacks UPSTREAM_TIMEOUT")
	}
	if lasted := time.Since(start); lasted != lasts {
		t.Errorf("the work has lasted %v, want %v", lasted, lasts)
	}
	synctest.Wait()
	if asked.Load() != before || ended.Load() != before {
		t.Errorf("%d lists were asked for, of which %d have ended, want the first %d", asked.Load(), ended.Load(), before)
	}
}

// gqlgen sends nothing later for a mutation, so all of its answer comes at once.
func TestMutationDefersNothing(t *testing.T) {
	c := newCommunity(t)
	id := at(c.data(member, `{ homeFeed(first: 1) { nodes { id } } }`, nil), "homeFeed.nodes.0.id")
	res := c.open(member, "multipart/mixed", //nolint:bodyclose // open closes it
		fmt.Sprintf(`mutation { likePost(input: {postId: %q}) { post { id ... @defer { comments(first: 1) { totalCount } } } } }`, id))
	text, err := io.ReadAll(res.Body)
	if err != nil || !strings.Contains(string(text), `"comments":{"totalCount":`) || !strings.Contains(string(text), `"hasNext":false`) {
		t.Errorf("the answer is %s, %v, want all of it", text, err)
	}
}
