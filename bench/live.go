package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"circlegraph/sandbox"
)

// liveCommand lets many members listen, and tells them something.
type liveCommand struct {
	Members int           `default:"200" help:"How many listen. The facade opens two cables a second."`
	Devices int           `default:"5" help:"How many sockets each of them has."`
	Events  int           `default:"2000" help:"How many events are told, to one member each."`
	Every   time.Duration `default:"10ms" help:"The time between two of them."`
	Idle    time.Duration `default:"30s" help:"How long to watch while nothing is told."`
}

// Run prints what listening costs, and how much later than the cable the facade tells.
func (c *liveCommand) Run(ctx context.Context, out io.Writer, shop *workshop) error {
	work, remove, err := workspace()
	if err != nil {
		return err
	}
	defer remove()
	built, err := shop.programs(ctx)
	if err != nil {
		return err
	}
	box := sandbox.New(sandbox.Options{HeadlessToken: secret, Crowd: c.Members})
	var requests atomic.Int64
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		box.ServeHTTP(w, r)
	}))
	defer web.Close()
	defer web.CloseClientConnections()
	facade, err := start(ctx, work, program{
		name: "facade", args: []string{built.facade}, ready: "/readyz", env: append(facadeSettings(web.URL),
			"CIRCLEGRAPH_CABLE_ORIGIN=https://community.example.com", "CIRCLEGRAPH_MAX_STREAMS=100000",
			"CIRCLEGRAPH_MAX_STREAMS_PER_ADDRESS=100000", "CIRCLEGRAPH_MAX_MEMORY=4294967296"),
	})
	if err != nil {
		return err
	}
	defer facade.stop()
	a := audience{box: box, facade: facade, circle: circle{&process{url: web.URL}}}
	_, rest := facade.usage()
	if err := a.gather(ctx, c.Members, c.Devices); err != nil {
		return err
	}
	defer a.leave()
	asked := requests.Load()
	before, _ := facade.usage()
	if !sleep(ctx, c.Idle) {
		return ctx.Err()
	}
	after, resident := facade.usage()
	a.tell(ctx, c.Events, c.Every)
	a.leave()
	if !sleep(ctx, 5*time.Minute) { // cables stay a while, and memory is given back after the next collection
		return ctx.Err()
	}
	_, left := facade.usage()
	sockets := c.Members * c.Devices
	fmt.Fprintf(out, "| members | sockets | kB a socket | CPU of a core, idle | requests to get there | events | "+
		"overtaken | cable p50, p99 | facade p50, p99 | MB before, meanwhile, after |\n"+
		"|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	fmt.Fprintf(out, "| %d | %d | %d | %.0f %% | %d | %d | %d | %.1f, %.1f ms | %.1f, %.1f ms | %d, %d, %d |\n",
		c.Members, sockets, (resident-rest)/int64(sockets)/1000, 100*(after-before).Seconds()/c.Idle.Seconds(), asked,
		c.Events, c.Events*(c.Devices+1)-len(a.cable)-len(a.told),
		ms(a.cable, 0.5), ms(a.cable, 0.99), ms(a.told, 0.5), ms(a.told, 0.99), rest>>20, resident>>20, left>>20)
	if n := box.Cables(); n != 0 {
		return fmt.Errorf("%d cables are left", n)
	}
	return nil
}

// ms is a quantile in milliseconds.
func ms(took []time.Duration, q float64) float64 {
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return float64(took[int(q*float64(len(took)-1))]) / float64(time.Millisecond)
}

// sleep waits, unless ctx ends before. It reports whether there is time left.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// audience is who listens.
type audience struct {
	box     *sandbox.Sandbox
	facade  *process
	circle  circle
	members []sandbox.Member
	sockets []*websocket.Conn // cables without a facade too, one for each member
	ended   sync.WaitGroup

	mu    sync.Mutex
	sent  []time.Time // when each event was told, by its number
	cable []time.Duration
	told  []time.Duration
}

// gather has members listen, each over some sockets, and waits until all are told over cables.
func (a *audience) gather(ctx context.Context, members, devices int) error {
	all := a.box.Members()
	a.members = all[len(all)-members:]
	for _, m := range a.members {
		token, err := a.circle.token(ctx, m.Email)
		if err != nil {
			return err
		}
		for range devices {
			if err := a.listen(ctx, token); err != nil {
				return err
			}
		}
		if err := a.listenDirectly(ctx, m.ID, token); err != nil {
			return err
		}
	}
	for a.box.Cables() < 2*members {
		if !sleep(ctx, time.Second) {
			return fmt.Errorf("%d of %d cables are open: %w", a.box.Cables(), 2*members, ctx.Err())
		}
	}
	sleep(ctx, 5*time.Second) // what is read at the start is there
	return nil
}

