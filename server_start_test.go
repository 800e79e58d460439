package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"circlegraph/graph"
	"circlegraph/playground"
	"circlegraph/sandbox"
	"circlegraph/tokens"
)

const member = "member@example.com"

func TestStartWithoutSettings(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	if banner := s.log.String(); !strings.Contains(banner, "SANDBOX") || !strings.Contains(banner, s.url+"/graphql") {
		t.Errorf("the banner is\n%s\nwant it to name the sandbox and %s/graphql", banner, s.url)
	}
	for _, test := range []struct {
		path, contentType string
		want              string
	}{
		{"/", "text/html", s.url + "/graphql</code>"},
		{"/docs/errors", "text/html", "<h1 id=\"errors\">Errors</h1>"},
		{"/playground/", "text/html", `id="playground"`},
		{"/schema.graphql", "text/plain", graph.SDL()},
		{"/healthz", "text/plain", "ok\n"},
		{"/readyz", "text/plain", "ready\n"},
		{"/graphql?query=%7B__typename%7D", "application/", `"__typename":"Query"`},
	} {
		status, header, body := s.get(t, test.path)
		if status != http.StatusOK || !strings.HasPrefix(header.Get("Content-Type"), test.contentType) ||
			!strings.Contains(body, test.want) {
			t.Errorf("GET %s = %d %s %.80q, want %s with %.80q", test.path, status, header.Get("Content-Type"), body,
				test.contentType, test.want)
		}
	}
	if status, _, _ := s.get(t, "/nowhere"); status != http.StatusNotFound {
		t.Errorf("GET /nowhere = %d, want 404", status)
	}
}

// One token may be used at several addresses, such as localhost and that of the machine, for a phone: pictures come
// from the one that was asked, whatever has been remembered.
func TestPicturesComeFromTheAddressThatWasAsked(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	token := s.login(t, member).AccessToken
	for _, host := range []string{"localhost:8080", "192.0.2.7:8080", "localhost:8080"} {
		req := s.request(t, http.MethodPost, "/graphql", token,
			request(`{ viewer { member { avatarUrl } } spaces { coverImageUrl } homeFeed { nodes { author { avatarUrl } } } }`))
		req.Host = host
		_, _, body := s.do(t, req)
		all := regexp.MustCompile(`http://[^/"]+/rails/`).FindAllString(body, -1)
		if len(all) < 3 {
			t.Errorf("at %s there are %d pictures in %s, want more", host, len(all), body)
		}
		for _, address := range all {
			if address != "http://"+host+"/rails/" {
				t.Errorf("at %s a picture begins with %s", host, address)
			}
		}
	}
}

// The banner's command must work as it stands.
func TestBannerCanBePasted(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	query := regexp.MustCompile(`-d '(.*)'`).FindStringSubmatch(s.log.String())
	if query == nil {
		t.Fatalf("the banner has no curl command:\n%s", s.log)
	}
	_, body := s.post(t, "", query[1])
	if !strings.Contains(body, `"accessToken":"ey`) {
		t.Errorf("the banner's login answers %s, want an access token", body)
	}
}

// writer lets somebody else write to a member again and again.
func (s *server) writer(t *testing.T, to string) func(context.Context) {
	t.Helper()
	var reader struct {
		Viewer struct{ Member struct{ ID string } }
	}
	s.query(t, to, `{ viewer { member { id } } }`, &reader)
	token := s.login(t, "admin@example.com").AccessToken
	var made struct {
		CreateChatRoom struct{ ChatRoom struct{ ID string } }
	}
	s.query(t, token, fmt.Sprintf(`mutation { createChatRoom(input: {memberIds: [%q]}) { chatRoom { id } } }`,
		reader.Viewer.Member.ID), &made)
	message := request(fmt.Sprintf(`mutation { sendChatMessage(input: {chatRoomId: %q, body: {text: "hello"}}) {
		userErrors { message } } }`, made.CreateChatRoom.ChatRoom.ID))
	return func(ctx context.Context) {
		again := time.NewTicker(100 * time.Millisecond)
		defer again.Stop()
		for {
			req := s.request(t, http.MethodPost, "/graphql", token, message).WithContext(ctx)
			if res, err := s.client.Do(req); err == nil {
				_ = res.Body.Close() // the subscription shows the outcome
			}
			select {
			case <-again.C:
			case <-ctx.Done():
				return
			}
		}
	}
}

