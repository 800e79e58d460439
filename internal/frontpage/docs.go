package frontpage

import (
	"bytes"
	"fmt"
	stdhtml "html"
	"html/template"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
)

// doc is a page of the documentation.
type doc struct {
	Name, Title string
	// Here reports whether it is the page that is shown.
	Here bool

	body func() body // made when somebody first looks
}

// body is what a page consists of.
type body struct {
	// Head is what comes before the first heading beneath the title, and Rest what follows.
	Head, Rest template.HTML
	Contents   []heading
}

// heading is a part of a page.
type heading struct{ ID, Title string }

// chapter is a group of pages, in the order in which one reads them.
type chapter struct {
	Title string
	Docs  []*doc
}

// chapters are the names of the pages in their groups. Pages that are named nowhere follow at the end.
var chapters = []struct {
	title string
	names []string
}{
	{"For clients", []string{"pages", "clients", "sign-in", "errors", "http", "documents", "limits", "thrift", "schema"}},
	{"What they show", []string{
		"rich-text", "uploads", "chat", "courses", "events", "links", "webviews",
		"what-circle-does-not-give",
	}},
	{"Beside other systems", []string{"federation", "agents"}},
	{"For operators", []string{"deploy", "scale", "operating", "security", "reliability", "performance"}},
}

var (
	titleLine = regexp.MustCompile(`(?m)^# (.+)$`)
	// Pages link to each other as files do. What else lies beside them is not served.
	toPage   = regexp.MustCompile(`href="([a-z-]+)\.md(#[^"]*)?"`)
	toSchema = regexp.MustCompile(`href="\.\./graph/schema\.graphql"`)
	headings = regexp.MustCompile(`<h2 id="([^"]+)">(.*?)</h2>`)
	markup   = regexp.MustCompile(`<[^>]*>`)
	listing  = regexp.MustCompile(`(?s)<pre><code(?: class="language-(\w+)")?>(.*?)</code></pre>`)
	toFile   = regexp.MustCompile(`(?s)<a href="\.\./[^"]*\.?[^"]*">(.*?)</a>`)
)

// read finds the pages of the documentation, by their names.
func read(files fs.FS) (map[string]*doc, error) {
	names, err := fs.Glob(files, "*.md")
	if err != nil {
		return nil, err
	}
	docs := map[string]*doc{}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		title := titleLine.FindSubmatch(text)
		if title == nil {
			return nil, fmt.Errorf("docs/%s has no title", name)
		}
		page := strings.TrimSuffix(name, ".md")
		docs[page] = &doc{Name: page, Title: string(title[1]), body: sync.OnceValue(func() body { return render(text) })}
	}
	return docs, nil
}

// render makes a page of Markdown.
func render(text []byte) body {
	var written bytes.Buffer
	markdown := goldmark.New(goldmark.WithExtensions(extension.Table),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	_ = markdown.Convert(text, &written) // which fails as its writer does, and a buffer does not
	html := toPage.ReplaceAllString(written.String(), `href="$1$2"`)
	html = toFile.ReplaceAllString(toSchema.ReplaceAllString(html, `href="/schema.graphql"`), "$1")
	html = strings.NewReplacer("<table>", `<div class="wide" tabindex="0"><table>`, "</table>", "</table></div>").
		Replace(html)
	html = listing.ReplaceAllStringFunc(html, func(block string) string {
		found := listing.FindStringSubmatch(block)
		return `<div class="code"><pre tabindex="0"><code>` + colour(found[1], found[2]) + "</code></pre>" +
			`<button type="button" class="copy" hidden>Copy</button></div>`
	})
	var b body
	first := len(html)
	for _, at := range headings.FindAllStringSubmatchIndex(html, -1) {
		first = min(first, at[0])
		text := markup.ReplaceAllString(html[at[4]:at[5]], "")
		b.Contents = append(b.Contents, heading{html[at[2]:at[3]], stdhtml.UnescapeString(text)})
	}
	b.Head, b.Rest = template.HTML(html[:first]), template.HTML(html[first:]) //nolint:gosec // our own text
	return b
}

// standsOut are comments, strings and words of the languages of listings, whose text is HTML.
var standsOut = regexp.MustCompile(`(?m)(^\s*#.*$|\s//\s.*$|^//.*$)|` +
	`(&quot;(?:[^&\n]|&(?:amp|lt|gt|#39);)*?&quot;|'[^'\n]*')|` +
	`\b(query|mutation|subscription|fragment|on|type|input|extend|const|let|await|async|return|import|from|export|` +
	`if|new|function|true|false|null)\b`)

// colour marks what stands out in a listing of a language. Text without a language stays as it is.
func colour(language, html string) string {
	if language == "" {
		return html
	}
	return standsOut.ReplaceAllStringFunc(html, func(token string) string {
		kind := "k"
		switch trimmed := strings.TrimSpace(token); {
		case strings.HasPrefix(trimmed, "#"), strings.HasPrefix(trimmed, "//"):
			kind = "c"
		case strings.HasPrefix(trimmed, "&quot;"), strings.HasPrefix(trimmed, "'"):
			kind = "s"
		}
		return `<span class="` + kind + `">` + token + "</span>"
	})
}

// coloured is a listing as HTML.
func coloured(listing string) template.HTML {
	html := strings.NewReplacer("&#34;", "&quot;", "&#39;", "'").Replace(template.HTMLEscapeString(listing))
	return template.HTML(colour("any", html)) //nolint:gosec // our own text
}

// elsewhere is the endpoint in the examples of the pages.
const elsewhere = "community.example.com/graphql"

// at is what the page consists of, with this server's own address in its examples.
func (d *doc) at(origin string) body {
	here := d.body()
	origin = template.HTMLEscapeString(origin) // the browser's own, which nobody else is shown
	secure, plain := strings.CutPrefix(origin, "http://")
	own := strings.NewReplacer("https://"+elsewhere, origin+"/graphql", "wss://"+elsewhere, "wss://"+
		strings.TrimPrefix(origin, "https://")+"/graphql")
	if plain {
		own = strings.NewReplacer("https://"+elsewhere, origin+"/graphql", "wss://"+elsewhere, "ws://"+secure+"/graphql")
	}
	safe := func(html template.HTML) template.HTML {
		return template.HTML(own.Replace(string(html))) //nolint:gosec // our own text
	}
	here.Head, here.Rest = safe(here.Head), safe(here.Rest)
	return here
}

// chaptersAt are the chapters for a page, which they name as the one that is shown.
func chaptersAt(all []chapter, name string) []chapter {
	marked := make([]chapter, len(all))
	for i, c := range all {
		marked[i] = chapter{Title: c.Title}
		for _, d := range c.Docs {
			marked[i].Docs = append(marked[i].Docs, &doc{Name: d.Name, Title: d.Title, Here: d.Name == name})
		}
	}
	return marked
}

// inChapters puts the pages into their groups.
func inChapters(docs map[string]*doc) []chapter {
	var all []chapter
	listed := map[string]bool{}
	for _, group := range chapters {
		c := chapter{Title: group.title}
		for _, name := range group.names {
			if d, ok := docs[name]; ok {
				c.Docs = append(c.Docs, d)
				listed[name] = true
			}
		}
		all = append(all, c)
	}
	rest := chapter{Title: "More"}
	for name, d := range docs {
		if !listed[name] {
			rest.Docs = append(rest.Docs, d)
		}
	}
	if len(rest.Docs) > 0 {
		slices.SortFunc(rest.Docs, func(a, b *doc) int { return strings.Compare(a.Title, b.Title) })
		all = append(all, rest)
	}
	return all
}
