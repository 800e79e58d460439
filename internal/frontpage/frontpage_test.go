package frontpage

import (
	"io/fs"
	"iter"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"circlegraph/circleclient"
	"circlegraph/docs"
	"circlegraph/graph"
	"circlegraph/internal/config"
	"circlegraph/internal/web"
)

// someSecret stands for all that must not be shown.
const someSecret = "not-to-be-shown-0123456789-abcdefghij"

var none iter.Seq2[string, int] = func(func(string, int) bool) {}

func operation(word string) string { return circleclient.SourceOf(word).Operation() }

// serving is a server of these settings.
func serving(t *testing.T, files fs.FS, member string, pairs ...string) *http.ServeMux {
	t.Helper()
	env := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		env[pairs[i]] = pairs[i+1]
	}
	cfg, err := config.Load(nil, func(name string) string { return env[name] }, "v1", nil)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := New(Options{
		Config: cfg, Member: member, Limits: none, Docs: files, Schema: graph.Priced(), Operation: operation,
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	pages.Register(mux)
	return mux
}

// visit asks a server of these settings for a page.
func visit(t *testing.T, path string, files fs.FS, member string, pairs ...string) *httptest.ResponseRecorder {
	t.Helper()
	return visitAs(t, path, "", files, member, pairs...)
}

// visitAs is visit with an Accept header.
func visitAs(
	t *testing.T, path, accept string, files fs.FS, member string, pairs ...string,
) *httptest.ResponseRecorder {
	t.Helper()
	mux := serving(t, files, member, pairs...)
	return ask(mux, path, accept)
}

// ask asks for a page.
func ask(mux *http.ServeMux, path, accept string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host, r.Header = "api.example.com", http.Header{"X-Forwarded-Proto": {"https"}, "Accept": {accept}}
	web.Safe(mux).ServeHTTP(w, r)
	return w
}

func TestFrontPageSaysHowToSignIn(t *testing.T) {
	community := []string{
		"CIRCLE_HEADLESS_TOKEN", someSecret, "CIRCLE_URL", "https://circle.concealed.example",
		"CIRCLEGRAPH_TRUSTED_SECRET", someSecret + "2",
	}
	oidc := []string{
		"CIRCLEGRAPH_OIDC_ISSUER", "https://login.concealed.example", "CIRCLEGRAPH_OIDC_AUDIENCE", "concealed-app",
		"CIRCLEGRAPH_SEAL_KEYS", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
	}
	for _, test := range []struct {
		name          string
		member        string
		settings      []string
		says, conceal []string
	}{
		{
			"sandbox", "maya@example.com", nil,
			[]string{
				"Sandbox:", `email: \&quot;maya@example.com`, `href="/playground/"`, "by introspection",
				"CIRCLEGRAPH_CORS_ORIGINS=",
			},
			[]string{"identityToken", "X-Circlegraph-Secret", "its operator’s own apps"},
		},
		{
			"trusted", "", append(community, "CIRCLEGRAPH_LOGIN", "trusted"),
			[]string{"X-Circlegraph-Secret: $CIRCLEGRAPH_TRUSTED_SECRET", "Introspection is off"},
			[]string{"Sandbox:", "identityToken", `href="/playground/"`},
		},
		{
			"both", "", append(append(community, oidc...), "CIRCLEGRAPH_LOGIN", "oidc,trusted", "CIRCLEGRAPH_INTROSPECTION",
				"true", "CIRCLEGRAPH_CORS_ORIGINS", apolloSandbox),
			[]string{"$ID_TOKEN", "X-Circlegraph-Secret", `href="/playground/"`, "its page may call"},
			[]string{"Sandbox:", "CIRCLEGRAPH_CORS_ORIGINS"},
		},
	} {
		w := visit(t, "/", docs.Files, test.member, test.settings...)
		page := w.Body.String()
		for _, want := range append(test.says, "https://api.example.com/graphql", "1 MiB", "30s",
			"TOKEN=$(curl", "Bearer $TOKEN") {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page lacks %q", test.name, want)
			}
		}
		for _, never := range append(test.conceal, "concealed", someSecret, "127.0.0.1") {
			if strings.Contains(page, never) {
				t.Errorf("%s: the page tells %q", test.name, never)
			}
		}
	}
}

