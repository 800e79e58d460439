package cable_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"circlegraph/circleclient/cable"
	"circlegraph/internal/memnet"
	"circlegraph/sandbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The same holds for the sandbox and for Debian's Action Cable, which nobody of this project wrote.
func TestServers(t *testing.T) {
	for name, start := range map[string]func(*testing.T) *server{"sandbox": sandboxServer, "rails": railsServer} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			t.Run("events", func(t *testing.T) { testEventsArrive(t, s) })
			t.Run("refusals", func(t *testing.T) { testRefusals(t, s) })
			t.Run("rejections", func(t *testing.T) { testSubscriptionsOfOthersAreRejected(t, s) })
			t.Run("silence", func(t *testing.T) { testSilentSubscriptions(t, s) })
			t.Run("ends", func(t *testing.T) { testEnds(t, s) })
		})
	}
}

func notificationStream(member int64) string { return fmt.Sprintf("notification-channel-%d", member) }

func testEventsArrive(t *testing.T, s *server) {
	c := s.dial(t)
	if named := c.Session != ""; named != (s.name == "sandbox") {
		t.Errorf("the connection is called %q", c.Session)
	}
	id := cable.Notifications(s.member)
	c.subscribe(id)
	c.subscribe(id) // a second time is nothing
	c.want(cable.Confirmed{Identifier: id})
	room := cable.RoomShapes(s.room, "")[0]
	c.subscribe(room)
	c.want(cable.Confirmed{Identifier: room})
	s.broadcast(notificationStream(s.member),
		map[string]any{"event": "updateNewNotificationCount", "new_notifications_count": 3})
	if e := c.event(); e.Kind != cable.CountUpdated || e.Identifier != id || e.NewNotifications == nil ||
		*e.NewNotifications != 3 {
		t.Errorf("the event is %+v, want a count of 3", e)
	}
	s.broadcast(fmt.Sprintf("chat-room-%d-channel", s.room),
		map[string]any{"event": "deletedMessage", "id": 2_200_000_001})
	if e := c.event(); e.Kind != cable.DeletedMessage || e.Identifier != room || e.ID != 2_200_000_001 {
		t.Errorf("the event is %+v, want a deleted message", e)
	}
	if err := c.Unsubscribe(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	threads := cable.Threads(s.member)
	c.subscribe(threads)
	c.want(cable.Confirmed{Identifier: threads}) // so the other one has ended by now
	s.broadcast(notificationStream(s.member), map[string]any{"event": "newNotification"})
	s.broadcast(fmt.Sprintf("chat-community-member-%d-threads-channel", s.member),
		map[string]any{"event": "chatThreadRead", "chat_thread_id": 4})
	if e := c.event(); e.Kind != cable.ThreadRead || e.ChatThreadID != 4 {
		t.Errorf("the event is %+v, want only what is still followed", e)
	}
}

func testRefusals(t *testing.T, s *server) {
	for name, tc := range map[string]struct {
		change func(*cable.Options)
		status int
		token  bool
	}{
		"another origin": {func(o *cable.Options) { o.Origin = "https://evil.example.com" }, http.StatusNotFound, false},
		"no origin":      {func(o *cable.Options) { o.Origin = "" }, http.StatusNotFound, false},
		"a bad token":    {func(o *cable.Options) { o.Token = "nonsense" }, http.StatusSwitchingProtocols, true},
	} {
		t.Run(name, func(t *testing.T) {
			o := s.options()
			tc.change(&o)
			_, err := cable.Dial(t.Context(), o)
			refused, _ := errors.AsType[*cable.Refused](err)
			if refused == nil || refused.Status != tc.status || refused.IsToken() != tc.token ||
				refused.Reconnect {
				t.Errorf("Dial = %v, want status %d", err, tc.status)
			}
			if strings.Contains(fmt.Sprint(err), o.Token) {
				t.Error("the error holds the token")
			}
		})
	}
}

func testSubscriptionsOfOthersAreRejected(t *testing.T, s *server) {
	c := s.dial(t)
	for _, id := range []cable.Identifier{cable.Notifications(s.other), cable.Inbox(s.other)} {
		c.subscribe(id)
		c.want(cable.Rejected{Identifier: id})
	}
}

// Servers say nothing to a channel that they do not know.
func testSilentSubscriptions(t *testing.T, s *server) {
	c := s.dial(t)
	id := cable.Identifier(`{"channel":"Chats::NoSuchChannel","community_member_id":7}`)
	c.subscribe(id)
	if got, err := c.nextAfter(s.beat); got != (cable.Silent{Identifier: id}) || err != nil {
		t.Errorf("the next signal is %#v, %v, want silence", got, err)
	}
}

func testEnds(t *testing.T, s *server) {
	for name, tc := range map[string]struct {
		member int64
		end    func()
		want   map[string]cable.Lost
	}{
		"restart": {s.member, s.restart, map[string]cable.Lost{
			"sandbox": {Reason: "server_restart", Reconnect: true}, "rails": {Reason: "server_restart", Reconnect: true},
		}},
		// Somebody else, who is thrown out of nothing else.
		"thrown out": {s.other, func() { s.throwOut(s.other) }, map[string]cable.Lost{
			"sandbox": {Reason: "remote"},
			"rails":   {Code: int(websocket.StatusNormalClosure), Reconnect: true}, // without a word before version 7
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c := s.dialAs(t, tc.member)
			id := cable.Notifications(tc.member)
			c.subscribe(id)
			c.want(cable.Confirmed{Identifier: id})
			_, err := c.nextAfter(tc.end)
			if lost, _ := errors.AsType[*cable.Lost](err); lost == nil || *lost != tc.want[s.name] {
				t.Errorf("Next = %v, want %+v", err, tc.want[s.name])
			}
		})
	}
}

// dialInMemory opens a cable to a handler within the process, in made-up time.
func dialInMemory(t *testing.T, handler http.Handler, token string) (*cable.Conn, error) {
	_, transport := memnet.Serve(t, handler)
	return cable.Dial(t.Context(), cable.Options{
		URL: "ws://127.0.0.1/cable", Origin: origin, Token: token, Client: &http.Client{Transport: transport},
	})
}

// A connection that is half open is found by the beats that fail to come.
func TestSilenceIsTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{HeadlessToken: secret})
		web := httptest.NewRecorder()
		s.ServeHTTP(web, authRequest(s.Members()[0].ID))
		_, rest, _ := strings.Cut(web.Body.String(), `"access_token":"`)
		token, _, _ := strings.Cut(rest, `"`)
		c, err := dialInMemory(t, s, token)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		start := time.Now()
		time.AfterFunc(time.Minute, func() { s.SilenceCables(true) })
		_, err = c.Next(t.Context())
		lost, _ := errors.AsType[*cable.Lost](err)
		if took := time.Since(start); lost == nil || lost.Reason != "silence" || !lost.Reconnect || took < time.Minute ||
			took > time.Minute+8*time.Second {
			t.Errorf("Next = %v after %v, want silence within 8 s of a minute", err, took)
		}
	})
}

