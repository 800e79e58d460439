package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// dial opens a websocket as a member, or as nobody with "-".
func (t *target) dial(ctx context.Context, token, from string) (*websocket.Conn, error) {
	header := http.Header{"X-Forwarded-For": {from}}
	conn, _, err := websocket.Dial(ctx, t.url, &websocket.DialOptions{ //nolint:bodyclose // a websocket has no body
		Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: header,
	})
	if err != nil {
		return nil, err
	}
	payload := "{}"
	if token != "-" {
		payload = fmt.Sprintf(`{"Authorization":"Bearer %s"}`, token)
	}
	return conn, conn.Write(ctx, websocket.MessageText, []byte(`{"type":"connection_init","payload":`+payload+`}`))
}

// socketComplete begins operations that are dear to parse and ends them at once, on five sockets.
func socketComplete(ctx context.Context, t *target) error {
	var fields strings.Builder
	for i := range 4000 {
		fmt.Fprintf(&fields, " f%d: __typename", i)
	}
	repeat(ctx, 5, func(int) {
		conn, err := t.dial(ctx, "-", "198.51.100.7")
		if err != nil {
			pause(ctx, 100*time.Millisecond)
			return
		}
		defer func() { _ = conn.CloseNow() }() // in any case
		go func() {
			for {
				if _, _, err := conn.Read(ctx); err != nil {
					return
				}
			}
		}()
		for n := range 800 {
			query, _ := json.Marshal(fmt.Sprintf("{ n%d: __typename %s }", n, fields.String()))
			id := fmt.Sprint(n)
			if conn.Write(ctx, websocket.MessageText, []byte(
				`{"id":"`+id+`","type":"subscribe","payload":{"query":`+string(query)+`}}`)) != nil ||
				conn.Write(ctx, websocket.MessageText, []byte(`{"id":"`+id+`","type":"complete"}`)) != nil {
				return
			}
		}
	})
	return nil
}

// heldHeads sends 60 KB of 1,500 heads, and never their ends.
func heldHeads(ctx context.Context, t *target) error {
	host := strings.TrimSuffix(strings.TrimPrefix(t.url, "http://"), "/graphql")
	head := "POST /graphql HTTP/1.1\r\nHost: " + host + "\r\nX-Long: " + strings.Repeat("x", 60<<10)
	repeat(ctx, 1500, func(int) {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
		if err != nil {
			pause(ctx, 100*time.Millisecond)
			return
		}
		defer conn.Close()
		_, _ = conn.Write([]byte(head)) // refused ones break off
		pause(ctx, 5*time.Second)
	})
	return nil
}

// heldBodies sends all of 600 bodies but their last bytes.
func heldBodies(ctx context.Context, t *target) error {
	host := strings.TrimSuffix(strings.TrimPrefix(t.url, "http://"), "/graphql")
	body := strings.Repeat(" ", 1<<20-2)
	repeat(ctx, 600, func(n int) {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
		if err != nil {
			pause(ctx, 100*time.Millisecond)
			return
		}
		defer conn.Close()
		_, _ = fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nX-Forwarded-For: "+
			"198.51.100.%d\r\nContent-Length: %d\r\n\r\n%s", host, n%250, 1<<20, body)
		pause(ctx, 5*time.Second)
	})
	return nil
}

// unreadPings sends pings of 1 MB to 500 sockets and reads no answer.
func unreadPings(ctx context.Context, t *target) error {
	ping := []byte(`{"type":"ping","payload":{"x":"` + strings.Repeat("x", 1<<20-100) + `"}}`)
	repeat(ctx, 500, func(n int) {
		conn, err := t.dial(ctx, "-", fmt.Sprintf("198.51.100.%d", n%250))
		if err != nil {
			pause(ctx, 100*time.Millisecond)
			return
		}
		defer func() { _ = conn.CloseNow() }() // in any case
		for range 3 {
			if conn.Write(ctx, websocket.MessageText, ping) != nil {
				return
			}
		}
		pause(ctx, 5*time.Second)
	})
	return nil
}

// idleSockets opens sockets and does nothing with them.
func idleSockets(ctx context.Context, t *target) error {
	repeat(ctx, 2000, func(n int) {
		conn, err := t.dial(ctx, "-", fmt.Sprintf("2001:db8:%x::1", n%2000))
		if err != nil {
			pause(ctx, 500*time.Millisecond)
			return
		}
		_, _, _ = conn.Read(ctx) // until it is closed
		_ = conn.CloseNow()
	})
	return nil
}

// streamsOfANetwork opens sockets from addresses of one network.
func streamsOfANetwork(ctx context.Context, t *target) error {
	repeat(ctx, 600, func(n int) {
		conn, err := t.dial(ctx, "-", fmt.Sprintf("2001:db8:1:1::%x", n))
		if err != nil {
			pause(ctx, 100*time.Millisecond)
			return
		}
		_, _, _ = conn.Read(ctx)
		_, _, _ = conn.Read(ctx) // until it is closed
		_ = conn.CloseNow()
	})
	return nil
}

// listen is an honest member's websocket, which must be acknowledged.
func (t *target) listen(ctx context.Context, i, _ int) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := t.dial(ctx, t.tokens[i], fmt.Sprintf("192.0.2.%d", i%250+1))
	if err != nil {
		return err
	}
	defer func() { _ = conn.CloseNow() }() // in any case
	_, message, err := conn.Read(ctx)
	if err == nil && !bytes.Contains(message, []byte("connection_ack")) {
		err = fmt.Errorf("answered %s", message)
	}
	return err
}
