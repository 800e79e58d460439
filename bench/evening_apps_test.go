package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"circlegraph/bench/screens"
	"circlegraph/circleclient"
	"circlegraph/internal/config"
	"circlegraph/internal/memnet"
	"circlegraph/sandbox"
)

// newEvening is a Circle with many members, its real limit, and answers that take 50 to 400 ms.
func newEvening(members int) *upstream {
	circle := newUpstream(sandbox.Options{HeadlessToken: secret, Crowd: members, RateLimit: circleLimit}, false)
	circle.latency = func() time.Duration {
		return 50*time.Millisecond + time.Duration(350*square(rand.Float64()))*time.Millisecond
	}
	return circle
}

func square(x float64) float64 { return x * x }

// feedOf gives the posts that everybody sees first.
func feedOf(t *testing.T, circle *upstream) []postRef {
	t.Helper()
	get := memoryGetter(circle, signIn(t, circle.box, "crowd-1@example.com"))
	feed, err := get(t.Context(), "/home?per_page=15")
	if err != nil {
		t.Fatal(err)
	}
	var posts []postRef
	for _, post := range records(feed) {
		posts = append(posts, postRef{text(post, "space", "slug"), text(post, "slug")})
	}
	return posts
}

func email(member int) string { return fmt.Sprintf("crowd-%d@example.com", member+1) }

// memoryGetter reads from a Circle in this process.
func memoryGetter(circle http.Handler, token string) getter {
	client := &http.Client{Transport: memnet.Direct{Handler: circle}}
	return func(ctx context.Context, path string) (any, error) {
		return call(ctx, client, http.MethodGet, "/api/headless/v1"+path, token, nil)
	}
}

// call makes one request that must succeed.
func call(ctx context.Context, client *http.Client, method, path, token string, body []byte) (any, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://127.0.0.1"+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var answer bytes.Buffer
	if _, err := answer.ReadFrom(res.Body); err != nil {
		return nil, err
	}
	if res.StatusCode/100 != 2 {
		return nil, errors.New(res.Status)
	}
	return parse(answer.Bytes())
}

// restApp calls Circle itself.
type restApp struct {
	member int
	client *http.Client
	token  string

	keeps   bool // the own profile and spaces, for the visit
	thrifty bool // it also keeps the feed, and shows of a post what the feed has, and its comments
	room    string

	mu    sync.Mutex
	kept  map[string]any    // by path
	posts map[string]string // numbers, by slug
}

func restApps(_ *testing.T, circle *upstream) func(member int) app {
	client := &http.Client{Transport: memnet.Direct{Handler: circle}}
	return func(member int) app { return &restApp{member: member, client: client} }
}

// carefulRestApps keep what seldom changes.
func carefulRestApps(_ *testing.T, circle *upstream) func(member int) app {
	client := &http.Client{Transport: memnet.Direct{Handler: circle}}
	return func(member int) app { return &restApp{member: member, client: client, keeps: true} }
}

// thriftyRestApps show a post as docs/thrift.md does, and keep the feed for it.
func thriftyRestApps(_ *testing.T, circle *upstream) func(member int) app {
	client := &http.Client{Transport: memnet.Direct{Handler: circle}}
	return func(member int) app { return &restApp{member: member, client: client, keeps: true, thrifty: true} }
}

func (a *restApp) signIn(ctx context.Context) error {
	body, _ := json.Marshal(map[string]string{"email": email(a.member)}) // strings cannot fail
	answer, err := call(ctx, a.client, http.MethodPost, "/api/v1/headless/auth_token", secret, body)
	a.token = text(answer, "access_token")
	return err
}

func (a *restApp) home(ctx context.Context) error { return a.open(ctx, restScreens["home"]) }

func (a *restApp) post(ctx context.Context, p postRef) error {
	a.mu.Lock()
	id := a.posts[p.slug]
	a.mu.Unlock()
	if a.thrifty && id != "" {
		return a.open(ctx, []stage{paths("/posts/" + id + "/comments?per_page=20")})
	}
	stages := append([]stage{paths("/spaces/" + p.space + "/posts/" + p.slug)}, restScreens["post"][1:]...)
	return a.open(ctx, stages)
}

func (a *restApp) open(ctx context.Context, stages []stage) error {
	return walk(ctx, a.get, stages, true)
}

