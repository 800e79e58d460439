package main

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// A process that is told to stop while it is busy carries out what it has taken: each comment that Circle has was
// confirmed to whoever wrote it, and each that was confirmed is there. Sockets and streams are told to come again
// elsewhere.
func TestDrainUnderLoad(t *testing.T) {
	t.Parallel()
	const writers, readers, listeners = 12, 4, 4
	done := newWords()
	var busy sync.WaitGroup
	s := startFor(t, func(circle http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet || !strings.HasSuffix(r.URL.Path, "/comments") {
				circle.ServeHTTP(w, r)
				return
			}
			<-time.After(30 * time.Millisecond) // so that many are under way
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			answer := httptest.NewRecorder()
			circle.ServeHTTP(answer, r)
			if answer.Code == http.StatusCreated {
				done.find(string(body))
			}
			maps.Copy(w.Header(), answer.Header())
			w.WriteHeader(answer.Code)
			_, _ = w.Write(answer.Body.Bytes())
		})
	}, nil, "CIRCLEGRAPH_UPSTREAM_BUDGET", "0", "CIRCLEGRAPH_DRAIN_DELAY", "200ms", "CIRCLEGRAPH_SHUTDOWN_GRACE", "5m")
	token := s.login(t, member).AccessToken
	var places struct {
		Space struct {
			Posts struct{ Nodes []struct{ ID string } }
		}
	}
	s.query(t, token, `{ space(by: {slug: "seed-swap"}) { posts(first: 1) { nodes { id } } } }`, &places)
	write := func(text string) string {
		return request(fmt.Sprintf(`mutation { createComment(input: {postId: %q, body: {markdown: %q}}) {
			comment { id } userErrors { message } } }`, places.Space.Posts.Nodes[0].ID, text))
	}
	confirmed := newWords()
	// until sends one thing after the other until the process takes no more. What it does not take it must not have done.
	until := func(who string, send func(text string) (answer string, err error)) {
		busy.Go(func() {
			for n := 0; ; n++ {
				text := fmt.Sprintf("drain-%s-%d-", who, n)
				answer, err := send(text)
				switch {
				case err != nil:
					return
				case strings.Contains(answer, "about to stop"):
					return
				case !strings.Contains(answer, `"userErrors":[]`) || strings.Contains(answer, `"errors"`):
					t.Errorf("%s is answered %s", text, answer)
					return
				}
				confirmed.find(text)
			}
		})
	}
	for w := range writers {
		until(fmt.Sprint(w), func(text string) (string, error) {
			res, err := s.client.Do(s.request(t, http.MethodPost, "/graphql", token, write(text)))
			if err != nil {
				return "", err
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Errorf("%s: half an answer: %v", text, err)
			}
			return string(body), err
		})
	}
	for w := range writers / 2 {
		socket := s.socket(t, token)
		until(fmt.Sprint("socket", w), func(text string) (string, error) {
			err := socket.Write(t.Context(), websocket.MessageText,
				[]byte(`{"id":"`+text+`","type":"subscribe","payload":`+write(text)+`}`))
			for answer := ""; err == nil; {
				var frame []byte
				if _, frame, err = socket.Read(t.Context()); err == nil {
					answer += string(frame)
					if strings.Contains(answer, `"type":"complete"`) || strings.Contains(answer, `"type":"error"`) &&
						!strings.Contains(answer, "about to stop") {
						return answer, nil
					}
				}
			}
			if websocket.CloseStatus(err) != websocket.StatusServiceRestart {
				t.Errorf("a socket ends with %v, want 1012", err)
			}
			return "", err
		})
	}
	for range readers {
		busy.Go(func() {
			for {
				res, err := s.client.Do(s.request(t, http.MethodPost, "/graphql", token,
					request(`{ homeFeed(first: 3) { nodes { title } } spaces { name } }`)))
				if err != nil {
					return
				}
				body, err := io.ReadAll(res.Body)
				_ = res.Body.Close()
				if err != nil || strings.Contains(string(body), `"errors"`) {
					t.Errorf("a query is answered %s, %v", body, err)
					return
				}
			}
		})
	}
	const counts = `subscription { notificationCountsChanged { inbox } }`
	for range listeners {
		socket := s.socket(t, token)
		if err := socket.Write(t.Context(), websocket.MessageText,
			[]byte(`{"id":"1","type":"subscribe","payload":`+request(counts)+`}`)); err != nil {
			t.Fatal(err)
		}
		busy.Go(func() {
			var err error
			for err == nil {
				_, _, err = socket.Read(t.Context())
			}
			if websocket.CloseStatus(err) != websocket.StatusServiceRestart {
				t.Errorf("a socket ends with %v, want 1012", err)
			}
		})
		req := s.request(t, http.MethodPost, "/graphql", token, request(counts))
		req.Header.Set("Accept", "text/event-stream")
		res, err := s.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		busy.Go(func() {
			defer res.Body.Close()
			lines := bufio.NewScanner(res.Body)
			for lines.Scan() {
				if strings.Contains(lines.Text(), "complete") {
					t.Error("a stream says that it is complete, so that its client would not come again")
				}
			}
			if lines.Err() != nil {
				t.Errorf("a stream breaks off: %v", lines.Err())
			}
		})
	}
	confirmed.waitFor(5 * writers)
	s.cancel()
	busy.Wait()
	s.log.waitFor(t, "msg=stopped")
	if strings.Contains(s.log.String(), "cut off") {
		t.Errorf("something was cut off:\n%s", s.log)
	}
	if _, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://")); err == nil {
		t.Error("the port still answers after the end")
	}
	if got, want := confirmed.sorted(), done.sorted(); !slices.Equal(got, want) {
		t.Errorf("%d comments were confirmed and Circle has %d", len(got), len(want))
	}
}

// words are texts of the load that something holds.
type words struct {
	mu    sync.Mutex
	all   []string
	added *sync.Cond // with mu
}

func newWords() *words {
	w := &words{}
	w.added = sync.NewCond(&w.mu)
	return w
}

var word = regexp.MustCompile(`drain-\w+-\d+-`)

func (w *words) find(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, word.FindString(text))
	w.added.Broadcast()
}

func (w *words) sorted() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Sorted(slices.Values(w.all))
}

// waitFor waits until there are n.
func (w *words) waitFor(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.all) < n {
		w.added.Wait()
	}
}

// socket opens a websocket for a member.
func (s *server) socket(t *testing.T, token string) *websocket.Conn {
	t.Helper()
	socket := s.dial(t)
	socket.SignIn("Bearer " + token)
	return socket.Conn
}
