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
	"testing"
	"time"

	"circlegraph/bench/screens"
	"circlegraph/circleclient"
	"circlegraph/internal/config"
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
	client := &http.Client{Transport: inMemory{circle}}
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
	if res.StatusCode != http.StatusOK {
		return nil, errors.New(res.Status)
	}
	return parse(answer.Bytes())
}

// restApp calls Circle itself. It keeps what has come and asks again only for the rest.
type restApp struct {
	member int
	client *http.Client
	token  string
}

func restApps(_ *testing.T, circle *upstream) func(member int) app {
	client := &http.Client{Transport: inMemory{circle}}
	return func(member int) app { return &restApp{member: member, client: client} }
}

func (a *restApp) signIn(ctx context.Context) error {
	body, _ := json.Marshal(map[string]string{"email": email(a.member)}) // strings cannot fail
	answer, err := call(ctx, a.client, http.MethodPost, "/api/v1/headless/auth_token", secret, body)
	a.token = text(answer, "access_token")
	return err
}

func (a *restApp) home(ctx context.Context) error { return a.open(ctx, restScreens["home"]) }

func (a *restApp) post(ctx context.Context, p postRef) error {
	stages := append([]stage{paths("/spaces/" + p.space + "/posts/" + p.slug)}, restScreens["post"][1:]...)
	return a.open(ctx, stages)
}

func (a *restApp) open(ctx context.Context, stages []stage) error {
	get := func(ctx context.Context, path string) (any, error) {
		return call(ctx, a.client, http.MethodGet, "/api/headless/v1"+path, a.token, nil)
	}
	return walk(ctx, get, stages, true)
}

// facadeApp sends the documents of the screens.
type facadeApp struct {
	member  int
	client  *http.Client
	screens map[string]screens.Screen
	token   string
}

func facadeApps(t *testing.T, circle *upstream) func(member int) app {
	facade := newFacade(t, inMemory{circle}, func(cfg *config.Config) { cfg.UpstreamBudget = budget })
	all, err := screens.All()
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]screens.Screen{}
	for _, s := range all {
		byName[s.Name] = s
	}
	return func(member int) app {
		address := netip.AddrFrom4([4]byte{10, 0, byte(member >> 8), byte(member)})
		from := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			facade.ServeHTTP(w, r.WithContext(circleclient.With(r.Context(), circleclient.FromAddress(address))))
		})
		return &facadeApp{member: member, client: &http.Client{Transport: inMemory{from}}, screens: byName}
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
