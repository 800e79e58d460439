package graph_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// A process that stops lets what is under way on its sockets end: a mutation that was taken is answered. Nothing new
// begins, and subscriptions hold nobody up.
func TestDrainLetsOperationsEnd(t *testing.T) {
	arrived, held := make(chan bool), make(chan bool)
	release := sync.OnceFunc(func() { close(held) })
	c := newCommunityBehind(t, func(circle http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/reset_new_notifications_count") {
				arrived <- true
				<-held
			}
			circle.ServeHTTP(w, r)
		})
	})
	t.Cleanup(release)
	s := c.connect(member)
	s.subscribe("changes", countsChanged)
	s.want(`{"id":"changes","type":"next"`)
	s.subscribe("write", resetCount)
	<-arrived
	drained := make(chan error)
	go func() { drained <- c.Live.Drain(context.WithoutCancel(t.Context())) }()

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	heard := ""
	hear := func() error {
		_, frame, err := s.conn.Read(ctx)
		heard += string(frame) + "\n"
		return err
	}
	for n := 0; !strings.Contains(heard, `"type":"error"`); n++ { // until the socket has heard of the end
		s.subscribe(fmt.Sprint("late", n), `{ __typename }`)
		if err := hear(); err != nil {
			t.Fatalf("%v after\n%s", err, heard)
		}
	}
	if !strings.Contains(heard, `"RATE_LIMITED"`) || !strings.Contains(heard, "about to stop") {
		t.Errorf("what comes too late is answered\n%s\nwant RATE_LIMITED", heard)
	}
	release()
	var err error
	for err == nil {
		err = hear()
	}
	if got := websocket.CloseStatus(err); got != websocket.StatusGoingAway {
		t.Errorf("closed by %v, want 1001", err)
	}
	if !strings.Contains(heard,
		`{"id":"write","type":"next","payload":{"data":{"resetNewNotificationsCount":{"userErrors":[]}}`) ||
		!strings.Contains(heard, `{"id":"write","type":"complete"}`) {
		t.Errorf("the socket says\n%s\nwant the answer to the mutation and its end", heard)
	}
	if err := <-drained; err != nil {
		t.Errorf("Drain: %v", err)
	}
}
