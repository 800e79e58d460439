package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/coder/websocket"

	"circlegraph/internal/race"
	"circlegraph/sandbox"
)

// gossip is what a Circle that fails may tell about its members.
const gossip = "Dora Gossip <dora.gossip@example.org> +49 30 1234567"

// gossiping are the ways in which it may be told.
var gossiping = map[string]http.HandlerFunc{
	"500":         tell(500, "application/json", `{"message":"GOSSIP"}`),
	"500 as HTML": tell(500, "text/html", "<html>GOSSIP</html>"),
	"422 with details": tell(422, "application/json",
		`{"message":"GOSSIP","error_details":{"body":["GOSSIP"],"GOSSIP":["is invalid"],"message":"GOSSIP"}}`),
	"422 that is known": tell(422, "application/json",
		`{"message":"It is done already: GOSSIP","error_details":"GOSSIP"}`),
	"409":             tell(409, "application/json", `{"message":"GOSSIP"}`),
	"400":             tell(400, "application/json", `{"message":"GOSSIP"}`),
	"404":             tell(404, "application/json", `{"message":"Missing record: GOSSIP"}`),
	"404 as HTML":     tell(404, "text/html", "GOSSIP"),
	"403 of the edge": tell(403, "text/plain", "error code: 1010 GOSSIP"),
	"401":             tell(401, "application/json", `{"message":"GOSSIP"}`),
	"429":             tell(429, "application/json", `{"message":"GOSSIP"}`, "Retry-After", "GOSSIP"),
	"redirect":        tell(302, "text/html", "GOSSIP", "Location", "http://dora.gossip@127.0.0.1:1/?x=GOSSIP"),
	"HTML":            tell(200, "text/html", "GOSSIP"),
	"type of content": tell(200, "GOSSIP", `{"message":"GOSSIP"}`),
	"no JSON":         tell(200, "application/json", `{"name":"GOSSIP","records":[{"name":"GOSSIP"`),
	"list":            tell(200, "application/json", `["GOSSIP"]`),
	"wrong types": tell(200, "application/json",
		`{"id":"GOSSIP","access_token":{"GOSSIP":"GOSSIP"},"records":"GOSSIP","created_at":"GOSSIP","policies":["GOSSIP"]}`),
	"broken off": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, gossip)
		panic(http.ErrAbortHandler)
	},
}

func tell(status int, contentType, body string, header ...string) http.HandlerFunc {
	whole := strings.NewReplacer("GOSSIP", gossip)
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", whole.Replace(contentType))
		w.Header().Set("X-Request-Id", "dora.gossip@example.org")
		w.Header().Set("Set-Cookie", "_circle_session=cookie-of-dora; Path=/")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], whole.Replace(header[i+1]))
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, whole.Replace(body))
	}
}

// What is logged at the most talkative level, counted or said in errors must be fit for others to read: of busy runs
// with good, bad and hostile requests, with a Circle that is well and with one that tells in each of its failures what
// it should not.
func TestLogHoldsNothingSecret(t *testing.T) {
	t.Parallel()
	t.Run("well", func(t *testing.T) { busyRun(t, nil) })
	for _, name := range race.Some(slices.Sorted(maps.Keys(gossiping))) {
		t.Run(name, func(t *testing.T) { busyRun(t, gossiping[name]) })
	}
}

const confidential = "a sentence that only the space should see"