func authRequest(member int64) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/api/v1/headless/auth_token",
		strings.NewReader(fmt.Sprintf(`{"community_member_id":%d}`, member)))
	r.Header.Set("Authorization", "Bearer "+secret)
	return r
}

// What edges before Circle answer, and servers that are no cables.
func TestAnswersOfEdges(t *testing.T) {
	speak := func(frames ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{
				Subprotocols: []string{"actioncable-v1-json"}, InsecureSkipVerify: true,
			})
			if err != nil {
				return
			}
			defer func() { _ = ws.CloseNow() }()
			for _, frame := range frames {
				_ = ws.Write(r.Context(), websocket.MessageText, []byte(frame))
			}
			_, _, _ = ws.Read(r.Context())
		}
	}
	answer := func(status int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte("no"))
		}
	}
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		want    cable.Refused
		network bool
	}{
		"too many": {
			answer(429, "Retry-After", "7"),
			cable.Refused{Status: 429, RetryAfter: 7 * time.Second, Reconnect: true},
			false,
		},
		"an edge's page": {
			answer(403, "Content-Type", "text/html; charset=UTF-8"),
			cable.Refused{Status: 403, Reconnect: true},
			false,
		},
		"a server's 403": {answer(403), cable.Refused{Status: 403}, false},
		"out of order":   {answer(503), cable.Refused{Status: 503, Reconnect: true}, false},
		"no upgrade":     {answer(200), cable.Refused{Status: 200}, false},
		"invalid request": {
			speak(`{"type":"disconnect","reason":"invalid_request","reconnect":false}`),
			cable.Refused{Status: 101, Reason: "invalid_request"},
			false,
		},
		"a word of its own": {
			speak(`{"type":"disconnect","reason":"You said: s3cret!"}`),
			cable.Refused{Status: 101, Reason: "other", Reconnect: true},
			false,
		},
		"noise, then silent": {speak(`nonsense`, `{"type":"ping"}`), cable.Refused{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := dialInMemory(t, tc.handler, "token-of-a-member")
				refused, _ := errors.AsType[*cable.Refused](err)
				switch {
				case err == nil || strings.Contains(err.Error(), "token-of-a-member"):
					t.Errorf("Dial = %v", err)
				case tc.network != (refused == nil):
					t.Errorf("Dial = %v, want %+v", err, tc.want)
				case refused != nil && *refused != tc.want:
					t.Errorf("Dial = %+v, want %+v", *refused, tc.want)
				}
			})
		})
	}
}

func TestLargeFramesEndTheCable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := dialInMemory(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{
				Subprotocols: []string{"actioncable-v1-json"}, InsecureSkipVerify: true,
			})
			if err != nil {
				return
			}
			defer func() { _ = ws.CloseNow() }()
			_ = ws.Write(r.Context(), websocket.MessageText, []byte(`{"type":"welcome"}`))
			large := `{"identifier":"x","message":"` + strings.Repeat("x", 2<<20) + `"}`
			_ = ws.Write(r.Context(), websocket.MessageText, []byte(large))
		}), "token")
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Next(t.Context())
		if lost, _ := errors.AsType[*cable.Lost](err); lost == nil || !lost.Reconnect {
			t.Errorf("Next = %v, want a lost cable", err)
		}
	})
}

func TestBackoff(t *testing.T) {
	var b cable.Backoff
	for _, most := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
		if d := b.Next(); d < most*time.Second/2 || d >= most*time.Second {
			t.Errorf("Next() = %v, want between %v and %v", d, most*time.Second/2, most*time.Second)
		}
	}
	if b.Reset(); b.Next() >= time.Second {
		t.Error("it does not begin anew")
	}
}