func (a *restApp) get(ctx context.Context, path string) (any, error) {
	keeps := a.keeps && (path == "/community_member" ||
		strings.HasPrefix(path, "/spaces/") && strings.Count(path, "/") == 2)
	a.mu.Lock()
	kept := a.kept[path]
	a.mu.Unlock()
	if kept != nil {
		return kept, nil
	}
	answer, err := call(ctx, a.client, http.MethodGet, "/api/headless/v1"+path, a.token, nil)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.kept == nil {
		a.kept, a.posts = map[string]any{}, map[string]string{}
	}
	if keeps {
		a.kept[path] = answer
	}
	if strings.HasPrefix(path, "/home") {
		for _, post := range records(answer) {
			a.posts[text(post, "slug")] = text(post, "id")
		}
	}
	return answer, nil
}

// facadeApp sends the documents of the screens.
type facadeApp struct {
	member  int
	client  *http.Client
	screens map[string]screens.Screen
	token   string

	streams *http.Client
	room    string
}

func facadeApps(t *testing.T, circle *upstream) func(member int) app {
	return facadeWith(t, eveningFacade(t, memnet.Direct{Handler: circle}), "")
}

// thriftyFacadeApps show a post as docs/thrift.md does.
func thriftyFacadeApps(t *testing.T, circle *upstream) func(member int) app {
	return facadeWith(t, eveningFacade(t, memnet.Direct{Handler: circle}), thriftyPost)
}

const thriftyPost = `query Post($slug: PostSlugInput!) { post(by: { slug: $slug }) {
	id title body { html } author { id name avatarUrl headline } space { id name slug }
	likesCount commentsCount isLikedByViewer isLikeable isCommentable viewerBookmarkId
	likes(first: 3) { nodes { id name avatarUrl } }
	comments(first: 20) { nodes { id body { html } author { id name avatarUrl } replies(first: 10) { nodes { id } } } }
} }`

// eveningFacade is a facade with its default budget.
func eveningFacade(t *testing.T, circle http.RoundTripper) http.Handler {
	t.Helper()
	return newFacade(t, circle, func(cfg *config.Config) { cfg.UpstreamBudget = budget })
}

// facadeWith are apps that show a post by a document; by that of the screen if it is empty.
func facadeWith(t *testing.T, facade http.Handler, post string) func(member int) app {
	t.Helper()
	all, err := screens.All()
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]screens.Screen{}
	for _, s := range all {
		byName[s.Name] = s
	}
	if post != "" {
		byName["post"] = screens.Screen{Name: "post", Document: post}
	}
	return func(member int) app {
		address := netip.AddrFrom4([4]byte{10, 0, byte(member >> 8), byte(member)})
		from := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			facade.ServeHTTP(w, r.WithContext(circleclient.With(r.Context(), circleclient.FromAddress(address))))
		})
		return &facadeApp{member: member, client: &http.Client{Transport: memnet.Direct{Handler: from}}, screens: byName}
	}
}

func (a *facadeApp) signIn(ctx context.Context) error {
	answer, err := a.ask(ctx,
		`mutation Login($email: String!) { login(input: {email: $email}) { accessToken userErrors { message } } }`,
		map[string]any{"email": email(a.member)})
	a.token = text(answer, "data", "login", "accessToken")
	if err == nil && a.token == "" {
		err = errors.New("no token")
	}
	return err
}

func (a *facadeApp) home(ctx context.Context) error {
	_, err := a.ask(ctx, a.screens["home"].Document, nil)
	return err
}

func (a *facadeApp) post(ctx context.Context, p postRef) error {
	_, err := a.ask(ctx, a.screens["post"].Document,
		map[string]any{"slug": map[string]any{"space": p.space, "post": p.slug}})
	return err
}

// ask sends a document. The answer must be complete.
func (a *facadeApp) ask(ctx context.Context, document string, variables map[string]any) (any, error) {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return nil, err
	}
	answer, err := call(ctx, a.client, http.MethodPost, "/graphql", a.token, body)
	if err != nil {
		return nil, err
	}
	object, _ := answer.(map[string]any)
	failures := list(object["errors"])
	if len(failures) == 0 {
		return answer, nil
	}
	var failure refused
	for _, f := range failures {
		seconds, _ := strconv.Atoi(text(f, "extensions", "retryAfterSeconds"))
		failure.after = max(failure.after, time.Duration(seconds)*time.Second)
	}
	return nil, failure
}
