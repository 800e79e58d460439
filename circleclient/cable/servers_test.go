package cable_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"circlegraph/circleclient/cable"
	"circlegraph/sandbox"
)

const (
	origin = "https://community.example.com"
	secret = "secret-of-the-tests"
)

// server is an ActionCable server with Circle's channels.
type server struct {
	name          string
	url           string // of the cable
	member, other int64
	room          int64
	token         func(member int64) string
	broadcast     func(stream string, message any)
	beat          func()
	restart       func()
	throwOut      func(member int64)
}

// options dial as a member.
func (s *server) options() cable.Options { return s.optionsOf(s.member) }

func (s *server) optionsOf(member int64) cable.Options {
	return cable.Options{
		URL: s.url, Origin: origin, Token: s.token(member), UserAgent: "circlegraph/test", Slack: time.Hour,
	}
}

func sandboxServer(t *testing.T) *server {
	s := sandbox.New(sandbox.Options{HeadlessToken: secret, Cable: sandbox.CableOptions{Origins: []string{origin}}})
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	members := s.Members()
	return &server{
		name: "sandbox", url: "ws" + strings.TrimPrefix(web.URL, "http") + "/cable",
		member: members[0].ID, other: members[1].ID, room: roomOf(t, web.URL, members[0].ID),
		token:     func(member int64) string { return login(t, web.URL, member) },
		broadcast: s.Broadcast, beat: s.BeatCables, restart: s.RestartCable,
		throwOut: func(member int64) { s.CloseCables(member, "remote", false) },
	}
}

// login signs a member of the sandbox in.
func login(t *testing.T, base string, member int64) string {
	var out struct {
		AccessToken string `json:"access_token"`
	}
	call(t, http.MethodPost, base+"/api/v1/headless/auth_token", secret,
		fmt.Sprintf(`{"community_member_id":%d}`, member), &out)
	return out.AccessToken
}

func roomOf(t *testing.T, base string, member int64) int64 {
	var out struct {
		Records []struct {
			ID int64 `json:"id"`
		} `json:"records"`
	}
	call(t, http.MethodGet, base+"/api/headless/v1/messages", login(t, base, member), "", &out)
	return out.Records[0].ID
}

func call(t *testing.T, method, address, token, body string, out any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		t.Fatalf("%s %s = %d %s, %v", method, address, res.StatusCode, data, err)
	}
	if out != nil && json.Unmarshal(data, out) != nil {
		t.Fatalf("%s %s answers %s", method, address, data)
	}
}

// railsServer starts Puma with Action Cable. Without them the test is skipped; .ci/run installs both.
func railsServer(t *testing.T) *server {
	puma, err := exec.LookPath("puma")
	if err != nil || exec.Command("ruby", "-e", `require "action_cable"`).Run() != nil {
		t.Skip("Action Cable is not installed: apt-get install --no-install-recommends ruby ruby-actioncable puma")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, puma, "--bind", "tcp://127.0.0.1:0", "--threads", "4:8", "--environment", "production",
		"testdata/config.ru")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var problems bytes.Buffer
	cmd.Stderr = &problems
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
	})
	host := ""
	for lines := bufio.NewScanner(out); host == "" && lines.Scan(); {
		if _, address, ok := strings.Cut(lines.Text(), "Listening on http://"); ok {
			host = strings.TrimSpace(address)
		}
	}
	if _, _, err := net.SplitHostPort(host); err != nil {
		t.Fatalf("Puma does not say where it listens: %s", problems.String())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	base := "http://" + host
	post := func(path string, body any) {
		text, _ := json.Marshal(body)
		call(t, http.MethodPost, base+path, "", string(text), nil)
	}
	return &server{
		name: "rails", url: "ws://" + host + "/cable", member: 7, other: 8, room: 5,
		token:     func(member int64) string { return strconv.FormatInt(member, 10) + ":token" },
		broadcast: func(stream string, m any) { post("/broadcast?stream="+url.QueryEscape(stream), m) },
		beat:      func() { post("/beat", nil) },
		restart:   func() { post("/restart", nil) },
		throwOut:  func(member int64) { post("/disconnect?member="+strconv.FormatInt(member, 10), nil) },
	}
}

// client is an open cable.
type client struct {
	t *testing.T
	*cable.Conn
}

func (s *server) dial(t *testing.T) client {
	t.Helper()
	return s.dialAs(t, s.member)
}

func (s *server) dialAs(t *testing.T, member int64) client {
	t.Helper()
	c, err := cable.Dial(t.Context(), s.optionsOf(member))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return client{t, c}
}

func (c client) subscribe(id cable.Identifier) {
	c.t.Helper()
	if err := c.Subscribe(c.t.Context(), id); err != nil {
		c.t.Fatal(err)
	}
}

// want takes the next signal.
func (c client) want(want cable.Signal) {
	c.t.Helper()
	if got, err := c.Next(c.t.Context()); got != want || err != nil {
		c.t.Fatalf("the next signal is %#v, %v, want %#v", got, err, want)
	}
}

// nextAfter takes the next signal while something is done again and again: Rails may not know yet of a connection that
// it has opened.
func (c client) nextAfter(do func()) (got cable.Signal, err error) {
	came := make(chan struct{})
	go func() {
		defer close(came)
		got, err = c.Next(c.t.Context())
	}()
	for {
		do()
		select {
		case <-came:
			return got, err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// event takes the next signal, which must be an event.
func (c client) event() cable.Event {
	c.t.Helper()
	got, err := c.Next(c.t.Context())
	e, ok := got.(cable.Event)
	if !ok {
		c.t.Fatalf("the next signal is %#v, %v, want an event", got, err)
	}
	return e
}
