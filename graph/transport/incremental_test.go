package transport_test

import (
	"bufio"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

const acceptDefer = "multipart/mixed;deferSpec=20220824," + asResponse + "," + asJSON // Apollo's

const deferredPosts = `{
  viewer { name ... @defer(label: "email") { email } } spaces { name ... @defer(label: "posts") { posts { title } } }
}`

// Each part comes with its place, and the last one says that it is the last.
func TestDefer(t *testing.T) {
	s := newToy(t)
	res := s.open(ask(acceptDefer, deferredPosts)) //nolint:bodyclose // open closes it
	media, params, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil || media != "multipart/mixed" || params["deferspec"] != "20220824" {
		t.Fatalf("answered %s, want multipart/mixed;deferSpec=20220824", res.Header.Get("Content-Type"))
	}
	reader := multipart.NewReader(res.Body, params["boundary"])
	for _, want := range []string{
		`{"data":{"viewer":{"name":"Maya"},"spaces":[{"name":"Plots"},{"name":"Seeds"}]},"hasNext":true}`,
		`{"incremental":[{"data":{"email":"maya@example.com"},"label":"email","path":["viewer"]}],"hasNext":true}`,
		`{"incremental":[{"data":{"posts":[{"title":"Tomatoes"}]},"label":"posts","path":["spaces",0]}],"hasNext":true}`,
		`{"incremental":[{"data":{"posts":[{"title":"Beans"}]},"label":"posts","path":["spaces",1]}],"hasNext":false}`,
	} {
		p, err := reader.NextPart()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(p); err != nil || string(got) != want {
			t.Errorf("a part is %s, %v, want %s", got, err, want)
		}
	}
	if _, err := reader.NextPart(); err != io.EOF {
		t.Errorf("after the last part comes %v, want the end", err)
	}
}

// What comes later is not null before: a client would show that. What is null at once stays null.
func TestDeferredFieldsAreAbsentAtFirst(t *testing.T) {
	s := newToy(t)
	_, _, text := s.send(ask(acceptDefer, `{ nodes { id } viewer { ...Name ...Later @defer id }
	  spaces { group { name } ... @defer { group { id } posts { title } } } }
	  fragment Name on Person { name } fragment Later on Person { email id ...Name }`))
	_, parts, _ := strings.Cut(text, "\r\n\r\n")
	first, later, _ := strings.Cut(parts, "\r\n")
	for _, key := range []string{`"email":`, `"posts":`} {
		if strings.Contains(first, key) || !strings.Contains(later, key) {
			t.Errorf("%s is in the first part or in no later one:\n%s", key, text)
		}
	}
	for _, text := range []string{
		`"nodes":[null]`, `"viewer":{"name":"Maya","id":"1"}`, `"spaces":[{"group":{"name":"Garden"}}`,
	} {
		if !strings.Contains(first, text) {
			t.Errorf("the first part is %s, want %s in it", first, text)
		}
	}
}

// Who cannot read parts gets everything at once, and the next client gets its parts from the same cached document.
func TestDeferInOnePiece(t *testing.T) {
	s := newToy(t)
	for _, accept := range []string{asJSON, "multipart/mixed;deferSpec=20991231, " + asJSON, "*/*", acceptDefer} {
		_, _, text := s.send(ask(accept, deferredPosts))
		inParts := strings.Contains(text, "incremental") && strings.Contains(text, "hasNext")
		whole := strings.Contains(text, `{"name":"Seeds","posts":[{"title":"Beans"}]}`) && !strings.Contains(text, "hasNext")
		if inParts != (accept == acceptDefer) || whole == inParts {
			t.Errorf("Accept: %s answers %s", accept, text)
		}
	}
}

// What apps send on every query must not turn it into a stream.
func TestPlainQueriesStayPlain(t *testing.T) {
	s := newToy(t)
	for _, accept := range []string{acceptDefer, asResponse + ", application/graphql+json, " + asJSON +
		", text/event-stream, multipart/mixed"} {
		res := s.open(ask(accept, `{ viewer { name } }`)) //nolint:bodyclose // open closes it
		if media := res.Header.Get("Content-Type"); !strings.HasPrefix(media, asResponse) {
			t.Errorf("Accept: %s answers %s", accept, media)
		}
	}
}

// Apollo iOS takes a piece of an answer without a delimiter for a fault, knows the header of a part only in small
// letters, and looks for the form of the answer without quotes.
func TestPartsAreWhatPhonesRead(t *testing.T) {
	for accept, query := range map[string]string{
		acceptDefer: deferredPosts,
		`multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json`: counted,
	} {
		inBubble(t, func(t *testing.T, s *toy) {
			conn, err := s.client.Transport.(*http.Transport).DialContext(t.Context(), "", "")
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			m := ask(accept, query)
			fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: a\r\nAccept: %s\r\nContent-Type: %s\r\n"+
				"Authorization: Bearer expiring\r\nContent-Length: %d\r\n\r\n%s", accept, asJSON, len(m.body), m.body)
			reader := bufio.NewReader(conn)
			media, pieces := "", []string(nil)
			for line := "-"; line != ""; line = strings.TrimSpace(line) {
				if line, err = reader.ReadString('\n'); err != nil {
					t.Fatal(err)
				}
				if value, ok := strings.CutPrefix(line, "Content-Type: "); ok {
					media = strings.TrimSpace(value)
				}
			}
			for size := int64(1); size > 0; { // each flush is a chunk
				line, err := reader.ReadString('\n')
				if err != nil {
					t.Fatal(err)
				}
				if size, err = strconv.ParseInt(strings.TrimSpace(line), 16, 64); err != nil {
					t.Fatal(err)
				}
				piece := make([]byte, size+2)
				if _, err := io.ReadFull(reader, piece); err != nil {
					t.Fatal(err)
				}
				pieces = append(pieces, string(piece[:size]))
				s.over.Store(strings.Contains(string(piece), "counted"))
			}
			_, params, err := mime.ParseMediaType(media)
			_, spec, _ := strings.Cut(media, "Spec=")
			if err != nil || strings.Contains(spec, `"`) {
				t.Errorf("the form is %s, want it without quotes", media)
			}
			last := len(pieces) - 2 // then comes the end of HTTP
			for i, piece := range pieces[:last+1] {
				if !strings.Contains(piece, "\r\n--"+params["boundary"]) || strings.HasSuffix(piece, "--\r\n") != (i == last) {
					t.Errorf("piece %d of %d is %q, want a delimiter in it", i, last, piece)
				}
				if i > 0 && !strings.HasPrefix(piece, "\r\ncontent-type: application/json\r\n\r\n{") {
					t.Errorf("a part begins with %q", piece)
				}
			}
			if last < 2 {
				t.Errorf("there are only the pieces %q", pieces)
			}
		})
	}
}