// busyRun starts the program, asks it much while Circle answers so, and looks at all that it has said about that.
func busyRun(t *testing.T, answer http.HandlerFunc) {
	t.Parallel()
	var ill atomic.Bool
	var told atomic.Int64
	s := startFor(t, func(circle http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			told.Add(1)
			if ill.Load() {
				answer(w, r)
				return
			}
			circle.ServeHTTP(w, r)
		})
	}, []string{"--log-level", "debug", "--admin-listen", "127.0.0.1:0"},
		"CIRCLEGRAPH_WEB_SESSION", "true", "CIRCLEGRAPH_MEMO_BYTES", "0",
		"CIRCLEGRAPH_UPSTREAM_TIMEOUT", "10s") // less than usual, since after a 429 a call waits for half of it
	said := &overheard{}
	ask := func(token, query string) string {
		req := s.request(t, http.MethodPost, "/graphql", token, request(query))
		req.Header.Set("X-Circlegraph-Secret", secret)
		req.Header.Set("Apollographql-Client-Name", gossip)
		req.Header.Set("User-Agent", gossip)
		_, header, body := s.do(t, req)
		said.answer(header, body)
		return body
	}
	var in struct{ Data struct{ Login session } }
	if err := json.Unmarshal([]byte(ask("",
		`mutation { login(input: {email: "`+member+`"}) { accessToken refreshToken } }`)), &in); err != nil {
		t.Fatal(err)
	}
	access, refresh := in.Data.Login.AccessToken, in.Data.Login.RefreshToken
	var places struct {
		Data struct {
			Space struct {
				ID    string
				Posts struct{ Nodes []struct{ ID string } }
			}
		}
	}
	if err := json.Unmarshal([]byte(ask(access,
		`{ space(by: {slug: "seed-swap"}) { id posts(first: 1) { nodes { id } } } }`)), &places); err != nil ||
		len(places.Data.Space.Posts.Nodes) == 0 {
		t.Fatalf("no post to write about: %v", err)
	}
	post := places.Data.Space.Posts.Nodes[0].ID
	ill.Store(answer != nil)
	told.Store(0)
	for _, query := range []string{
		`{ viewer { email member { name } notificationCounts { inbox } } homeFeed { nodes { id title author { name } } } }`,
		`{ members(first: 5) { nodes { name bio } }
			viewer { notifications { nodes { id actorName } } chatRooms { nodes { id } } } }`,
		`{ search(query: "` + confidential +
			`") { totalCount } searchMembers(filter: {text: "Dora Gossip"}) { totalCount } }`,
		`{ post(by: {id: "nonsense-` + confidential + `"}) { id } }`,
		`mutation { createPost(input: {spaceId: "` + places.Data.Space.ID + `", title: "` + confidential +
			`", body: {markdown: "` + confidential + `"}}) { post { id } userErrors { code field message } } }`,
		`mutation { createComment(input: {postId: "` + post + `", body: {markdown: "` + confidential +
			`"}}) { comment { id } userErrors { code field message } } }`,
		`mutation { likePost(input: {postId: "` + post + `"}) { post { id } userErrors { code field message } } }`,
		`mutation { createWebSession { cookies { name value } userErrors { code message } } }`,
		`mutation { login(input: {email: "` + member + `"}) { accessToken userErrors { code field message } } }`,
		`mutation { login(input: {email: "nobody-at-all@example.com"}) { accessToken userErrors { code field message } } }`,
		`mutation { login(input: {memberId: "1", email: "nobody-at-all@example.com"}) { accessToken } }`,
		`mutation { refreshAccessToken(input: {refreshToken: "` + refresh +
			`"}) { accessToken userErrors { code field message } } }`,
		`mutation { refreshAccessToken(input: {refreshToken: "wrong-refresh-token"}) {
			accessToken userErrors { code field message } } }`,
		`mutation { revokeRefreshToken(input: {refreshToken: "wrong-refresh-token"}) {
			revoked userErrors { code field message } } }`,
		`mutation { revokeAccessToken(input: {accessToken: "forged.token.value"}) {
			revoked userErrors { code field message } } }`,
		`{ nonsense(token: "` + access + `") }`,
		`{ spaces(order: "` + access + `") { id } }`,
		`query { viewer { email "` + access,
		`query { ` + strings.Repeat(`viewer { email } `, 300) + `}`,
	} {
		ask(access, query)
	}
	ask("forged.token.value", `{ viewer { email } homeFeed { nodes { title } } }`)
	for path, token := range map[string]string{
		"/graphql?query=%7Bviewer%7Bemail%7D%7D&access_token=" +
			access: "", "/graphql?query=%7Bviewer%7Bemail%7D%7D": access, "/" + access: "",
	} {
		_, header, body := s.do(t, s.request(t, http.MethodGet, path, token, ""))
		said.answer(header, body)
	}
	for _, body := range []string{`{"query":"` + access, `[{"query":"` + confidential + `"}]`, confidential} {
		_, header, answer := s.do(t, s.request(t, http.MethodPost, "/graphql", access, body))
		said.answer(header, answer)
	}
	said.socket(t, s, access)
	said.socket(t, s, "forged.token.value")
	if told.Load() < 10 {
		t.Errorf("Circle was asked %d times, want a busy run", told.Load())
	}
	ill.Store(false)
	ask(access, `mutation { logout(input: {everywhere: true, refreshToken: "`+refresh+`"}) {
		loggedOut userErrors { message } } }`)
	metrics := s.metrics(t)
	s.stop(t)

	log := s.log.String()
	if strings.Count(log, `msg="circle call"`) < 10 || strings.Count(log, "msg=request") < 25 ||
		strings.Count(log, "msg=audit") < 5 || len(said.errors) < 30 || !strings.Contains(metrics, "circuit_state") {
		t.Errorf("%d errors, and the log\n%s\nwant those of a busy run", len(said.errors), log)
	}
	names := []string{"Dora", "Gossip"}
	for _, m := range sandbox.New(sandbox.Options{}).Members() {
		names = append(names, regexp.QuoteMeta(m.Name))
	}
	for place, text := range map[string]string{"log": log, "metrics": metrics, "errors": strings.Join(said.errors, "\n")} {
		for what, pattern := range map[string]string{
			"a JWT":              `eyJ`,
			"an e-mail address":  `[\w.+-]+@[\w-]+\.\w+`,
			"a name":             strings.Join(names, "|"),
			"a body of Circle's": `1234567|error code`,
			"a cookie":           strings.Join(append(said.cookies, "cookie-of-dora", "_circle_session"), "|"),
			"a secret":           regexp.QuoteMeta(headless) + "|" + regexp.QuoteMeta(secret) + `|(?i)bearer`,
			"a refresh token":    regexp.QuoteMeta(refresh) + `|wrong-refresh-token`,
			"a bad token":        `forged\.token`,
			"what was written":   confidential,
		} {
			if found := regexp.MustCompile(`.*(` + pattern + `).*`).FindString(text); found != "" {
				t.Errorf("the %s show %s: %s", place, what, found)
			}
		}
	}
	if found := regexp.MustCompile(`.*(access_token=|%7B|viewer).*`).FindString(log); found != "" {
		t.Errorf("the log shows a query: %s", found)
	}
}