// listen opens a socket and subscribes.
func (a *audience) listen(ctx context.Context, token string) error {
	url := "ws" + strings.TrimPrefix(a.facade.url, "http") + "/graphql"
	conn, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{ //nolint:bodyclose // it has none
		Subprotocols: []string{"graphql-transport-ws"},
	})
	if err != nil {
		return err
	}
	a.sockets = append(a.sockets, conn)
	for _, message := range []any{
		map[string]any{"type": "connection_init", "payload": map[string]string{"Authorization": "Bearer " + token}},
		map[string]any{"type": "subscribe", "id": "1", "payload": map[string]string{
			"query": `subscription { notificationCountsChanged { notifications } }`,
		}},
	} {
		if err := wsjson.Write(ctx, conn, message); err != nil {
			return err
		}
	}
	// The acknowledgement, and the counts as they are.
	for range 2 {
		var m json.RawMessage
		if err := wsjson.Read(ctx, conn, &m); err != nil {
			return err
		}
		if strings.Contains(string(m), `"errors"`) {
			return errors.New(string(m))
		}
	}
	a.ended.Go(func() { a.hear(ctx, conn) })
	return nil
}

// hear notes when events come over a socket.
func (a *audience) hear(ctx context.Context, conn *websocket.Conn) {
	for {
		var m struct {
			Type    string
			Payload struct {
				Data struct {
					NotificationCountsChanged struct{ Notifications int }
				}
			}
		}
		if wsjson.Read(ctx, conn, &m) != nil {
			return // it has left
		}
		switch m.Type {
		case "ping":
			_ = wsjson.Write(ctx, conn, map[string]string{"type": "pong"}) // a lost socket is noticed by reading
		case "next":
			a.arrived(&a.told, m.Payload.Data.NotificationCountsChanged.Notifications)
		}
	}
}

// listenDirectly opens a cable, as the facade does.
func (a *audience) listenDirectly(ctx context.Context, memberID int64, token string) error {
	url := "ws" + strings.TrimPrefix(a.circle.url, "http") + "/cable"
	conn, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{ //nolint:bodyclose // it has none
		Subprotocols: []string{"actioncable-v1-json"}, HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err != nil {
		return err
	}
	a.sockets = append(a.sockets, conn)
	err = wsjson.Write(ctx, conn, map[string]string{
		"command":    "subscribe",
		"identifier": fmt.Sprintf(`{"channel":"NotificationChannel","community_member_id":%d}`, memberID),
	})
	a.ended.Go(func() { a.hearDirectly(ctx, conn) })
	return err
}

// hearDirectly notes when events come over a cable.
func (a *audience) hearDirectly(ctx context.Context, conn *websocket.Conn) {
	for {
		var frame struct{ Message json.RawMessage } // a number in pings
		if wsjson.Read(ctx, conn, &frame) != nil {
			return // it has left
		}
		var event struct {
			N int `json:"new_notifications_count"`
		}
		if json.Unmarshal(frame.Message, &event) == nil {
			a.arrived(&a.cable, event.N)
		}
	}
}

// first is the number of the first event: counts of the seed are smaller.
const first = 1_000_000

// arrived notes that an event is there.
func (a *audience) arrived(list *[]time.Duration, n int) {
	now := time.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	if n >= first {
		*list = append(*list, now.Sub(a.sent[n-first]))
	}
}

// tell tells events, to members by chance, and waits until they are heard.
func (a *audience) tell(ctx context.Context, events int, every time.Duration) {
	for n := range events {
		m := a.members[rand.IntN(len(a.members))]
		a.mu.Lock()
		a.sent = append(a.sent, time.Now())
		a.mu.Unlock()
		a.box.Broadcast(fmt.Sprintf("notification-channel-%d", m.ID),
			map[string]any{"event": "updateNewNotificationCount", "new_notifications_count": first + n})
		if !sleep(ctx, every) {
			return
		}
	}
	sleep(ctx, cmp.Or(every, time.Second)+5*time.Second)
}

// leave ends all sockets.
func (a *audience) leave() {
	for _, conn := range a.sockets {
		_ = conn.CloseNow() // it may have ended
	}
	a.ended.Wait()
}
