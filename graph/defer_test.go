package graph_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
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
	res, err := http.DefaultClient.Do(req)
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
