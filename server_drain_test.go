package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

func TestDrain(t *testing.T) {
	t.Parallel()
	s := start(t, []string{"--shutdown-grace", "5m"})
	// A request is under way: its head and half of its body have been sent.
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := request(`{ __typename }`)
	fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: circlegraph\r\nContent-Type: "+
		"application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(body))
	reader := bufio.NewReader(conn)
	if line, err := reader.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("the server says %q, %v, want it to wait for the body", line, err)
	}
	if _, err := reader.ReadString('\n'); err != nil {
		t.Fatal(err)
	}

	s.cancel()
	s.log.waitFor(t, "msg=draining")
	fmt.Fprint(conn, body)
	res, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatalf("the request under way got no answer: %v", err)
	}
	defer res.Body.Close()
	if answer, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK || !strings.Contains(string(answer), "Query") {
		t.Errorf("the request under way got %d %s, want its answer", res.StatusCode, answer)
	}
	if code := <-s.exit; code != 0 {
		t.Errorf("exit code %d after draining, want 0", code)
	}
	if _, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://")); err == nil {
		t.Error("the port still answers after the end")
	}
}

// A websocket would go on for ever: it is told to come again elsewhere.
func TestDrainEndsSockets(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	socket := s.dial(t)
	socket.SignIn("Bearer " + s.login(t, member).AccessToken)
	socket.Subscribe("1", `subscription { notificationCountsChanged { notifications } }`)
	socket.Want(`"next"`)
	s.cancel()
	socket.WantClose(websocket.StatusServiceRestart, "")
	s.log.waitFor(t, "msg=stopped")
	if log := s.log.String(); !strings.Contains(log, "status=101") || strings.Contains(log, "cut off") {
		t.Errorf("the log is\n%s\nwant the socket with status 101, and nothing cut off", log)
	}
}
