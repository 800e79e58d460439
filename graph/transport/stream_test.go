package transport_test

import (
	"bufio"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"circlegraph/graph/transport/transporttest"
)

const counted = `subscription { counted }`

// listen opens a stream of server-sent events.
func (s *toy) listen(header map[string]string) *http.Response {
	s.t.Helper()
	m := ask("text/event-stream", counted)
	maps.Copy(m.header, header)
	return s.open(m)
}

// wantEvents takes the next events of a stream.
func wantEvents(t *testing.T, from <-chan string, want ...string) {
	t.Helper()
	for _, text := range want {
		if got := <-from; got != text {
			t.Errorf("the next event is %s, want %s", got, text)
		}
	}
}

func TestEvents(t *testing.T) {
	for name, m := range map[string]message{
		"POST": ask("text/event-stream", counted),
		"GET":  {"GET", "query=" + url.QueryEscape(counted), map[string]string{"Accept": "text/event-stream"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, s *toy) {
				res := s.open(m) //nolint:bodyclose // open closes it
				if media := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || media != "text/event-stream" {
					t.Fatalf("answered %d %s, want 200 text/event-stream", res.StatusCode, media)
				}
				heard := transporttest.Events(res)
				wantEvents(t, heard, `next {"data":{"counted":1}}`)
				s.counts <- 7
				wantEvents(t, heard, `next {"data":{"counted":7}}`)
				close(s.counts)
				wantEvents(t, heard, "complete", "")
			})
		})
	}
}

// A query whose client takes nothing but a stream is a stream of one.
func TestQueryAsEvents(t *testing.T) {
	inBubble(t, func(t *testing.T, s *toy) {
		heard := transporttest.Events(s.open(ask("text/event-stream", `{ viewer { name } }`))) //nolint:bodyclose // open closes it
		wantEvents(t, heard, `next {"data":{"viewer":{"name":"Maya"}}}`, "complete", "")
	})
}

// A stream ends with its token: it says why, so that clients sign in again.
func TestEventsEndWithTheToken(t *testing.T) {
	inBubble(t, func(t *testing.T, s *toy) {
		heard := transporttest.Events(s.listen(map[string]string{"Authorization": "Bearer ending"})) //nolint:bodyclose // open closes it
		wantEvents(t, heard, `next {"data":{"counted":1}}`)
		s.over.Store(true)
		wantEvents(t, heard, `next {"errors":[{"message":"The token has ended."}]}`, "complete", "")
	})
}

// A token that expires is nothing to tell anybody: the client opens the stream again with a new one.
func TestEventsBreakOffWhenTheTokenExpires(t *testing.T) {
	inBubble(t, func(t *testing.T, s *toy) {
		heard := transporttest.Events(s.listen(map[string]string{"Authorization": "Bearer expiring"})) //nolint:bodyclose // open closes it
		wantEvents(t, heard, `next {"data":{"counted":1}}`)
		s.over.Store(true)
		wantEvents(t, heard, "")
	})
}

func TestSubscriptionsNeedAStream(t *testing.T) {
	status, _, answer := newToy(t).send(ask(asJSON, counted))
	if status != http.StatusNotAcceptable || !strings.Contains(answer, "graphql-transport-ws") {
		t.Errorf("a subscription that wants JSON gets %d %s, want 406", status, answer)
	}
}

// Apollo's clients take subscriptions as parts.
func TestSubscriptionInParts(t *testing.T) {
	inBubble(t, func(t *testing.T, s *toy) {
		res := s.listen(map[string]string{"Accept": `multipart/mixed;subscriptionSpec="1.0", application/json`}) //nolint:bodyclose // open closes it
		lines := bufio.NewScanner(res.Body)
		for lines.Scan() && lines.Text() != `{"payload":{"data":{"counted":1}}}` {
		}
		for lines.Scan() && lines.Text() != "{}" { // a heartbeat
		}
		if err := s.live.Drain(t.Context()); err != nil || lines.Err() != nil {
			t.Error(err, lines.Err())
		}
	})
}

// Apollo's clients open no stream again by themselves, so they hear of all that ends one.
func TestPartsEndWithTheToken(t *testing.T) {
	inBubble(t, func(t *testing.T, s *toy) {
		res := s.listen(map[string]string{ //nolint:bodyclose // open closes it
			"Accept": `multipart/mixed;subscriptionSpec="1.0", application/json`, "Authorization": "Bearer expiring",
		})
		lines := bufio.NewScanner(res.Body)
		for lines.Scan() && lines.Text() != `{"payload":{"data":{"counted":1}}}` {
		}
		s.over.Store(true)
		for lines.Scan() && lines.Text() != `{"payload":{"errors":[{"message":"The token has expired."}]}}` {
		}
		if last := lines.Text(); !strings.Contains(last, "expired") || lines.Err() != nil {
			t.Errorf("the stream ends with %s, %v, want that the token has expired", last, lines.Err())
		}
	})
}

// Nobody can hold more than their share.
func TestStreamsAreLimited(t *testing.T) {
	inBubble(t, func(t *testing.T, s *toy) {
		from := func(address string) map[string]string {
			return map[string]string{"From": address, "Authorization": "Bearer member"}
		}
		for range 5 {
			wantEvents(t, transporttest.Events(s.listen(from("192.0.2.1"))), `next {"data":{"counted":1}}`) //nolint:bodyclose // open closes it
		}
		if res := s.listen(from("192.0.2.1")); res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" { //nolint:bodyclose // open closes it
			t.Errorf("the sixth stream of an address gets %d, want 429 with Retry-After", res.StatusCode)
		}
		_, res, err := websocket.Dial(t.Context(), s.url, &websocket.DialOptions{ //nolint:bodyclose // the library has read it
			HTTPClient: s.client, Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"From": {"192.0.2.1"}},
		})
		if err == nil || res.StatusCode != http.StatusTooManyRequests {
			t.Errorf("a socket beyond the limit gets %v, want 429", err)
		}
		for range 5 {
			wantEvents(t, transporttest.Events(s.listen(from("192.0.2.2"))), `next {"data":{"counted":1}}`) //nolint:bodyclose // open closes it
		}
		if res := s.listen(from("192.0.2.3")); res.StatusCode != http.StatusServiceUnavailable { //nolint:bodyclose // open closes it
			t.Errorf("the eleventh stream gets %d, want 503", res.StatusCode)
		}
		if _, _, answer := s.send(ask(asJSON, `{ __typename }`)); !strings.Contains(answer, "Query") {
			t.Errorf("a query beside the streams gets %s", answer)
		}
	})
}

// Whatever becomes of clients, nothing of them stays.
func TestStreamsLeaveNothingBehind(t *testing.T) {
	inBubble(t, func(t *testing.T, s *toy) {
		for range 3 {
			res := s.listen(nil)
			wantEvents(t, transporttest.Events(res), `next {"data":{"counted":1}}`)
			_ = res.Body.Close()
		}
		gone := s.connect()
		gone.Subscribe("1", counted)
		gone.Want("next")
		_ = gone.Conn.CloseNow()
		polite := s.connect()
		polite.Subscribe("1", counted)
		_ = polite.Conn.Close(websocket.StatusNormalClosure, "")
		last := s.connect()
		last.Subscribe("1", counted)
		last.Want("next")
		go last.WantClose(websocket.StatusServiceRestart, "")
		if err := s.live.Drain(t.Context()); err != nil || s.live.Len() != 0 {
			t.Errorf("draining leaves %d streams, %v", s.live.Len(), err)
		}
	})
}
