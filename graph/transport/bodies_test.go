package transport_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"

	"circlegraph/internal/memory"
)

// holdBody sends all of a body of n bytes but its end.
func (s *toy) holdBody(address string, n int) (end func()) { return s.holdBodyAs("", address, n) }

func (s *toy) holdBodyAs(token, address string, n int) (end func()) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	body, w := io.Pipe()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, body)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", asJSON)
	r.Header.Set("From", address)
	r.Header.Set("Authorization", token)
	r.ContentLength = int64(n)
	go func() {
		if res, err := s.client.Do(r); err == nil {
			_ = res.Body.Close()
		}
	}()
	_, _ = w.Write([]byte(strings.Repeat(" ", n-1))) // refused ones break off
	return func() {
		cancel()
		_ = w.Close()
	}
}

// What is held back takes a part of the memory that is bounded, and neither members nor who signs in notice.
func TestBodiesHeldBack(t *testing.T) {
	budget := memory.New(3 << 20)
	toyOptions{maxBytes: 1 << 20, memory: budget}.inBubble(t, func(t *testing.T, s *toy) {
		for n := range 100 {
			defer s.holdBody(fmt.Sprintf("192.%d.2.1", n), 120<<10)()
		}
		synctest.Wait()
		if n := budget.Used(); n > 1<<20 || n < 1<<19 {
			t.Errorf("%d bytes are held, want a third of the budget at most", n)
		}
		large := fmt.Sprintf(`{"query":"query($t: String!) { echo(text: $t) }","variables":{"t":%q}}`,
			strings.Repeat("x", 100<<10))
		status, header, answer := s.send(message{http.MethodPost, "", nil, large})
		if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" ||
			!strings.Contains(answer, "RATE_LIMITED") {
			t.Errorf("one large request more is answered %d %s, want 503 and when to try again", status, answer)
		}
		if status, _, answer := s.send(ask(asJSON, `{ __typename }`)); status != http.StatusOK {
			t.Errorf("a small request is answered %d %s", status, answer)
		}
		if status, _, answer := s.send(message{
			http.MethodPost, "", map[string]string{"Authorization": asMember}, large,
		}); status != http.StatusOK {
			t.Errorf("a member is answered %d %.200s", status, answer)
		}
	})
	if n := budget.Used(); n != 0 {
		t.Errorf("%d bytes are held after the end", n)
	}
}

// Who brings no token that counts may send what signs in, and no more.
func TestRequestsAreSmallUntilProven(t *testing.T) {
	s := toyOptions{maxBytes: 1 << 20}.start(t)
	large := fmt.Sprintf(`{"query":"query($t: String!) { echo(text: $t) }","variables":{"t":%q}}`,
		strings.Repeat("x", 200<<10))
	if status, _, answer := s.send(message{http.MethodPost, "", nil, large}); status != http.StatusRequestEntityTooLarge ||
		!strings.Contains(answer, "Sign in first") {
		t.Errorf("a stranger's large request is answered %d %.200s, want 413", status, answer)
	}
	if status, _, answer := s.send(message{
		http.MethodPost, "", map[string]string{"Authorization": asMember}, large,
	}); status != http.StatusOK {
		t.Errorf("a member's large request is answered %d %.200s", status, answer)
	}
}

// Values are counted before they are made, wherever in a request they are.
func TestValuesAreCounted(t *testing.T) {
	s := toyOptions{maxBytes: 1 << 20}.start(t)
	list := func(n int, item string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + "]"
	}
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, tc := range []struct {
		name, members string
		limit         string
	}{
		{"9,998 numbers", `"variables":{"a":` + list(9998, "1") + `}`, ""},
		{"10,000 numbers", `"variables":{"a":` + list(10_000, "1") + `}`, "variableValues"},
		{"4,999 objects", `"variables":{"a":` + list(4999, `{"":0}`) + `}`, ""},
		{"5,000 objects", `"variables":{"a":` + list(5000, `{"":0}`) + `}`, "variableValues"},
		{"empty objects", `"variables":{"a":` + list(9998, `{ }`) + `}`, ""},
		{"brackets and commas in a text", `"variables":{"a":"` + strings.Repeat(`[{,\"`, 20_000) + `"}`, ""},
		{"extensions", `"extensions":{"a":` + list(10_000, "[]") + `}`, "variableValues"},
		{"what nobody reads", `"other":` + list(10_001, `{"":0}`), "variableValues"},
		{"64 lists", `"variables":{"a":` + deep(63) + `}`, ""},
		{"65 lists", `"variables":{"a":` + deep(64) + `}`, "variableDepth"},
		{"deep extensions", `"extensions":{"a":` + deep(100) + `}`, "variableDepth"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := message{
				http.MethodPost, "",
				map[string]string{"Authorization": asMember},
				`{"query":"{ __typename }",` + tc.members + `}`,
			}
			_, _, answer := s.send(r)
			if refused := strings.Contains(answer, `"limit":"`+tc.limit+`"`); tc.limit != "" && !refused ||
				tc.limit == "" && !strings.Contains(answer, `"Query"`) {
				t.Errorf("answered %.200s, want limit %q", answer, tc.limit)
			}
		})
	}
	t.Run("sockets", func(t *testing.T) {
		toyOptions{maxBytes: 1 << 20}.inBubble(t, func(_ *testing.T, s *toy) {
			c := s.dialAs("192.0.2.1", asMember)
			c.Send(`{"id":"1","type":"subscribe","payload":{"query":"{ __typename }","variables":{"a":` + list(5000, `{"":0}`) + `}}}`)
			c.Want(`"variableValues"`)
			c.Subscribe("2", `{ __typename }`)
			c.Want(`"Query"`)
		})
	})
}

// An answer that there is no room for is refused; what has changed something is answered in any case.
func TestAnswersAreWeighed(t *testing.T) {
	text := strings.Repeat("x", 150<<10)
	echo := fmt.Sprintf(`{"query":"query($t: String!) { echo(text: $t) }","variables":{"t":%q}}`, text)
	for size, want := range map[int64]int{650 << 10: http.StatusServiceUnavailable, 2 << 20: http.StatusOK} {
		budget := memory.New(size)
		s := toyOptions{maxBytes: 1 << 20, memory: budget}.start(t)
		status, header, answer := s.send(message{http.MethodPost, "", map[string]string{"Authorization": asMember}, echo})
		if status != want || header.Get("Retry-After") == "" != (want == http.StatusOK) {
			t.Errorf("with %d bytes of memory a long answer is %d %.100s, want %d", size, status, answer, want)
		}
		c := s.dialAs("192.0.2.1", asMember)
		c.Send(`{"id":"1","type":"subscribe","payload":` + echo + `}`)
		c.Conn.SetReadLimit(-1)
		c.Want(map[int]string{http.StatusServiceUnavailable: "RATE_LIMITED", http.StatusOK: "xxxxx"}[want])
	}
	hold := memory.New(1 << 20)
	full := hold.Hold(netip.Prefix{}, true)
	full.Force(2 << 20)
	s := toyOptions{memory: hold}.start(t)
	if status, _, answer := s.send(ask(asJSON, `mutation { write }`)); status != http.StatusOK {
		t.Errorf("a mutation without memory for its answer is answered %d %s", status, answer)
	}
}
