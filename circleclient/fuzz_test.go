package circleclient

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"circlegraph/circleclient/lenient"
)

// FuzzPath: whatever a slug holds, the path is the intended one, or there is none.
func FuzzPath(f *testing.F) {
	for _, s := range []string{
		"committee", "größe:1", "..", "../members", "%2e%2e", "a/b", "a?b=c", "a HTTP/1.1\r\nX: y",
		"\x00", ";x", "a&b", "@host", "//host",
	} {
		f.Add(s, int64(7))
	}
	f.Fuzz(func(t *testing.T, s string, n int64) {
		for name, r := range map[string]route{
			"slug": member("/spaces/{space}/posts/{post}", slug(s), id(n)),
			"uuid": member("/chat/{room}/posts/{post}", uuid(s), id(n)),
		} {
			if r.err != nil {
				continue
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, defaultBaseURL+r.path, http.NoBody)
			if err != nil {
				t.Fatalf("%s %q gives %q: %v", name, s, r.path, err)
			}
			if req.URL.Host != "app.circle.so" || req.URL.RawQuery != "" || req.URL.Fragment != "" ||
				strings.ContainsAny(r.path, " \r\n\\") {
				t.Errorf("%s %q leads to %s", name, s, req.URL)
			}
			whole, err := url.JoinPath(defaultBaseURL, r.path)
			if err != nil || whole != defaultBaseURL+r.path || strings.Count(r.path, "/") != strings.Count(r.template, "/") {
				t.Errorf("%s %q became %q, which is another path than %q", name, s, r.path, r.template)
			}
			if n <= 0 {
				t.Errorf("id %d became %q", n, r.path)
			}
		}
	})
}

// FuzzClassify: every answer but a success becomes an error of a known kind that repeats nothing of it.
func FuzzClassify(f *testing.F) {
	f.Add(401, "application/json", []byte(`{"message":"The access token is expired."}`))
	f.Add(404, "text/html", []byte("<html>"))
	f.Add(422, "application/json", []byte(`{"message":"Already liked","error_details":["secret-of-the-body"]}`))
	f.Add(429, "application/json", []byte(`{"error_code":1015,"title":"Error 1015"}`))
	f.Add(403, "application/json", []byte(`{"message":{"a":[null,1,"secret-of-the-body"]},"error_details":7}`))
	f.Add(503, "", []byte(nil))
	client, err := New(Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		if status < 300 || status > 599 {
			return
		}
		for _, of := range []*request{
			{method: http.MethodGet, read: true, route: member("/spaces/{id}", id(1))},
			{method: http.MethodPost, route: auth("/auth_token")},
		} {
			e := client.classify(of, &answer{status: status, contentType: contentType, header: http.Header{}, body: body})
			if e == nil || e.Kind == nil {
				t.Fatalf("%d %q is not an error: %v", status, body, e)
			}
			if strings.Contains(e.Error(), "secret-of-the-body") {
				t.Errorf("the error repeats the body: %v", e)
			}
		}
	})
}

// FuzzPage: reading records never panics, whatever the JSON.
func FuzzPage(f *testing.F) {
	f.Add([]byte(`{"records":[{"id":1,"body":"x","author":{"roles":["admin"]}},null]}`))
	f.Fuzz(func(_ *testing.T, data []byte) {
		var page Page[*Post]
		_ = lenient.Decode(data, &page)
	})
}
