package circleclient

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestPageThatIsTooLargeIsReadInParts: neither its size nor one record that is too large by itself closes the list.
func TestPageThatIsTooLargeIsReadInParts(t *testing.T) {
	for _, size := range []int{2, 5, 6, 8, 15} {
		c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			page, _ := strconv.Atoi(r.URL.Query().Get("page"))
			per, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
			var records []string
			for id := (page-1)*per + 1; id <= min(page*per, 40); id++ {
				text := strings.Repeat("x", 300)
				if id == 19 {
					text = strings.Repeat("x", 2000)
				}
				records = append(records, fmt.Sprintf(`{"id":%d,"name":%q}`, id, text))
			}
			say(http.StatusOK, "application/json", fmt.Sprintf(`{"page":%d,"per_page":%d,"count":40,"has_next_page":%t,
				"records":[%s]}`, page, per, page*per < 40, strings.Join(records, ",")))(w, r)
		}), func(cfg *Config) { cfg.MaxBody = 1200 })
		ids := map[int64]bool{}
		for page, more := 1, true; more; page++ {
			got, err := c.Posts.Home(asMember(t), PostListOptions{PageOptions: PageOptions{Page: page, PerPage: size}})
			if err != nil {
				t.Fatalf("page %d of %d: %v", page, size, err)
			}
			for _, post := range got.Records {
				if ids[post.ID] {
					t.Errorf("page %d of %d: post %d twice", page, size, post.ID)
				}
				ids[post.ID] = true
			}
			more = got.HasNextPage
		}
		if len(ids) != 39 || ids[19] {
			t.Errorf("pages of %d: %d posts, want 39", size, len(ids))
		}
	}
}

// TestPageAfterAPlaceIsReadInParts: such pages have no numbers, so each part goes on where the one before ends.
func TestPageAfterAPlaceIsReadInParts(t *testing.T) {
	c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		after, _ := strconv.Atoi(r.URL.Query().Get("search_after")) // whatever the page
		per, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
		var records []string
		for id := after + 1; id <= min(after+per, 10); id++ {
			records = append(records, fmt.Sprintf(`{"community_member_id":%d,"headline":%q}`, id, strings.Repeat("x", 300)))
		}
		next := ""
		if after+per < 10 {
			next = fmt.Sprintf(`"next_search_after":[%d],`, after+per)
		}
		say(http.StatusOK, "application/json", fmt.Sprintf(`{"page":1,"per_page":%d,%s"has_next_page":%t,"records":[%s]}`,
			per, next, next != "", strings.Join(records, ",")))(w, r)
	}), func(cfg *Config) { cfg.MaxBody = 1200 })
	for after, want := range map[string]string{"2": "[3 4 5 6 7 8] [8] true", "7": "[8 9 10] [] false"} {
		page, err := c.Members.List(asMember(t), MemberListOptions{
			PageOptions: PageOptions{PerPage: 6}, SearchAfter: SearchAfter{json.RawMessage(after)},
		})
		if err != nil {
			t.Fatal(err)
		}
		var ids []int64
		for _, m := range page.Records {
			ids = append(ids, m.MemberID())
		}
		if got := fmt.Sprint(ids, page.NextSearchAfter.texts(), page.HasNextPage); got != want {
			t.Errorf("after %s: %s, want %s", after, got, want)
		}
	}
}

// TestWindowThatIsTooLargeIsReadInParts: long messages close a room's history to nobody.
func TestWindowThatIsTooLargeIsReadInParts(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 20} {
		client := testClient(t, &history{t: t, messages: numbers(1, 12), size: 400}, func(cfg *Config) { cfg.MaxBody = 1200 })
		back, forth := bothWays(t, client, n)
		if !slices.Equal(back, numbers(1, 12)) || !slices.Equal(forth, numbers(2, 12)) {
			t.Errorf("pages of %d: %v and %v", n, back, forth)
		}
	}
	// What is too large beside its neighbour, nothing can be read around.
	client := testClient(t, &history{t: t, messages: numbers(1, 12), size: 1000}, func(cfg *Config) { cfg.MaxBody = 1200 })
	if _, err := client.Chat.MessagesBefore(asMember(t), roomUUID, 0, 5); !errors.Is(err, errTooLarge) {
		t.Errorf("messages that are too large: %v, want errTooLarge", err)
	}
}

