package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"circlegraph/circleclient"
	"circlegraph/internal/memnet"
	"circlegraph/internal/race"
)

// What apps do besides showing screens: they show how many notifications are new, and what is written in an open chat.
// By REST they ask, as such apps do, each minute and every five seconds. With the facade they subscribe, and each cable
// that it opens counts as a request.

const (
	stays     = 20 * time.Minute // how long an app is open, from the first look
	chatting  = 4                // one member in so many has a chat open
	chatFor   = 5 * time.Minute  // for so long
	askBadge  = time.Minute
	askChat   = 5 * time.Second
	hourlong  = time.Hour
	hourChats = 10 * time.Minute // how long a chat is open in an hour
)

// liveApp is an app that is told what others do.
type liveApp interface {
	app
	// badge follows how many notifications are new, and chat a room, until ctx ends.
	badge(ctx context.Context, seen func(notifications int))
	chat(ctx context.Context, seen func())
}

// signedIn is an app that does something once it has signed in.
type signedIn struct {
	liveApp

	then func()
}

func (s signedIn) signIn(ctx context.Context) error {
	err := s.liveApp.signIn(ctx)
	if err == nil {
		s.then()
	}
	return err
}

// attendAndStay is attend for an app that stays open: its badge is up to date, and some have a chat open.
func attendAndStay(ctx context.Context, a app, dice *rand.Rand, posts []postRef) visit {
	begin := time.Now()
	open, leave := context.WithCancel(ctx)
	var listening sync.WaitGroup
	then := func() { listening.Go(func() { a.(liveApp).badge(open, func(int) {}) }) }
	v := attend(ctx, signedIn{a.(liveApp), then}, dice, posts)
	if dice.IntN(chatting) == 0 {
		chat, end := context.WithTimeout(open, chatFor)
		a.(liveApp).chat(chat, func() {})
		end()
	}
	pause(ctx, time.Until(begin.Add(stays)))
	leave()
	listening.Wait()
	return v
}

// listenForAnHour shows no screen. Somebody else does something in the middle of it, which must be seen.
func listenForAnHour(ctx context.Context, a app, dice *rand.Rand, _ []postRef) visit {
	v := visit{wanted: 2}
	for err := a.signIn(ctx); err != nil; err = a.signIn(ctx) {
		pause(ctx, between(dice, time.Second, 10*time.Second))
	}
	open, leave := context.WithTimeout(ctx, hourlong)
	defer leave()
	var listening sync.WaitGroup
	listening.Go(func() {
		a.(liveApp).badge(open, func(notifications int) {
			if notifications == told {
				v.complete = 1
			}
		})
	})
	read := 0
	chat, end := context.WithTimeout(open, hourChats)
	a.(liveApp).chat(chat, func() { read = 1 })
	end()
	listening.Wait()
	v.complete += read
	return v
}

// told is how many notifications are new at last.
const told = 77

// poll reads from time to time.
func (a *restApp) poll(ctx context.Context, every time.Duration, path string, seen func(any)) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if answer, err := call(ctx, a.client, http.MethodGet, "/api/headless/v1"+path, a.token, nil); err == nil {
			seen(answer)
		}
	}
}

func (a *restApp) badge(ctx context.Context, seen func(int)) {
	a.poll(ctx, askBadge, "/notifications/new_notifications_count", func(answer any) {
		var n int
		_, _ = fmt.Sscan(text(answer, "new_notifications_count"), &n) // zero for anything else
		seen(n)
	})
}

func (a *restApp) chat(ctx context.Context, seen func()) {
	a.poll(ctx, askChat, "/messages/"+a.room+"/chat_room_messages?previous_per_page=20&next_per_page=0",
		func(any) { seen() })
}

// liveRestApps are restApps with a chat.
func liveRestApps(build func(*testing.T, *upstream) func(int) app) func(*testing.T, *upstream) func(int) app {
	return func(t *testing.T, circle *upstream) func(int) app {
		open, room := build(t, circle), chatOf(t, circle)
		return func(member int) app {
			a := open(member).(*restApp)
			a.room = room
			return a
		}
	}
}

// chatOf is a room that everybody may read.
func chatOf(t *testing.T, circle *upstream) string {
	t.Helper()
	get := memoryGetter(circle, signIn(t, circle.box, "crowd-1@example.com"))
	spaces, err := get(t.Context(), "/spaces")
	if err != nil {
		t.Fatal(err)
	}
	for _, space := range list(spaces) {
		one, err := get(t.Context(), "/spaces/"+text(space, "id"))
		if room := text(one, "chat_room_uuid"); err == nil && room != "" {
			return room
		}
	}
	t.Fatal("there is no chat that everybody may read")
	return ""
}

// liveFacadeApps are facadeApps that subscribe. post is a document, or empty for that of the screen.
func liveFacadeApps(post string) func(*testing.T, *upstream) func(int) app {
	return func(t *testing.T, circle *upstream) func(int) app {
		t.Helper()
		transport := serve(t, circle)
		facade := eveningFacade(t, transport)
		streams := &http.Client{Transport: serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			address, _ := netip.ParseAddr(r.Header.Get("From"))
			facade.ServeHTTP(w, r.WithContext(circleclient.With(r.Context(), circleclient.FromAddress(address))))
		}))}
		open := facadeWith(t, facade, post)
		first := open(0).(*facadeApp)
		first.token = signIn(t, circle.box, "crowd-1@example.com")
		answer, err := first.ask(t.Context(), `query Chat($uuid: ID!) { chatRoom(by: { circleId: $uuid }) { id } }`,
			map[string]any{"uuid": chatOf(t, circle)})
		if err != nil {
			t.Fatal(err)
		}
		return func(member int) app {
			a := open(member).(*facadeApp)
			a.streams, a.room = streams, text(answer, "data", "chatRoom", "id")
			return a
		}
	}
}

