// Package playground serves a page to try the schema on: GraphiQL with a way to sign in and a few queries to begin
// with.
//
// The page is built by `npm --prefix playground ci && npm --prefix playground run build` and then belongs to the
// program. A program without it has a plainer page, which needs nothing but Go to build: text areas instead of an
// editor. Neither loads anything from elsewhere.
package playground

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"circlegraph/internal/web"
	"circlegraph/tokens"
)

// Path is the path of the playground. Everything beneath it belongs to it.
const Path = "/playground/"

//go:embed all:dist plain
var pages embed.FS

//go:embed tabs/*.graphql
var tabs embed.FS

// Settings are what the page must know of the server.
type Settings struct {
	// Login are the modes of signing in.
	Login []tokens.Mode `json:"login"`
	// Members are the made-up people of the sandbox, any of whom one may be. Empty for a real community.
	Members []Member `json:"members,omitempty"`
}

// Member is somebody of the sandbox.
type Member struct {
	Name     string `json:"name"`
	Headline string `json:"headline,omitempty"`
	Email    string `json:"email"`
}

// Somebody is the e-mail address of the first of the members, empty if there is none.
func (s Settings) Somebody() string {
	if len(s.Members) == 0 {
		return ""
	}
	return s.Members[0].Email
}

// Tab is a query to begin with.
type Tab struct {
	Query     string `json:"query"`
	Variables string `json:"variables,omitempty"`
}

// Playground is the page with its files. It implements [http.Handler] for everything beneath [Path].
type Playground struct {
	// Built reports whether the page is the built one.
	Built bool

	index  []byte
	files  fs.FS
	policy []string
}

// New prepares the page: the built one if this program has it.
func New(s Settings) (*Playground, error) { return newPlayground(pages, s) }

func newPlayground(pages fs.FS, s Settings) (*Playground, error) {
	p := &Playground{policy: []string{
		"script-src 'self'", "worker-src 'self'", "connect-src 'self'", "img-src 'self' data:", "font-src 'self' data:",
		"style-src 'self' 'unsafe-inline'", // the editor writes styles as it goes
	}}
	folder := "dist/site"
	if _, err := fs.Stat(pages, folder+"/index.html"); err == nil {
		p.Built = true
	} else {
		folder = "plain"
		p.policy = []string{"script-src 'self'", "connect-src 'self'", "img-src data:", "style-src 'self'"}
	}
	var err error
	if p.files, err = fs.Sub(pages, folder); err != nil {
		return nil, fmt.Errorf("playground: %w", err)
	}
	if p.index, err = fill(p.files, s); err != nil {
		return nil, fmt.Errorf("playground: %w", err)
	}
	return p, nil
}

// fill writes the settings and the tabs into the page, as JSON in an attribute: that is data to every browser and
// policy.
func fill(files fs.FS, s Settings) ([]byte, error) {
	index, err := template.ParseFS(files, "index.html")
	if err != nil {
		return nil, err
	}
	settings, err := json.Marshal(struct {
		Settings
		Tabs []Tab `json:"tabs"`
	}{s, Tabs(s)})
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	err = index.Execute(&page, string(settings))
	return page.Bytes(), err
}

// Tabs are the queries that the page opens with. The first of them signs in, if that is possible from a page.
func Tabs(s Settings) []Tab {
	names, _ := fs.Glob(tabs, "tabs/*.graphql") // the pattern is a good one
	var list []Tab
	for _, name := range names {
		query, _ := tabs.ReadFile(name) // it has just been listed
		tab := Tab{Query: string(query)}
		if strings.HasSuffix(name, "sign-in.graphql") {
			if tab.Variables = proof(s); tab.Variables == "" {
				continue
			}
		}
		list = append(list, tab)
	}
	return list
}

// proof is what a page can sign in with, as variables; empty if it cannot.
func proof(s Settings) string {
	for _, mode := range s.Login {
		switch {
		case mode == tokens.ModeSandbox && s.Somebody() != "":
			return fmt.Sprintf("{\n  \"input\": { \"email\": %q }\n}", s.Somebody())
		case mode == tokens.ModeOIDC:
			return "{\n  \"input\": { \"identityToken\": \"paste an ID token\" }\n}"
		}
	}
	return ""
}

// ServeHTTP serves the page and its files. What has a hash in its name never changes.
func (p *Playground) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, Path)
	if name == "" {
		web.Allow(w.Header(), p.policy...)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(p.index) // a peer that has gone needs no answer
		return
	}
	if info, err := fs.Stat(p.files, name); err != nil || info.IsDir() || name == "index.html" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	if p.Built {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeFileFS(w, r, p.files, name)
}
