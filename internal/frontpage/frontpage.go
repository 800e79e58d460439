// Package frontpage serves what a person sees who opens this server in a browser: what it is, how to sign in, a first
// request, its limits, and the documentation that belongs to it.
//
// Nothing here is secret: it is what this repository says and what any client can find out by asking. Neither Circle's
// address nor the community's name, the identity provider or the version is in it.
package frontpage

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"iter"
	"net/http"
	"slices"

	"circlegraph/internal/config"
	"circlegraph/internal/web"
)

//go:embed *.html style.css page.js
var files embed.FS

// Options are what the pages are made of.
type Options struct {
	// Config is how this server runs. Only what clients can find out themselves is shown of it.
	Config *config.Config
	// Member is the e-mail address of somebody of the sandbox; empty for a real community.
	Member string
	// Limits are what a document may hold at most, by what is counted.
	Limits iter.Seq2[string, int]
	// Docs holds the documentation, in Markdown.
	Docs fs.FS
}

// Pages are the front page and the documentation.
type Pages struct {
	options  Options
	template *template.Template
	policy   []string
	docs     map[string]*doc
	chapters []chapter
}

// New reads templates and documentation.
func New(o Options) (*Pages, error) {
	style, _ := files.ReadFile("style.css") // these two are embedded
	script, _ := files.ReadFile("page.js")
	p := &Pages{options: o, policy: []string{
		"style-src " + web.Hash(style), "script-src " + web.Hash(script),
		"img-src data:",
	}}
	var err error
	p.template, err = template.New("").Funcs(template.FuncMap{
		"style":  func() template.CSS { return template.CSS(style) },
		"script": func() template.JS { return template.JS(script) },
		"number": withCommas,
	}).ParseFS(files, "*.html")
	if err != nil {
		return nil, err
	}
	p.docs, err = read(o.Docs)
	p.chapters = inChapters(p.docs)
	return p, err
}

// Register adds the routes.
func (p *Pages) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { p.serve(w, "front.html", p.front(r)) })
	mux.HandleFunc("GET /docs/{page}", func(w http.ResponseWriter, r *http.Request) {
		d, ok := p.docs[r.PathValue("page")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		p.serve(w, "doc.html", struct {
			*doc
			Chapters []chapter
		}{d, p.chapters})
	})
}

func (p *Pages) serve(w http.ResponseWriter, name string, data any) {
	var page bytes.Buffer
	if err := p.template.ExecuteTemplate(&page, name, data); err != nil {
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	web.Allow(w.Header(), p.policy...)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = page.WriteTo(w) // a peer that has gone needs no answer
}

// apolloSandbox is where Apollo's page to try a schema on comes from.
const apolloSandbox = "https://studio.apollographql.com"

// front is what the front page is made of.
type front struct {
	Options

	// Origin is this server's address as the browser sees it. The page's script mends it if a proxy hides it.
	Origin, URL string
	// SignIn is how to, by the modes that are on.
	SignIn   map[string]string
	Examples []example
	// OwnDocuments reports whether only the documents of the operator's own apps are carried out.
	OwnDocuments, ApolloAllowed bool
	MaxBody                     string
	Chapters                    []chapter
}

func (p *Pages) front(r *http.Request) front {
	cfg, at := p.options.Config, origin(r)
	return front{
		Options: p.options, Origin: at, URL: at +
			"/graphql", SignIn: signIn(at+"/graphql", cfg.Settings.Modes(), p.options.Member),
		Examples: examples(at + "/graphql"), OwnDocuments: cfg.TrustedDocumentsMode == "enforce",
		ApolloAllowed: slices.Contains(cfg.CORSOrigins, apolloSandbox), MaxBody: sizeOf(cfg.MaxBody), Chapters: p.chapters,
	}
}

// origin is the address by which the request has come. It is shown to whoever has sent it and to nobody else, so it
// need not be proven.
func origin(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