// serve serves in this process, websockets and streams too.
func serve(t *testing.T, handler http.Handler) http.RoundTripper {
	t.Helper()
	server, transport := memnet.Serve(t, handler)
	transport.MaxIdleConnsPerHost = 100
	t.Cleanup(server.CloseClientConnections)
	return transport
}

func (a *facadeApp) badge(ctx context.Context, seen func(int)) {
	a.follow(ctx, `subscription { notificationCountsChanged { notifications } }`, nil, func(event any) {
		var n int
		_, _ = fmt.Sscan(text(event, "data", "notificationCountsChanged", "notifications"), &n)
		seen(n)
	})
}

func (a *facadeApp) chat(ctx context.Context, seen func()) {
	a.follow(ctx, `subscription($room: ID!) { chatRoomChanged(chatRoomId: $room) {
		... on ChatMessageAdded { edge { node { id body { html } sender { id name avatarUrl } } } } } }`,
		map[string]any{"room": a.room}, func(any) { seen() })
}

// follow subscribes, again and again until ctx ends.
func (a *facadeApp) follow(ctx context.Context, document string, variables map[string]any, seen func(any)) {
	body, _ := json.Marshal(map[string]any{"query": document, "variables": variables}) // strings cannot fail
	for attempt := 0; ctx.Err() == nil; attempt++ {
		if attempt > 0 {
			pause(ctx, 3*time.Second)
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1/graphql", bytes.NewReader(body))
		if err != nil {
			return
		}
		req.Header.Set("Authorization", "Bearer "+a.token)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept", "text/event-stream")
		req.Header.Set("From", netip.AddrFrom4([4]byte{10, 0, byte(a.member >> 8), byte(a.member)}).String())
		res, err := a.streams.Do(req)
		if err != nil {
			continue
		}
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				if event, err := parse([]byte(data)); err == nil {
					seen(event)
				}
			}
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
	}
}

// talk writes in the room each minute for an hour, and in the middle of it tells all members of
// the crowd that they have notifications.
func talk(members int) func(*testing.T, *upstream) {
	return func(t *testing.T, circle *upstream) {
		t.Helper()
		ctx := t.Context()
		client := &http.Client{Transport: memnet.Direct{Handler: circle.box}}
		writer := signIn(t, circle.box, "member@example.com")
		path := "/api/headless/v1/messages/" + chatOf(t, circle) + "/chat_room_messages"
		body := []byte(`{"rich_text_body":{"body":{"type":"doc","content":[{"type":"paragraph","content":` +
			`[{"type":"text","text":"Good evening."}]}]}}}`)
		for minute := range 58 { // then the token ends
			pause(ctx, time.Minute)
			_, _ = call(ctx, client, http.MethodPost, path, writer, body) // who asks too often has a limit, for the writer too
			all := circle.box.Members()
			for _, m := range all[len(all)-members:] {
				if minute == 30 {
					circle.box.Broadcast(fmt.Sprintf("notification-channel-%d", m.ID),
						map[string]any{"event": "updateNewNotificationCount", "new_notifications_count": told})
				}
			}
		}
	}
}

// liveRows are the rows of apps that stay open.
func liveRows(t *testing.T, table *table, lasts time.Duration) {
	t.Helper()
	for _, care := range []struct {
		name   string
		rest   func(*testing.T, *upstream) func(int) app
		facade string
	}{
		{"", restApps, ""},
		{"thrifty ", thriftyRestApps, thriftyPost},
	} {
		rest := holdWith(t, *crowd, lasts, liveRestApps(care.rest), attendAndStay, talk(0))
		rest.print(table, fmt.Sprintf("%sREST that asks for badge and chat, %v", care.name, lasts), rest)
		holdWith(t, *crowd, lasts, liveFacadeApps(care.facade), attendAndStay, talk(0)).
			print(table, fmt.Sprintf("%sfacade with subscriptions, %v", care.name, lasts), rest)
	}
}

// Listening costs a tenth of asking at most.
func TestListeningCostsATenth(t *testing.T) {
	members := race.Rounds(20, 10)
	rest := holdWith(t, members, time.Minute, liveRestApps(restApps), listenForAnHour, nil)
	facade := holdWith(t, members, time.Minute, liveFacadeApps(""), listenForAnHour, talk(members))
	t.Logf("an hour of one member, with a chat open for %v, takes %.1f requests by REST and %.1f with the facade",
		hourChats, float64(rest.seen.Calls)/float64(members), float64(facade.seen.Calls)/float64(members))
	if facade.complete() != 2*members {
		t.Errorf("%d of %d badges and chats have changed", facade.complete(), 2*members)
	}
	if 10*facade.seen.Calls > rest.seen.Calls {
		t.Errorf("listening takes %d requests, asking %d, want a tenth", facade.seen.Calls, rest.seen.Calls)
	}
}
