package circleclient

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// history is a room on a server: its messages by number, and how it answers a window around one that is not there.
type history struct {
	t        *testing.T
	messages []int64
	// missing is what the server does about an anchor that is gone: it refuses (404), it takes the next older one, or it
	// shows the newest messages.
	missing string
	size    int // of each message, about
	calls   int
}

func (h *history) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.calls++
	number := func(name string) int {
		n, err := strconv.Atoi(r.URL.Query().Get(name))
		if err != nil {
			h.t.Errorf("%s of %s: %v", name, r.URL, err)
		}
		return n
	}
	at := len(h.messages) - 1
	echo := int64(0)
	if r.URL.Query().Has("id") {
		echo = int64(number("id"))
		found := slices.Index(h.messages, echo)
		switch {
		case found >= 0:
			at = found
		case h.missing == "refuse":
			say(http.StatusNotFound, "application/json", `{"message":"Oops! Missing record. Please try again later."}`)(w, r)
			return
		case h.missing == "nearest":
			for at >= 0 && h.messages[at] > echo {
				at--
			}
		default:
			echo = 0
		}
	}
	if at < 0 && len(h.messages) == 0 {
		say(http.StatusOK, "application/json",
			`{"has_previous_page":false,"has_next_page":false,"total_count":0,"records":[]}`)(w, r)
		return
	}
	from, to := max(0, at-number("previous_per_page")), min(len(h.messages), at+1+number("next_per_page"))
	from = min(from, to)
	records := ""
	for i, id := range h.messages[from:to] {
		if i > 0 {
			records += ","
		}
		records += fmt.Sprintf(`{"id":%d,"body":%q}`, id, strings.Repeat("x", h.size))
	}
	if echo == 0 {
		echo = h.messages[at]
	}
	say(http.StatusOK, "application/json", fmt.Sprintf(
		`{"id":%d,"has_previous_page":%t,"has_next_page":%t,"first_id":1,"last_id":2,"total_count":%d,"records":[%s]}`,
		echo, from > 0, to < len(h.messages), len(h.messages), records))(w, r)
}

func numbers(from, to int64) []int64 {
	var ids []int64
	for id := from; id <= to; id++ {
		ids = append(ids, id)
	}
	return ids
}

func without(ids []int64, gone int64) []int64 {
	return slices.DeleteFunc(ids, func(id int64) bool { return id == gone })
}

