package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/coder/websocket"

	"circlegraph/internal/shared/redistest"
	"circlegraph/sandbox"
)

const sealKeys = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

// balancer spreads requests over the instances that say that they are ready, and asks another one if an instance takes
// no connection, as proxies do. What was sent it never sends again.
type balancer struct {
	mu        sync.Mutex
	instances []*server
	turn      int
	sent      map[*server]int
}

// serve puts it before the instances.
func (b *balancer) serve(t *testing.T) *server {
	t.Helper()
	b.sent = map[*server]int{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.Out.Host = r.In.Host }, Transport: b}
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, err error) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a request failed: %v", err)
		}
		w.WriteHeader(http.StatusBadGateway)
	}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	return &server{url: front.URL, client: front.Client()}
}

// next is whose turn it is.
func (b *balancer) next() (*server, error) {
	b.mu.Lock()
	all, turn := slices.Clone(b.instances), b.turn
	b.turn++
	b.mu.Unlock()
	for i := range all {
		s := all[(turn+i)%len(all)]
		res, err := s.client.Get(s.url + "/readyz")
		if err != nil {
			continue
		}
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return s, nil
		}
	}
	return nil, errors.New("no instance is ready")
}

// RoundTrip implements [http.RoundTripper].
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	for {
		s, err := b.next()
		if err != nil {
			return nil, err
		}
		to, err := url.Parse(s.url)
		if err != nil {
			return nil, err
		}
		out := r.Clone(r.Context())
		out.URL.Scheme, out.URL.Host = to.Scheme, to.Host
		out.Body, out.GetBody = io.NopCloser(bytes.NewReader(body)), nil
		res, err := s.client.Transport.RoundTrip(out)
		if failed, ok := errors.AsType[*net.OpError](err); ok && failed.Op == "dial" {
			continue
		}
		b.mu.Lock()
		b.sent[s]++
		b.mu.Unlock()
		return res, err
	}
}

// add and remove say which instances there are.
func (b *balancer) add(s *server) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.instances = append(b.instances, s)
}

func (b *balancer) remove(s *server) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.instances = slices.DeleteFunc(b.instances, func(other *server) bool { return s == other })
}

// listener follows a room for as long as ctx lives, as apps do: when its socket ends it comes again by itself, and says
// which message it has seen last.
type listener struct {
	front *server
	token string
	room  string
	last  string

	mu      sync.Mutex
	heard   map[string]int // by text
	tidings chan struct{}  // something was heard
	came    int            // how often it has come
}

func (l *listener) listen(ctx context.Context, t *testing.T) {
	for ctx.Err() == nil {
		err := l.follow(ctx)
		if ctx.Err() == nil && websocket.CloseStatus(err) != websocket.StatusServiceRestart {
			t.Errorf("a socket ends with %v, want 1012", err)
			return
		}
	}
}

// follow listens until the socket ends.
func (l *listener) follow(ctx context.Context) error {
	socket, _, err := websocket.Dial(ctx, l.front.url+"/graphql", //nolint:bodyclose // a websocket has no body
		&websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		return err
	}
	defer func() { _ = socket.CloseNow() }()
	subscription := request(fmt.Sprintf(`subscription { chatRoomChanged(chatRoomId: %q, after: %q) { __typename
		... on ChatMessageAdded { edge { node { id body { plainText } } } } } }`, l.room, l.last))
	for _, text := range []string{
		`{"type":"connection_init","payload":{"Authorization":"Bearer ` + l.token + `"}}`,
		`{"id":"1","type":"subscribe","payload":` + subscription + `}`,
	} {
		if socket.Write(ctx, websocket.MessageText, []byte(text)) != nil {
			break // closed already: the reason is read below
		}
	}
	l.mu.Lock()
	l.came++
	l.mu.Unlock()
	for {
		_, frame, err := socket.Read(ctx)
		if err != nil {
			return err
		}
		var told struct {
			Type    string
			Payload json.RawMessage
		}
		if err := json.Unmarshal(frame, &told); err != nil {
			return err
		}
		switch told.Type {
		case "connection_ack", "ping", "pong":
		case "next":
			if err := l.hear(told.Payload); err != nil {
				return err
			}
		default:
			return fmt.Errorf("it says %s", frame)
		}
	}
}

