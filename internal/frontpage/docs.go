package frontpage

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
)

// doc is a page of the documentation.
type doc struct {
	Name, Title string
	Body        template.HTML
}

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
	{"For clients", []string{"pages", "clients", "sign-in", "errors", "http", "limits"}},
	{"What they show", []string{"rich-text", "uploads", "chat", "courses", "events", "links", "webviews"}},
	{"For operators", []string{"deploy", "security", "reliability", "performance"}},
}

var (
	titleLine = regexp.MustCompile(`(?m)^# (.+)$`)
	// Pages link to each other as files do. What else lies beside them is not served.
	toPage   = regexp.MustCompile(`href="([a-z-]+)\.md(#[^"]*)?"`)
	toSchema = regexp.MustCompile(`href="\.\./graph/schema\.graphql"`)
	toFile   = regexp.MustCompile(`(?s)<a href="\.\./[^"]*\.?[^"]*">(.*?)</a>`)
)

// read turns the documentation into pages, by their names.
func read(files fs.FS) (map[string]*doc, error) {
	names, err := fs.Glob(files, "*.md")
	if err != nil {
		return nil, err
	}
	markdown := goldmark.New(goldmark.WithExtensions(extension.Table),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()))
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
		var body bytes.Buffer
		if err := markdown.Convert(text, &body); err != nil {
			return nil, err
		}
		html := toPage.ReplaceAllString(body.String(), `href="$1$2"`)
		html = toFile.ReplaceAllString(toSchema.ReplaceAllString(html, `href="/schema.graphql"`), "$1")
		html = strings.NewReplacer("<table>", `<div class="wide" tabindex="0"><table>`, "</table>", "</table></div>", "<pre>",
			`<pre tabindex="0">`).Replace(html)
		short := strings.TrimSuffix(name, ".md")
		docs[short] = &doc{Name: short, Title: string(title[1]), Body: template.HTML(html)} //nolint:gosec // our own text
	}
	return docs, nil
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