// overheard is what answers say besides data.
type overheard struct {
	errors  []string
	cookies []string // of web sessions, which only their answers may hold
}

func (o *overheard) answer(header http.Header, body string) {
	o.errors = append(o.errors, fmt.Sprint(header))
	var answer any
	if json.Unmarshal([]byte(body), &answer) != nil {
		o.errors = append(o.errors, body)
		return
	}
	o.walk(answer)
}

// walk collects errors and userErrors, wherever they are.
func (o *overheard) walk(value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, child := range v {
			switch {
			case strings.EqualFold(key, "errors"), key == "userErrors":
				if text := fmt.Sprint(child); text != "[]" {
					o.errors = append(o.errors, text)
				}
			case key == "cookies":
				o.cookies = append(o.cookies, regexp.MustCompile(`\w{16,}`).FindAllString(fmt.Sprint(child), -1)...)
			default:
				o.walk(child)
			}
		}
	case []any:
		for _, child := range v {
			o.walk(child)
		}
	}
}

// socket listens to all that a websocket says before and when it is closed.
func (o *overheard) socket(t *testing.T, s *server, token string) {
	t.Helper()
	conn := s.dial(t).Conn
	for _, frame := range []string{
		`{"type":"connection_init","payload":{"Authorization":"Bearer ` + token + `"}}`,
		`{"id":"1","type":"subscribe","payload":{"query":"subscription { notificationCountsChanged { inbox } }"}}`,
		`{"id":"2","type":"subscribe","payload":{"query":"{ spaces { name } nonsense(text: \"` + confidential + `\") }"}}`,
		`{"type":"` + confidential + `"}`,
	} {
		if conn.Write(t.Context(), websocket.MessageText, []byte(frame)) != nil {
			break // closed already: the reason is read below
		}
	}
	for {
		_, frame, err := conn.Read(t.Context())
		if err != nil {
			o.errors = append(o.errors, err.Error())
			return
		}
		var said struct {
			Type    string
			Payload any
		}
		if err := json.Unmarshal(frame, &said); err != nil {
			t.Fatal(err)
		}
		if said.Type == "error" {
			o.errors = append(o.errors, fmt.Sprint(said.Payload))
		}
		o.walk(said.Payload)
	}
}
