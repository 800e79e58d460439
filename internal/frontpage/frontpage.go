// Package frontpage serves what a person sees who opens this server in a browser: what it is, how to sign in, a first
// request, its limits, and the documentation that belongs to it.
//
// Nothing here is secret: it is what this repository says and what any client can find out by asking. Neither Circle's
// address nor the community's name, the identity provider or the version is in it.
package frontpage

import (
	"bytes"
	"embed"
	"encoding/base64"
	"html/template"
	"io/fs"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/internal/config"
	"circlegraph/internal/web"
)

//go:embed *.html style.css page.js app.webp
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
	// Schema is what the reference is made of; its fields still say what they cost.
	Schema *ast.Schema
	// Operation names the operation of Circle that the schema has a word for.
	Operation func(word string) string
}

// Pages are the front page and the documentation.
type Pages struct {
	options  Options
	template *template.Template
	policy   []string
	docs     map[string]*doc
	chapters []chapter
	schema   func() *schemaPages // made when somebody first looks
}

// New reads templates and documentation.
func New(o Options) (*Pages, error) {
	style, _ := files.ReadFile("style.css") // these three are embedded
	script, _ := files.ReadFile("page.js")
	app, _ := files.ReadFile("app.webp")
	picture := "data:image/webp;base64," + base64.StdEncoding.EncodeToString(app)
	p := &Pages{options: o, policy: []string{
		"style-src " + web.Hash(style), "script-src " + web.Hash(script),
		"img-src data:", "form-action 'self'",
	}}
	var err error
	p.template, err = template.New("").Funcs(template.FuncMap{
		"style":    func() template.CSS { return template.CSS(style) },
		"script":   func() template.JS { return template.JS(script) },
		"app":      func() template.URL { return template.URL(picture) },
		"number":   withCommas,
		"coloured": coloured,
	}).ParseFS(files, "*.html")
	if err != nil {
		return nil, err
	}
	if p.docs, err = read(o.Docs); err != nil {
		return nil, err
	}
	p.schema = sync.OnceValue(func() *schemaPages { return readSchema(o.Schema, o.Operation) })
	listed := maps.Clone(p.docs)
	listed["schema"] = &doc{Name: "schema", Title: "Schema reference"}
	p.chapters = inChapters(listed)
	return p, nil
}

// Register adds the routes.
func (p *Pages) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter,
		r *http.Request,
	) {
		p.serve(w, http.StatusOK, "front.html", p.front(r))
	})
	mux.Handle("GET /docs", http.RedirectHandler("/docs/", http.StatusMovedPermanently))
	mux.HandleFunc("GET /docs/{$}", func(w http.ResponseWriter, _ *http.Request) {
		p.serve(w, http.StatusOK, "other.html", other{Title: "Documentation", Chapters: p.chapters})
	})
	mux.HandleFunc("GET /docs/{page}", func(w http.ResponseWriter, r *http.Request) {
		d, ok := p.docs[strings.TrimSuffix(r.PathValue("page"), ".md")]
		if !ok {
			p.missing(w, r)
			return
		}
		p.serve(w, http.StatusOK, "doc.html", struct {
			body
			Title, Origin string
			Chapters      []chapter
		}{d.at(origin(r)), d.Title, origin(r), chaptersAt(p.chapters, d.Name)})
	})
	p.registerSchema(mux)
	mux.HandleFunc("/", p.missing)
}

// other is what a page is made of that only leads on.
type other struct {
	Title    string
	Missing  bool
	Chapters []chapter
}

// missing says where things are: in a page for people, in a line for programs.
func (p *Pages) missing(w http.ResponseWriter, r *http.Request) {
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		http.Error(w, "There is nothing at this address. GraphQL is at /graphql, the schema at /schema.graphql, the "+
			"documentation at /docs/.", http.StatusNotFound)
		return
	}
	p.serve(w, http.StatusNotFound, "other.html",
		other{Title: "There is nothing at this address", Missing: true, Chapters: p.chapters})
}

func (p *Pages) serve(w http.ResponseWriter, status int, name string, data any) {
	var page bytes.Buffer
	if err := p.template.ExecuteTemplate(&page, name, data); err != nil {
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	web.Allow(w.Header(), p.policy...)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(status)
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