func (l *listener) hear(payload []byte) error {
	var told struct {
		Data struct {
			ChatRoomChanged struct {
				Typename string `json:"__typename"`
				Edge     struct {
					Node struct {
						ID   string
						Body struct{ PlainText string }
					}
				}
			}
		}
		Errors json.RawMessage
	}
	if err := json.Unmarshal(payload, &told); err != nil {
		return err
	}
	switch event := told.Data.ChatRoomChanged; {
	case told.Errors != nil, event.Typename == "EventsMissed":
		return fmt.Errorf("it says %s", payload)
	case event.Typename == "ChatMessageAdded":
		l.mu.Lock()
		l.heard[event.Edge.Node.Body.PlainText]++
		l.mu.Unlock()
		l.last = event.Edge.Node.ID
		select {
		case l.tidings <- struct{}{}:
		default:
		}
	}
	return nil
}

// waitFor waits until it has heard a text.
func (l *listener) waitFor(ctx context.Context, text string) {
	for ctx.Err() == nil {
		l.mu.Lock()
		n := l.heard[text]
		l.mu.Unlock()
		if n > 0 {
			return
		}
		select {
		case <-l.tidings:
		case <-ctx.Done():
		}
	}
}

// TestRollingRestart: two instances are replaced one by one, twice, while members read, write, sign in and out and
// listen. No request fails, each write is made once although each is sent twice and to whichever instance, and those
// who listen are told everything once: their sockets end with 1012 and they come again by themselves.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	const readers, writers, listeners, rounds, ahead = 2, 2, 3, 4, 5
	store := redistest.Start(t)
	box := sandbox.New(sandbox.Options{HeadlessToken: headless})
	circle := httptest.NewServer(box)
	t.Cleanup(circle.Close)
	instance := func() *server {
		s := start(t, nil, "CIRCLE_URL", circle.URL, "CIRCLE_HEADLESS_TOKEN", headless,
			"CIRCLEGRAPH_COMMUNITY_URL", circle.URL,
			"CIRCLEGRAPH_LOGIN", "trusted", "CIRCLEGRAPH_TRUSTED_SECRET", secret, "CIRCLEGRAPH_SEAL_KEYS", sealKeys,
			"CIRCLEGRAPH_SHARED_URL", store.URL, "CIRCLEGRAPH_INSTANCES", "2", "CIRCLEGRAPH_UPSTREAM_BUDGET", "600000",
			"CIRCLEGRAPH_DRAIN_DELAY", "1s", "CIRCLEGRAPH_SHUTDOWN_GRACE", "5m")
		// A balancer that a busy machine holds up for longer than the delay would send over a connection that is closing.
		s.client.Transport = &http.Transport{DisableKeepAlives: true}
		return s
	}
	b := &balancer{instances: []*server{instance(), instance()}}
	for _, s := range b.instances {
		s.log.waitFor(t, "instances act as one")
	}
	front := b.serve(t)
	token := front.login(t, member).AccessToken
	var places struct {
		HomeFeed struct{ Nodes []struct{ ID string } }
		Viewer   struct {
			ChatRooms struct {
				Nodes []struct {
					ID       string
					Messages struct{ Nodes []struct{ ID string } }
				}
			}
		}
	}
	front.query(t, token, `{ homeFeed(first: 1) { nodes { id } }
		viewer { chatRooms(first: 1) { nodes { id messages(last: 1) { nodes { id } } } } } }`, &places)
	post, room := places.HomeFeed.Nodes[0].ID, places.Viewer.ChatRooms.Nodes[0]

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var load, listening sync.WaitGroup
	var asked, keys atomic.Int64
	ask := func(token, query string) string {
		req := front.request(t, http.MethodPost, "/graphql", token, request(query))
		req.Header.Set("X-Circlegraph-Secret", secret)
		asked.Add(1)
		res, err := front.client.Do(req)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			stop()
			return ""
		}
		defer res.Body.Close()
		answer, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK || bytes.Contains(answer, []byte(`"errors"`)) ||
			bytes.Contains(answer, []byte(`"code"`)) {
			t.Errorf("%s is answered %d %s, %v", query, res.StatusCode, answer, err)
			stop()
		}
		return string(answer)
	}
	again := func(work func(n int)) {
		load.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				work(n)
			}
		})
	}
	twice := func(mutation string) {
		first := ask(token, mutation)
		if second := ask(token, mutation); second != first {
			t.Errorf("%s is answered %s, and again %s", mutation, first, second)
		}
		keys.Add(1)
	}
	for range readers {
		again(func(int) {
			ask(token, `{ homeFeed(first: 3) { nodes { title } } viewer { notificationCounts { inbox } } }`)
		})
	}
	for w := range writers {
		again(func(n int) {
			twice(fmt.Sprintf(`mutation { createComment(input: {postId: %q, body: {text: "Rolling %d %d"},
				idempotencyKey: "%[2]d %[3]d"}) { comment { id } userErrors { code } } }`, post, w, n))
		})
	}
	people := box.Members()
	again(func(n int) { // each member now and then: more than twenty sign-ins in a row are refused
		var in struct{ Data struct{ Login session } }
		answer := ask("", fmt.Sprintf(`mutation { login(input: {email: %q}) { accessToken refreshToken } }`,
			people[n%len(people)].Email))
		if err := json.Unmarshal([]byte(answer), &in); err != nil {
			return // which was said
		}
		access, refresh := in.Data.Login.AccessToken, in.Data.Login.RefreshToken
		ask(access, `{ viewer { member { name } } }`)
		ask("", fmt.Sprintf(`mutation { refreshAccessToken(input: {refreshToken: %q}) { accessToken } }`, refresh))
		ask(access, fmt.Sprintf(`mutation { logout(input: {refreshToken: %q}) { loggedOut } }`, refresh))
	})
	all := make([]*listener, listeners)
	for i := range all {
		all[i] = &listener{
			front: front, token: token, room: room.ID, last: room.Messages.Nodes[0].ID, heard: map[string]int{},
			tidings: make(chan struct{}, 1),
		}
		listening.Go(func() { all[i].listen(ctx, t) })
	}
	said := func(n int) string { return fmt.Sprintf("Message %d", n) }
	messages := make(chan int, 1)
	talk, silence := context.WithCancel(ctx)
	defer silence()
	load.Go(func() {
		n := 0
		for ; talk.Err() == nil; n++ {
			twice(fmt.Sprintf(`mutation { sendChatMessage(input: {chatRoomId: %q, body: {text: %q}, idempotencyKey: %[2]q}) {
				creationUuid userErrors { code } } }`, room.ID, said(n)))
			for _, l := range all { // who are not more than a few messages behind
				if n >= ahead {
					l.waitFor(talk, said(n-ahead))
				}
			}
		}
		messages <- n
	})

	spread := func(n int) { // so many more requests pass
		for until := asked.Load() + int64(n); asked.Load() < until && ctx.Err() == nil; {
			ask(token, `{ viewer { member { name } } }`)
		}
	}
	var gone []*server
	for range rounds {
		spread(40)
		fresh := instance()
		fresh.log.waitFor(t, "instances act as one")
		b.add(fresh)
		spread(20)
		old := b.instances[0]
		old.cancel()
		if code := <-old.exit; code != 0 || strings.Contains(old.log.String(), "cut off") {
			t.Errorf("an instance ends with %d, and its log is\n%s", code, old.log)
		}
		b.remove(old)
		gone = append(gone, old)
	}
	spread(40)
	silence()
	last := <-messages
	for _, l := range all {
		l.waitFor(ctx, said(last-1))
	}
	stop()
	load.Wait()
	listening.Wait()

	for _, s := range append(gone, b.instances...) {
		if b.sent[s] < 10 {
			t.Errorf("an instance had %d requests of %d", b.sent[s], asked.Load())
		}
	}
	writes := 0
	for _, call := range box.Calls() {
		if call.Method == http.MethodPost &&
			(strings.HasSuffix(call.Path, "/comments") || strings.HasSuffix(call.Path, "/chat_room_messages")) {
			writes++
		}
	}
	if int64(writes) != keys.Load() || writes < 20 {
		t.Errorf("%d writes for %d keys", writes, keys.Load())
	}
	comings := 0
	for _, l := range all {
		comings += l.came
		for n := range last {
			if l.heard[said(n)] != 1 {
				t.Errorf("somebody who listened has heard %q %d times", said(n), l.heard[said(n)])
			}
		}
	}
	if comings < listeners+rounds {
		t.Errorf("%d listeners have come %d times: %d restarts have ended hardly any socket", listeners, comings, rounds)
	}
	t.Logf("%d requests, %d writes, %d messages, sockets opened %d times", asked.Load(), writes, last, comings)
}