// The queries that the playground opens with must work as they stand, whoever runs them.
func TestPlaygroundTabs(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	token := s.login(t, member).AccessToken
	writes := s.writer(t, token)
	for _, tab := range playground.Tabs(playground.Settings{
		Login:   []tokens.Mode{tokens.ModeSandbox},
		Members: []playground.Member{{Email: member}},
	}) {
		sent := map[string]any{"query": tab.Query}
		if tab.Variables != "" {
			sent["variables"] = json.RawMessage(tab.Variables)
		}
		body, err := json.Marshal(sent)
		if err != nil {
			t.Fatal(err)
		}
		req := s.request(t, http.MethodPost, "/graphql", token, string(body))
		if strings.Contains(tab.Query, "\nsubscription ") {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go writes(ctx) // until the subscription has heard of it
			req = req.WithContext(ctx)
			req.Header.Set("Accept", "text/event-stream")
		}
		res, err := s.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		answer := make([]byte, 200)
		if _, err := io.ReadFull(res.Body, answer); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatal(err)
		}
		if res.StatusCode != http.StatusOK || strings.Contains(string(answer), "errors") ||
			!strings.Contains(string(answer), `{"data":{"`) {
			t.Errorf("%s answers %d %s", tab.Query, res.StatusCode, answer)
		}
	}
}

// What the README promises is what a newcomer sees.
func TestReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	query := regexp.MustCompile(`-d '(\{"query":"\{.*)'`).FindSubmatch(readme)
	answer := regexp.MustCompile("(?s)```json\n(.*?)```").FindSubmatch(readme)
	if query == nil || answer == nil {
		t.Fatal("the README has no query or no answer")
	}
	s := start(t, nil)
	var signedIn struct{ Login session }
	s.query(t, "", fmt.Sprintf(`mutation { login(input: {email: %q}) { accessToken } }`, member), &signedIn)
	_, body := s.post(t, signedIn.Login.AccessToken, string(query[1]))
	var got, want any
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(answer[1], &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the README's query answers otherwise than it says (-README +answer):\n%s", diff)
	}
}

func TestLifeOfASession(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	session := s.login(t, member)

	var viewer struct {
		Viewer struct{ Member struct{ Name string } }
	}
	s.query(t, session.AccessToken, `{ viewer { member { name } } }`, &viewer)
	if viewer.Viewer.Member.Name != session.Viewer.Member.Name || viewer.Viewer.Member.Name == "" {
		t.Errorf("viewer = %q, want the member who has signed in, %q", viewer.Viewer.Member.Name, session.Viewer.Member.Name)
	}

	var refreshed struct{ RefreshAccessToken struct{ AccessToken string } }
	s.query(t, "", fmt.Sprintf(`mutation { refreshAccessToken(input: {refreshToken: %q}) { accessToken } }`,
		session.RefreshToken), &refreshed)
	if refreshed.RefreshAccessToken.AccessToken == "" {
		t.Error("refreshing gives no access token")
	}

	var left struct{ Logout struct{ LoggedOut bool } }
	s.query(t, session.AccessToken, `mutation { logout { loggedOut } }`, &left)
	if !left.Logout.LoggedOut {
		t.Error("logout does not log out")
	}
	status, body := s.post(t, session.AccessToken, request(`{ viewer { member { name } } }`))
	if status != http.StatusOK || !strings.Contains(body, "UNAUTHENTICATED") || !strings.Contains(body, "TOKEN_REVOKED") {
		t.Errorf("after logout the viewer is %d %s, want UNAUTHENTICATED because of TOKEN_REVOKED", status, body)
	}
}