func TestMessageWindows(t *testing.T) {
	const before, after = true, false
	for _, c := range []struct {
		name     string
		messages []int64
		missing  string
		back     bool
		anchor   int64
		n        int
		want     string // the messages, with < and > if the room continues there
		calls    int
	}{
		{"newest", numbers(1, 10), "", before, 0, 3, "<[8 9 10]", 1},
		{"newest, exactly all", numbers(1, 10), "", before, 0, 10, "[1 2 3 4 5 6 7 8 9 10]", 1},
		{"newest, all but one", numbers(1, 10), "", before, 0, 9, "<[2 3 4 5 6 7 8 9 10]", 1},
		{"newest of few", numbers(1, 2), "", before, 0, 20, "[1 2]", 1},
		{"newest one", numbers(1, 2), "", before, 0, 1, "<[2]", 1},
		{"none", nil, "", before, 0, 20, "[]", 1},
		{"older", numbers(1, 10), "", before, 8, 3, "<[5 6 7]>", 1},
		{"oldest, exactly", numbers(1, 10), "", before, 4, 3, "[1 2 3]>", 1},
		{"oldest, fewer", numbers(1, 10), "", before, 3, 3, "[1 2]>", 1},
		{"before the first", numbers(1, 10), "", before, 1, 3, "[]>", 1},
		{"newer", numbers(1, 10), "", after, 3, 3, "<[4 5 6]>", 1},
		{"newer, to the end", numbers(1, 10), "", after, 7, 3, "<[8 9 10]", 1},
		{"after the last but one", numbers(1, 10), "", after, 9, 3, "<[10]", 1},
		{"after the last", numbers(1, 10), "", after, 10, 3, "<[]", 1},
		{"after the first", numbers(1, 3), "", after, 1, 5, "<[2 3]", 1},

		{"older than one that is gone", without(numbers(1, 10), 8), "refuse", before, 8, 3, "<[5 6 7]>", 2},
		{"newer than one that is gone", without(numbers(1, 10), 3), "refuse", after, 3, 3, "<[4 5 6]>", 2},
		{"newer than the last, which is gone", numbers(1, 9), "refuse", after, 10, 3, "<[]", 2},
		{"older than the first, which is gone", numbers(2, 9), "refuse", before, 1, 3, "[]>", 2},
		{"older than a nearby one", without(numbers(1, 10), 8), "nearest", before, 8, 3, "<[5 6 7]>", 1},
		{"newer than a nearby one", without(numbers(1, 10), 3), "nearest", after, 3, 3, "<[4 5 6]>", 1},
		{"newer than one that is ignored", without(numbers(1, 10), 3), "ignore", after, 3, 3, "<[4 5 6]>", 2},
		{"older than an old one that is gone", without(numbers(1, 300), 50), "refuse", before, 50, 3, "gone", 2},
		{"newer than an old one that is gone", without(numbers(1, 300), 50), "refuse", after, 50, 3, "gone", 2},
		{"older than an old one that is ignored", without(numbers(1, 300), 50), "ignore", before, 50, 3, "gone", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := &history{t: t, messages: c.messages, missing: c.missing}
			client := testClient(t, h)
			read := client.Chat.MessagesAfter
			if c.back {
				read = client.Chat.MessagesBefore
			}
			w, err := read(asMember(t), roomUUID, c.anchor, c.n)
			got := "gone"
			if err == nil {
				got = ends(t, w)
			} else if !errors.Is(err, ErrAnchorGone) || !errors.Is(err, ErrNotFound) {
				t.Fatal(err)
			}
			if got != c.want || h.calls != c.calls {
				t.Errorf("got %s in %d calls, want %s in %d", got, h.calls, c.want, c.calls)
			}
		})
	}
}

func ends(t *testing.T, w *MessageWindow) string {
	ids := []int64{}
	for _, m := range w.Records {
		ids = append(ids, m.ID)
	}
	text := fmt.Sprint(ids)
	if len(ids) > 0 && (w.FirstID != ids[0] || w.LastID != ids[len(ids)-1]) {
		t.Errorf("the window says %d to %d and holds %s", w.FirstID, w.LastID, text)
	}
	if w.HasPreviousPage {
		text = "<" + text
	}
	if w.HasNextPage {
		text += ">"
	}
	return text
}

// A room walked to its beginning and back shows every message once, however large the pages.
func TestMessageWindowsMeet(t *testing.T) {
	for n := 1; n <= 13; n++ {
		back, forth := bothWays(t, testClient(t, &history{t: t, messages: numbers(1, 12)}), n)
		if !slices.Equal(back, numbers(1, 12)) || !slices.Equal(forth, numbers(2, 12)) {
			t.Errorf("pages of %d: %v and %v", n, back, forth)
		}
	}
}

// bothWays walks a room to its beginning by pages of n messages, and from its first message to its end.
func bothWays(t *testing.T, client *Client, n int) (back, forth []int64) {
	for anchor, more := int64(0), true; more && len(back) < 20; {
		w, err := client.Chat.MessagesBefore(asMember(t), roomUUID, anchor, n)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range slices.Backward(w.Records) {
			back = append(back, m.ID)
		}
		anchor, more = w.FirstID, w.HasPreviousPage
	}
	for anchor, more := int64(1), true; more && len(forth) < 20; {
		w, err := client.Chat.MessagesAfter(asMember(t), roomUUID, anchor, n)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range w.Records {
			forth = append(forth, m.ID)
		}
		anchor, more = w.LastID, w.HasNextPage
	}
	slices.Reverse(back)
	return back, forth
}
