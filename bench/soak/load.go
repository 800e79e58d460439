package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"circlegraph/bench/screens"
	"circlegraph/sandbox"
)

// client is shared by all: as one host of an app's server would have it.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}, Timeout: 20 * time.Second}

// load is what the clients do, and what they were answered.
type load struct {
	url     string
	members []sandbox.Member
	screens []screens.Screen
	posts   []string // ids of posts to write about

	mu       sync.Mutex
	sessions []session // in use
	counts   map[string]int
	wrong    []string // answers that nobody should get
}

// session is a member who has signed in.
type session struct{ access, refresh string }

const sessionsAtOnce = 12

func newLoad(ctx context.Context, url string, c *circle) (*load, error) {
	all, err := screens.All()
	if err != nil {
		return nil, err
	}
	l := &load{url: url, members: c.members, screens: all, counts: map[string]int{}}
	for len(l.sessions) < sessionsAtOnce {
		s, err := l.signIn(ctx)
		if err != nil {
			continue // in a bad moment
		}
		l.sessions = append(l.sessions, s)
	}
	for len(l.posts) == 0 {
		answer, err := l.ask(ctx, l.session().access,
			`{ space(by: {slug: "seed-swap"}) { posts(first: 10) { nodes { id } } } }`, nil)
		if err != nil {
			return nil, err
		}
		l.posts = append(l.posts, found(answer, "id")...)
	}
	return l, nil
}

// kinds are the kinds of clients, each of which does one thing after the other.
func (l *load) kinds() map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"screens": l.read, "writes": l.write, "leavers": l.leave, "sign-in": l.comeAndGo, "hostile": l.attack,
		"sockets": l.socket, "streams": l.stream,
	}
}

// start lets clients of each kind do what they do until ctx ends. The returned function waits for that.
func (l *load) start(ctx context.Context, each int) (wait func()) {
	var all sync.WaitGroup
	for kind, do := range l.kinds() {
		for range each {
			all.Go(func() {
				for ctx.Err() == nil {
					err := do(ctx)
					var unexpected *unexpectedError
					switch {
					case ctx.Err() != nil:
					case errors.As(err, &unexpected):
						l.note(kind+" answered as nobody should be", unexpected.Error())
					case err != nil:
						l.note(kind+" without an answer", "")
						pause(ctx, 50*time.Millisecond)
					default:
						l.note(kind, "")
					}
				}
			})
		}
	}
	return all.Wait
}

func (l *load) note(what, wrong string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts[what]++
	if wrong != "" {
		l.wrong = append(l.wrong, what+": "+wrong)
	}
}

// verdict prints what was done and returns what should not have happened. Every kind of client must have had answers.
func (l *load) verdict(out io.Writer) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, what := range slices.Sorted(maps.Keys(l.counts)) {
		fmt.Fprintf(out, "%8d  %s\n", l.counts[what], what)
	}
	var found []error
	for kind := range l.kinds() {
		if l.counts[kind] == 0 {
			found = append(found, fmt.Errorf("no %s", kind))
		}
		if lost := l.counts[kind+" without an answer"]; lost > 0 {
			found = append(found, fmt.Errorf("%d %s without an answer", lost, kind))
		}
	}
	if len(l.wrong) > 0 {
		found = append(found, fmt.Errorf("%d wrong answers, such as %s", len(l.wrong),
			strings.Join(l.wrong[:min(len(l.wrong), 3)], "\n")))
	}
	return errors.Join(found...)
}

// session is any of those in use.
func (l *load) session() session {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sessions[rand.IntN(len(l.sessions))]
}

// unexpectedError is an answer that no client should get, whatever it and Circle do.
type unexpectedError struct{ text string }

func (e *unexpectedError) Error() string { return e.text }

// ask sends an operation.
func (l *load) ask(ctx context.Context, token, query string, variables map[string]any) ([]byte, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return nil, err
	}
	return l.post(ctx, token, "application/json", body)
}

// post sends anything.
func (l *load) post(ctx context.Context, token, accept string, body []byte) ([]byte, error) {
	res, err := l.open(ctx, token, accept, body)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err == nil && (res.StatusCode >= http.StatusInternalServerError ||
		bytes.Contains(answer, []byte("INTERNAL_SERVER_ERROR"))) {
		return nil, &unexpectedError{fmt.Sprintf("%d %.500s to %.500s", res.StatusCode, answer, body)}
	}
	return answer, err
}

func (l *load) open(ctx context.Context, token, accept string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", accept)
	if token == "" {
		req.Header.Set("X-Circlegraph-Secret", trustedSecret)
	} else {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return client.Do(req)
}

// found are the strings of a name anywhere in an answer.
func found(answer []byte, name string) []string {
	var all []string
	for _, part := range bytes.Split(answer, []byte(`"`+name+`":"`))[1:] {
		value, _, _ := bytes.Cut(part, []byte(`"`))
		all = append(all, string(value))
	}
	return all
}

// pause waits for up to a time.
func pause(ctx context.Context, most time.Duration) { wait(ctx, rand.N(most)) }

// aborted ends a connection without a word, as a device does that goes into a tunnel.
func aborted(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // so that it is a reset
	}
	_ = conn.Close()
}