func TestAnswersArePrivateNamedAndSmall(t *testing.T) {
	t.Parallel()
	s := start(t, []string{"--cors-origins", "https://app.example.com", "--max-body", "2000"})
	session := s.login(t, member)
	req := s.request(t, http.MethodPost, "/graphql", session.AccessToken, request(`{ spaces { name slug type url } }`))
	req.Header.Set("Accept-Encoding", "gzip")
	req.Header.Set("X-Request-Id", "my-own-id")
	req.Header.Set("Origin", "https://app.example.com")
	res, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	for name, want := range map[string]string{
		"Cache-Control": "private, no-store", "X-Request-Id": "my-own-id", "Content-Encoding": "gzip",
		"Access-Control-Allow-Origin": "https://app.example.com",
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if vary := strings.Join(res.Header.Values("Vary"), ", "); !strings.Contains(vary, "Authorization") {
		t.Errorf("Vary: %q, want Authorization in it", vary)
	}
	if status, body := s.post(t, "",
		request("{ __typename } #"+strings.Repeat("x", 2000))); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body beyond the limit gets %d %s, want 413", status, body)
	}
	// The length of this one is not announced.
	chunked := s.request(t, http.MethodPost, "/graphql", "", "")
	chunked.Body, chunked.ContentLength = io.NopCloser(strings.NewReader(request("{ __typename } #"+strings.Repeat("x",
		2000)))), -1
	if status, _, body := s.do(t, chunked); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a chunked body beyond the limit gets %d %s, want 413", status, body)
	}
}

func TestRealCommunity(t *testing.T) {
	t.Parallel()
	circle := &http.Server{Handler: sandbox.New(sandbox.Options{HeadlessToken: headless}), ReadHeaderTimeout: time.Minute}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = circle.Serve(listener) }()
	t.Cleanup(func() { _ = circle.Close() })
	s := start(t, nil, "CIRCLE_URL", "http://"+listener.Addr().String(), "CIRCLE_HEADLESS_TOKEN", headless,
		"CIRCLEGRAPH_LOGIN", "trusted", "CIRCLEGRAPH_TRUSTED_SECRET", secret)
	if strings.Contains(s.log.String(), "SANDBOX") {
		t.Error("a real community is announced as the sandbox")
	}
	if status, _, _ := s.get(t, "/playground/"); status != http.StatusNotFound {
		t.Errorf("GET /playground/ = %d with a real community, want 404", status)
	}
	status, _, page := s.get(t, "/")
	for _, hidden := range []string{listener.Addr().String(), headless, secret, "/playground/", "@example.com", "devel"} {
		if status != http.StatusOK || strings.Contains(page, hidden) {
			t.Errorf("GET / = %d with a real community, with %s in it: %v; want a page that does not tell", status, hidden,
				strings.Contains(page, hidden))
		}
	}
	if _, body := s.post(t, "", request(`{ __schema { queryType { name } } }`)); strings.Contains(body, `"queryType":{`) {
		t.Errorf("introspection answers %s with a real community, want a refusal", body)
	}
	login := request(fmt.Sprintf(`mutation { login(input: {email: %q}) { accessToken userErrors { code message } } }`,
		member))
	if _, body := s.post(t, "", login); strings.Contains(body, `"accessToken":"`) ||
		!strings.Contains(body, "NOT_PROVEN") {
		t.Errorf("login without the secret answers %s, want NOT_PROVEN", body)
	}
	req := s.request(t, http.MethodPost, "/graphql", "", login)
	req.Header.Set("X-Circlegraph-Secret", secret)
	if _, _, body := s.do(t, req); !strings.Contains(body, `"accessToken":"`) {
		t.Errorf("login with the secret answers %s, want an access token", body)
	}
	// Circle being away is no reason to restart this process.
	_ = circle.Close()
	if status, _, _ := s.get(t, "/readyz"); status != http.StatusOK {
		t.Errorf("GET /readyz = %d without Circle, want 200", status)
	}
	req = s.request(t, http.MethodPost, "/graphql", "", login)
	req.Header.Set("X-Circlegraph-Secret", secret)
	if _, _, body := s.do(t, req); !strings.Contains(body, "UPSTREAM_UNAVAILABLE") {
		t.Errorf("login without Circle answers %s, want UPSTREAM_UNAVAILABLE", body)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	s := start(t, []string{"--admin-listen", "127.0.0.1:0"})
	s.login(t, member)
	admin := &server{url: "http://" +
		regexp.MustCompile(`msg="serving metrics" address=(\S+)`).FindStringSubmatch(s.log.String())[1], client: s.client}
	if status, _, body := admin.get(t, "/metrics"); status != http.StatusOK ||
		!strings.Contains(body, "circlegraph_active_members 1\n") {
		t.Errorf("GET /metrics = %d %s, want one active member", status, body)
	}
	if status, _, _ := admin.get(t, "/graphql"); status != http.StatusNotFound {
		t.Errorf("GET /graphql of the admin address = %d, want 404", status)
	}
	if status, _, _ := s.get(t, "/metrics"); status != http.StatusNotFound {
		t.Errorf("GET /metrics of the clients' address = %d, want 404", status)
	}
}

