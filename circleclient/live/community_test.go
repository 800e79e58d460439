package live_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"circlegraph/circleclient"
	"circlegraph/circleclient/live"
	"circlegraph/circleclient/richtext"
	"circlegraph/internal/memnet"
	"circlegraph/sandbox"
	"circlegraph/tokens"
)

const (
	secret = "secret-of-the-tests"
	// crowd is how many members there are beside those of the seed.
	crowd = 300
)

// community is a sandbox, a client of it and the live updates, in made-up time.
type community struct {
	t       *testing.T
	sandbox *sandbox.Sandbox
	client  *circleclient.Client
	live    *live.Live
	clock   *sandbox.Clock
	members []sandbox.Member
	// requests are those that have reached Circle, cables apart.
	requests atomic.Int64
	// before is called before Circle gets a request; nothing is if nil.
	before func(*http.Request)
}

// inBubble runs a test of a community.
func inBubble(t *testing.T, o sandbox.CableOptions, test func(*testing.T, *community), edits ...func(*live.Options)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := &community{t: t, clock: sandbox.NewSystemClock()}
		c.sandbox = sandbox.New(sandbox.Options{HeadlessToken: secret, Clock: c.clock, Cable: o, Crowd: crowd})
		c.members = c.sandbox.Members()
		counted := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/cable" {
				c.requests.Add(1)
			}
			if c.before != nil {
				c.before(r)
			}
			c.sandbox.ServeHTTP(w, r)
		})
		_, transport := memnet.Serve(t, counted)
		var err error
		c.client, err = circleclient.New(circleclient.Config{
			BaseURL: "http://127.0.0.1", HeadlessToken: secret, Transport: transport,
			Principals: tokens.NewPrincipals(0, c.clock.Now), Clock: c.clock.Now,
		})
		if err != nil {
			t.Fatal(err)
		}
		options := live.Options{
			Client: c.client, URL: "ws://127.0.0.1/cable", Origin: "https://community.example.com", Transport: transport,
			Now: c.clock.Now,
		}
		for _, edit := range edits {
			edit(&options)
		}
		c.live = live.New(options)
		t.Cleanup(func() {
			c.live.Close()
			synctest.Wait()
			if n := c.sandbox.Cables(); n != 0 {
				t.Errorf("%d cables are left", n)
			}
		})
		test(t, c)
	})
}

// device is one of a member's, with a token of its own.
type device struct {
	token   string
	revoked atomic.Bool
	ctx     context.Context
}

// Token implements [circleclient.TokenSource].
func (d *device) Token() (string, error) {
	if d.revoked.Load() {
		return "", circleclient.ErrTokenRevoked
	}
	return d.token, nil
}

// device signs a member in.
func (c *community) device(member int64) *device {
	c.t.Helper()
	auth, err := c.client.Auth.CreateToken(c.t.Context(), circleclient.TokenRequest{CommunityMemberID: member})
	if err != nil {
		c.t.Fatal(err)
	}
	d := &device{token: auth.AccessToken}
	d.ctx = circleclient.With(c.t.Context(), circleclient.As(d))
	return d
}

func (c *community) follow(d *device, topics ...live.Topic) (*follower, context.CancelFunc) {
	c.t.Helper()
	ctx, cancel := context.WithCancel(d.ctx)
	c.t.Cleanup(cancel)
	f, err := c.live.Follow(ctx, topics...)
	if err != nil {
		c.t.Fatal(err)
	}
	return &follower{Follower: f, ctx: ctx, events: make(chan live.Event, 100)}, cancel
}

// follower takes its events once a test looks at them.
type follower struct {
	*live.Follower

	ctx    context.Context
	events chan live.Event
	taking sync.Once
}

// Events are what has come.
func (f *follower) Events() <-chan live.Event {
	f.taking.Do(func() {
		f.Tell(func(events []live.Event) {
			if events == nil {
				close(f.events)
			}
			for _, e := range events {
				select {
				case f.events <- e:
				case <-f.ctx.Done():
				}
			}
		})
	})
	return f.events
}

// waiting is how many events have come that nobody has looked at.
func (f *follower) waiting() int {
	f.Events()
	synctest.Wait()
	return len(f.events)
}

// room opens a direct room of two members and returns its UUID.
func (c *community) room(d *device, other int64) string {
	c.t.Helper()
	room, err := c.client.Chat.CreateRoom(d.ctx,
		circleclient.CreateChatRoomRequest{Kind: circleclient.ChatRoomDirect, MemberIDs: []int64{other}})
	if err != nil {
		c.t.Fatal(err)
	}
	return room.UUID
}

func (c *community) send(d *device, room, text string) {
	c.t.Helper()
	if _, err := c.client.Chat.Send(d.ctx, room, circleclient.ChatMessageRequest{Body: paragraph(text)}); err != nil {
		c.t.Fatal(err)
	}
}

func paragraph(text string) *richtext.Document {
	doc, _ := richtext.FromText(text) // plain text has no faults
	return doc
}

// await takes an event, for which it waits an hour of made-up time at most.
func await(t *testing.T, f *follower) live.Event {
	t.Helper()
	select {
	case e, ok := <-f.Events():
		if !ok {
			t.Fatal("nothing is told any more")
		}
		return e
	case <-time.After(time.Hour):
		t.Fatal("nothing is told for an hour")
		return live.Event{}
	}
}

// next takes an event of a kind.
func next(t *testing.T, f *follower, kind live.EventKind) live.Event {
	t.Helper()
	e := await(t, f)
	if e.Kind != kind {
		t.Fatalf("the next event is %+v, want kind %d", e, kind)
	}
	return e
}

// standing waits until the member is told over a cable and up to date.
func (c *community) standing(d *device) {
	c.t.Helper()
	f, cancel := c.follow(d, live.Topic{Kind: live.StatusOf})
	defer cancel()
	for {
		if e := await(c.t, f); e.Status.Mode == live.ModeLive && e.Status.UpToDate {
			return
		}
	}
}

// ids are the numbers of the messages that a follower holds after its events.
func ids(t *testing.T, f *follower, n int) (all []int64) {
	t.Helper()
	for len(all) < n {
		switch e := await(t, f); e.Kind {
		case live.Missed:
			t.Fatalf("after %d of %d messages: %+v", len(all), n, e)
		case live.MessageAdded:
			all = append(all, e.Message.ID)
		default:
		}
	}
	return all
}

// drain drops what waits.
func drain(followers ...*follower) {
	synctest.Wait()
	for _, f := range followers {
		for f.waiting() > 0 {
			<-f.Events()
		}
	}
}