// A style or script that the policy does not name would not count.
func TestPolicyNamesWhatStandsInThePage(t *testing.T) {
	for path, want := range map[string]int{"/": 2, "/docs/errors": 2, "/docs/schema": 1, "/docs/schema/Post": 1} {
		w := visit(t, path, docs.Files, "")
		policy := w.Header().Get("Content-Security-Policy")
		if strings.Contains(policy, "unsafe") || !strings.HasPrefix(policy, "default-src 'none'") {
			t.Errorf("GET %s: the policy is %q", path, policy)
		}
		inPage := regexp.MustCompile(`(?s)<(?:style|script)>(.*?)</(?:style|script)>`).FindAllSubmatch(w.Body.Bytes(), -1)
		for _, element := range inPage {
			if !strings.Contains(policy, web.Hash(element[1])) {
				t.Errorf("GET %s: the policy %q does not name %.60q", path, policy, element[1])
			}
		}
		if len(inPage) != want || regexp.MustCompile(`\s(?:style|on\w+)=`).Match(w.Body.Bytes()) {
			t.Errorf("GET %s has %d styles and scripts, want %d and none in attributes", path, len(inPage), want)
		}
	}
}

// No page leads nowhere.
func TestLinks(t *testing.T) {
	names, err := fs.Glob(docs.Files, "*.md")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d pages, %v", len(names), err)
	}
	paths := []string{"/"}
	for _, name := range names {
		paths = append(paths, "/docs/"+strings.TrimSuffix(name, ".md"))
	}
	for name, def := range graph.Priced().Types {
		if !strings.HasPrefix(name, "__") && def != nil {
			paths = append(paths, "/docs/schema/"+name)
		}
	}
	paths = append(paths, "/docs/schema", "/docs/schema?q=a")
	known := map[string]string{"/docs/": "", "/schema.graphql": "", "/healthz": "", "/readyz": "", "/playground/": ""}
	mux := serving(t, docs.Files, "maya@example.com")
	for _, path := range paths {
		w := ask(mux, path, "")
		if w.Code != http.StatusOK {
			t.Fatalf("GET %s = %d", path, w.Code)
		}
		known[path] = w.Body.String()
	}
	for _, path := range paths {
		for _, link := range regexp.MustCompile(`<a [^>]*href="([^"]*)"`).FindAllStringSubmatch(known[path], -1) {
			target, anchor, _ := strings.Cut(link[1], "#")
			switch {
			case strings.HasPrefix(target, "https://"), strings.HasPrefix(target, "http://en.wikipedia.org/"):
				continue
			case target == "":
				target = path
			case !strings.HasPrefix(target, "/"):
				target = "/docs/" + target
			}
			if page, ok := known[target]; !ok || anchor != "" && !strings.Contains(page, `id="`+anchor+`"`) {
				t.Errorf("%s links to %s, which is not there", path, link[1])
			}
		}
	}
}

func TestPagesOfNoChapterAreListed(t *testing.T) {
	files := fstest.MapFS{
		"errors.md": {Data: []byte("# Errors\n")},
		"zebra.md":  {Data: []byte("# Zebras\n\n[file](../there.go)\n")},
	}
	if page := visit(t, "/", files, "").Body.String(); !strings.Contains(page, `<a href="/docs/zebra">Zebras</a>`) {
		t.Error("a page that no chapter names is not listed")
	}
	if page := visit(t, "/docs/zebra", files, "").Body.String(); !strings.Contains(page, "<p>file</p>") {
		t.Error("a file that is not served is linked")
	}
	if w := visit(t, "/docs/nowhere", files, ""); w.Code != http.StatusNotFound {
		t.Errorf("GET /docs/nowhere = %d, want 404", w.Code)
	}
	if _, err := New(Options{Docs: fstest.MapFS{"a.md": {Data: []byte("no title")}}}); err == nil {
		t.Error("a page without a title is taken")
	}
}

// Whoever is at a wrong address learns where things are.
func TestOtherAddresses(t *testing.T) {
	for _, tc := range []struct {
		path, accept string
		status       int
		says         string
	}{
		{"/docs/", "", http.StatusOK, `<a href="/docs/errors">`},
		{"/docs", "", http.StatusMovedPermanently, ""},
		{"/docs/errors.md", "", http.StatusOK, "UNAUTHENTICATED"},
		{"/docs/nothing", "text/html", http.StatusNotFound, `<a href="/docs/errors">`},
		{"/graphq", "text/html,*/*", http.StatusNotFound, "<code>/graphql</code>"},
		{"/graphq", "*/*", http.StatusNotFound, "GraphQL is at /graphql"},
	} {
		w := visitAs(t, tc.path, tc.accept, docs.Files, "")
		if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.says) {
			t.Errorf("GET %s: %d, want %d with %q", tc.path, w.Code, tc.status, tc.says)
		}
	}
}