// A file goes to the sandbox's storage, which clients find where they find the facade, and comes back from there.
func TestUpload(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	session := s.login(t, member)
	var announced struct {
		CreateDirectUpload struct {
			Upload struct {
				UploadURL, URL string
				UploadHeaders  []struct{ Name, Value string }
			}
		}
	}
	s.query(t, session.AccessToken, `mutation { createDirectUpload(input: {
		filename: "abc.txt", contentType: "text/plain", byteSize: 3, checksum: "kAFQmDzST7DWlj99KOF/cg=="}) {
		upload { uploadUrl url uploadHeaders { name value } } } }`, &announced)
	upload := announced.CreateDirectUpload.Upload
	if !strings.HasPrefix(upload.UploadURL, s.url+"/") || !strings.HasPrefix(upload.URL, s.url+"/") {
		t.Errorf("the addresses are %s and %s, want both at %s", upload.UploadURL, upload.URL, s.url)
	}
	put, err := http.NewRequestWithContext(t.Context(), http.MethodPut, upload.UploadURL, strings.NewReader("abc"))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range upload.UploadHeaders {
		put.Header.Set(h.Name, h.Value)
	}
	if status, _, body := s.do(t, put); status != http.StatusNoContent {
		t.Fatalf("PUT = %d %s, want 204", status, body)
	}
	get, err := http.NewRequestWithContext(t.Context(), http.MethodGet, upload.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if status, _, body := s.do(t, get); status != http.StatusOK || body != "abc" {
		t.Errorf("GET = %d %q, want the file", status, body)
	}
}

func TestWebSession(t *testing.T) {
	t.Parallel()
	const mutation = `mutation { createWebSession { cookies { name value } userErrors { message } } }`
	off := start(t, nil)
	if _, body := off.post(t, off.login(t, member).AccessToken, request(mutation)); !strings.Contains(body,
		"FEATURE_DISABLED") {
		t.Errorf("without the setting: %s, want FEATURE_DISABLED", body)
	}
	s := start(t, []string{"--log-level", "debug"}, "CIRCLEGRAPH_WEB_SESSION", "true")
	_, header, body := s.do(t, s.request(t, http.MethodPost, "/graphql", s.login(t, member).AccessToken,
		request(mutation)))
	cookie := regexp.MustCompile(`"name":"user_session_identifier","value":"(\w+)"`).FindStringSubmatch(body)
	if cookie == nil || !strings.Contains(header.Get("Cache-Control"), "no-store") ||
		len(header.Values("Set-Cookie")) != 0 {
		t.Fatalf("with the setting: %s, %v, want a cookie only in the body and no-store", body, header)
	}
	if strings.Contains(s.log.String(), cookie[1]) {
		t.Errorf("the log shows the cookie:\n%s", s.log)
	}
}
