// Package transporttest has what tests need of a client: it reads event streams and speaks graphql-transport-ws.
package transporttest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// Events gives the events of a stream, one `event` and `data` at a time; comments are left out. It is closed with the
// stream.
func Events(res *http.Response) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		lines := bufio.NewScanner(res.Body)
		event := ""
		for lines.Scan() {
			switch line := lines.Text(); {
			case strings.HasPrefix(line, "event: "):
				event = strings.TrimPrefix(line, "event: ")
			case strings.HasPrefix(line, "data:"):
				out <- event + strings.TrimPrefix(line, "data:")
			}
		}
	}()
	return out
}

// Socket is a client of graphql-transport-ws.
type Socket struct {
	T    *testing.T
	Conn *websocket.Conn
}

// Dial opens a socket that nobody has signed in to. It is closed with the test.
func Dial(t *testing.T, url string, o websocket.DialOptions) *Socket {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), url, &o) //nolint:bodyclose // the library has read it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	return &Socket{t, conn}
}

// SignIn says who is asking, and waits until that is acknowledged.
func (s *Socket) SignIn(authorization string) {
	s.T.Helper()
	s.Send(fmt.Sprintf(`{"type":"connection_init","payload":{"Authorization":%q}}`, authorization))
	s.Want("connection_ack")
}

// Send sends a message.
func (s *Socket) Send(text string) {
	s.T.Helper()
	if err := s.Conn.Write(s.T.Context(), websocket.MessageText, []byte(text)); err != nil {
		s.T.Fatal(err)
	}
}

// Subscribe sends an operation of any kind.
func (s *Socket) Subscribe(id, query string) {
	s.T.Helper()
	s.Send(fmt.Sprintf(`{"id":%q,"type":"subscribe","payload":{"query":%q}}`, id, query))
}

// Next takes the next message, which must be JSON.
func (s *Socket) Next() string {
	s.T.Helper()
	_, message, err := s.Conn.Read(s.T.Context())
	if err != nil || !json.Valid(message) {
		s.T.Fatalf("the socket says %s, %v", message, err)
	}
	return string(message)
}

// Want takes the next message, which must hold a text.
func (s *Socket) Want(text string) {
	s.T.Helper()
	if got := s.Next(); !strings.Contains(got, text) {
		s.T.Fatalf("the socket says %s, want %s", got, text)
	}
}

// WantClose waits for the end.
func (s *Socket) WantClose(code websocket.StatusCode, reason string) {
	s.T.Helper()
	for {
		if _, _, err := s.Conn.Read(s.T.Context()); err != nil {
			if got := websocket.CloseStatus(err); got != code || !strings.Contains(err.Error(), reason) {
				s.T.Errorf("closed by %v, want %d %s", err, code, reason)
			}
			return
		}
	}
}