// TestWhatACallerChoseClosesNoCircuit: only failures for several members close an operation to all.
func TestWhatACallerChoseClosesNoCircuit(t *testing.T) {
	owners := owners{
		HashToken("one"): 1, HashToken("anotherofone"): 1, HashToken("two"): 2, HashToken("three"): 3, HashToken("four"): 4,
	}
	answer := ""
	c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case answer == "too large":
			say(http.StatusOK, "application/json", `{"records":[`+strings.Repeat(" ", 2000)+`]}`)(w, r)
		case strings.Contains(answer, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")+","):
			say(http.StatusInternalServerError, "application/json", `{}`)(w, r)
		default:
			say(http.StatusOK, "application/json", `{"records":[]}`)(w, r)
		}
	}), func(cfg *Config) { cfg.MaxBody, cfg.Retries, cfg.Principals = 1000, -1, owners })
	search := func(as string) error {
		ctx := With(t.Context(), As(tokenOf(as)), FromAddress(netip.MustParseAddr("192.0.2.1")))
		_, err := c.Search.Quick(ctx, "x", PageOptions{})
		return err
	}
	answer = "too large"
	for range illAfter / 2 {
		for _, as := range []string{"one", "two", "three"} {
			if err := search(as); errors.Is(err, errResting) {
				t.Fatal("an answer that is too large closes the circuit")
			}
		}
	}
	answer = "one,anotherofone,"
	for range illAfter {
		_, _ = search("one"), search("anotherofone")
	}
	if err := search("anotherofone"); !errors.Is(err, errResting) {
		t.Errorf("the member for whom it fails: %v, want errResting", err)
	}
	if err := search("two"); err != nil {
		t.Errorf("another member: %v", err)
	}
	answer = "two,three,four,"
	for range 40 {
		for _, as := range []string{"two", "three", "four"} {
			_ = search(as)
		}
	}
	if err := search("five"); !errors.Is(err, errResting) {
		t.Errorf("what fails for three members: %v, want errResting", err)
	}
}

// owners are tokens that Circle has accepted, by the members they belong to.
type owners map[TokenHash]int64

func (o owners) Prove(TokenHash, int64) {}
func (o owners) Member(token TokenHash) (memberID int64, proven bool) {
	memberID, proven = o[token]
	return memberID, proven
}
func (o owners) Forget(TokenHash) {}

type tokenOf string

func (t tokenOf) Token() (string, error) { return string(t), nil }

// TestRefusalsAreReadUpToALimit: of an endless refusal no more is read than shows what it is.
func TestRefusalsAreReadUpToALimit(t *testing.T) {
	body := &counted{}
	resp := &http.Response{StatusCode: http.StatusUnprocessableEntity, Header: http.Header{}, Body: io.NopCloser(body)}
	c := testClient(t, nil, func(cfg *Config) {
		cfg.Transport = roundTrip(func(*http.Request) (*http.Response, error) { return resp, nil })
	})
	if _, err := c.Spaces.Get(asMember(t), 1); !errors.Is(err, ErrUnavailable) {
		t.Errorf("an endless refusal: %v, want ErrUnavailable", err)
	}
	if body.read > 2*maxErrorBody {
		t.Errorf("%d bytes were read, want %d at most", body.read, 2*maxErrorBody)
	}
}

// counted is an endless text, up to the size of an answer.
type counted struct{ read int }

func (c *counted) Read(p []byte) (int, error) {
	if c.read > defaultMaxBody {
		return 0, io.EOF
	}
	for i := range p {
		p[i] = 'x'
	}
	c.read += len(p)
	return len(p), nil
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestTextsAreWrittenOnce: the copies of a record have one text.
func TestTextsAreWrittenOnce(t *testing.T) {
	post := &Post{}
	post.setSource(SourcePost)
	again := *post
	first, second := post.RichText(), post.RichText()
	if first != second || first != again.RichText() {
		t.Error("a post has several texts")
	}
}
