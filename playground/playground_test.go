package playground

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"circlegraph/internal/web"
	"circlegraph/tokens"
)

var somebody = Settings{
	Login:   []tokens.Mode{tokens.ModeSandbox},
	Members: []Member{{Name: `Zoë "Zo" <b>`, Email: "zoe@example.com"}},
}

// built is a program with the page built in, plain one without.
func built() fs.FS {
	return fstest.MapFS{
		"dist/site/index.html":          {Data: []byte(`<div id="playground" data-settings="{{.}}"></div>`)},
		"dist/site/assets/index-abc.js": {Data: []byte("start()")},
		"plain/index.html":              {Data: []byte("not this one")},
	}
}

func plain(t *testing.T) fs.FS {
	t.Helper()
	sources, err := fs.Sub(pages, "plain")
	if err != nil {
		t.Fatal(err)
	}
	names, _ := fs.Glob(sources, "*")
	files := fstest.MapFS{}
	for _, name := range names {
		text, err := fs.ReadFile(sources, name)
		if err != nil {
			t.Fatal(err)
		}
		files["plain/"+name] = &fstest.MapFile{Data: text}
	}
	return files
}

func get(t *testing.T, pages fs.FS, path string) *httptest.ResponseRecorder {
	t.Helper()
	p, err := newPlayground(pages, somebody)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	web.Safe(p).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestPages(t *testing.T) {
	const forever = "public, max-age=31536000, immutable"
	for _, test := range []struct {
		name         string
		pages        fs.FS
		path         string
		status       int
		cache, holds string
	}{
		{"built", built(), "/playground/", 200, "no-cache", `data-settings="{&#34;login&#34;:[&#34;sandbox&#34;],`},
		{"built", built(), "/playground/assets/index-abc.js", 200, forever, "start()"},
		{"built", built(), "/playground/assets/", 404, "", ""},
		{"built", built(), "/playground/assets", 404, "", ""},
		{"built", built(), "/playground/index.html", 404, "", ""},
		{"built", built(), "/playground/nowhere.js", 404, "", ""},
		{"built", built(), "/playground/../plain/index.html", 404, "", ""},
		{"plain", plain(t), "/playground/", 200, "no-cache", "npm --prefix playground run build"},
		{"plain", plain(t), "/playground/main.js", 200, "no-cache", "The plain playground"},
		{"plain", plain(t), "/playground/assets/index-abc.js", 404, "", ""},
	} {
		w := get(t, test.pages, test.path)
		if w.Code != test.status || w.Header().Get("Cache-Control") != test.cache ||
			!strings.Contains(w.Body.String(), test.holds) {
			t.Errorf("GET %s of the %s page = %d, %q, %.300q, want %d, %q and %q in it", test.path, test.name, w.Code,
				w.Header().Get("Cache-Control"), w.Body, test.status, test.cache, test.holds)
		}
		if strings.Contains(w.Body.String(), "<b>") {
			t.Errorf("GET %s of the %s page has a member's name as HTML", test.path, test.name)
		}
	}
}

// The built page loads nothing from elsewhere, the plain one nothing that it does not name the hash of, and neither
// runs what stands in it.
func TestPolicies(t *testing.T) {
	for name, pages := range map[string]fs.FS{"built": built(), "plain": plain(t)} {
		w := get(t, pages, "/playground/")
		policy := w.Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; frame-ancestors 'none'") ||
			!strings.Contains(policy, "connect-src 'self'; ") {
			t.Errorf("the policy of the %s page is %q", name, policy)
		}
		if strings.Contains(policy, "unsafe-eval") ||
			strings.Contains(regexp.MustCompile(`script-src[^;]*`).FindString(policy), "unsafe") {
			t.Errorf("the %s page may run any script: %s", name, policy)
		}
		if strings.Contains(policy, "https:") {
			t.Errorf("the %s page may load from elsewhere: %s", name, policy)
		}
	}
	page := get(t, plain(t), "/playground/").Body.String()
	if regexp.MustCompile(`<script>|<style>| (on\w+|style)=|(src|href)="(https?:)?//`).MatchString(page) {
		t.Error("the plain page holds what its policy forbids")
	}
}

func TestWhatIsBuiltInIsServed(t *testing.T) {
	_, err := fs.Stat(pages, "dist/site/index.html")
	p, failed := New(somebody)
	if failed != nil || p.Built != (err == nil) {
		t.Errorf("New() = %+v, %v, want the built page if there is one", p, failed)
	}
}

func TestTabsSignInAsTheServerLetsThem(t *testing.T) {
	for _, test := range []struct {
		settings  Settings
		first     string
		variables string
	}{
		{somebody, "mutation SignIn", `"email": "zoe@example.com"`},
		{Settings{Login: []tokens.Mode{tokens.ModeTrusted, tokens.ModeOIDC}}, "mutation SignIn", `"identityToken"`},
		{Settings{Login: []tokens.Mode{tokens.ModeTrusted}}, "query Home", ""},
	} {
		tab := Tabs(test.settings)[0]
		if !strings.Contains(tab.Query, test.first) || !strings.Contains(tab.Variables, test.variables) {
			t.Errorf("the first tab for %v is %q with %q, want %s with %q", test.settings.Login, tab.Query, tab.Variables,
				test.first, test.variables)
		}
	}
}
