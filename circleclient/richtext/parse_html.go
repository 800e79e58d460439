package richtext

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// readHTML makes a document of HTML from Circle, to take its plain text. It leaves out what a document cannot hold.
func readHTML(source string) *node {
	r := &htmlReader{}
	return r.read(source)
}

// parseHTML makes a document of HTML that a member wants to write. It refuses what Circle cannot hold: silently losing
// a table would be worse.
func parseHTML(source string) (*node, error) {
	r := &htmlReader{strict: true}
	doc := r.read(source)
	if r.err != nil {
		return nil, r.err
	}
	return doc, nil
}

// htmlReader turns HTML into a document. It ignores styles.
type htmlReader struct {
	strict bool
	err    error
}

func (r *htmlReader) read(source string) *node {
	source = strings.ToValidUTF8(source, "\uFFFD")
	if err := checkHTML(source); err != nil {
		if r.strict {
			r.err = err
			return &node{Type: nodeDoc}
		}
		return textOfTokens(source)
	}
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		r.fail(ErrContentTooLarge, "the HTML is nested too deeply")
		return textOfTokens(source)
	}
	var b blockBuilder
	r.children(root, nil, &b, maxReadDepth)
	return &node{Type: nodeDoc, Content: b.done()}
}

// textOfTokens makes a document of the texts in HTML of which no tree can be made.
func textOfTokens(source string) *node {
	var b blockBuilder
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return &node{Type: nodeDoc, Content: b.done()}
		case html.TextToken:
			b.text(string(z.Text()), nil)
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			if tag := atom.Lookup(name); tag != atom.Span && !isFormatting(tag) {
				b.flush()
			}
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

func (r *htmlReader) fail(kind error, detail string) {
	if r.strict && r.err == nil {
		r.err = &Error{Kind: kind, Detail: detail}
	}
}

func (r *htmlReader) refuse(what string) {
	r.fail(ErrUnsupportedContent, "Circle cannot hold "+what)
}

func (r *htmlReader) children(n *html.Node, marks []*mark, b *blockBuilder, depth int) {
	if depth == 0 {
		r.fail(ErrContentTooLarge, "the HTML is nested too deeply")
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.Type {
		case html.TextNode:
			b.text(c.Data, marks)
		case html.ElementNode:
			r.element(c, marks, b, depth-1)
		}
	}
}

func (r *htmlReader) element(n *html.Node, marks []*mark, b *blockBuilder, depth int) {
	if mention := mentionOf(n); mention != nil {
		b.add(mention)
		return
	}
	switch n.Data {
	case "html", "head", "body", "span":
		r.children(n, marks, b, depth)
	case "br":
		b.add(&node{Type: nodeHardBreak})
	case "p", "div", "section", "article", "main", "header", "footer":
		r.paragraph(n, marks, b, depth)
	case "h2", "h3":
		r.heading(n, marks, b, depth, int(n.Data[1]-'0'))
	case "h1", "h4", "h5", "h6":
		r.refuse("<" + n.Data + ">, only <h2> and <h3>")
		r.heading(n, marks, b, depth, 2)
	case "blockquote":
		b.block(&node{Type: nodeBlockquote, Content: r.inside(n, marks, depth)})
	case "ul":
		b.block(&node{Type: nodeBulletList, Content: r.items(n, marks, depth)})
	case "ol":
		start := 1
		if s, err := strconv.Atoi(attribute(n, "start")); err == nil {
			start = s
		}
		b.block(&node{Type: nodeOrderedList, Attrs: nodeAttrs{Start: &start}, Content: r.items(n, marks, depth)})
	case "pre":
		b.block(codeBlock(n))
	case "hr":
		b.block(&node{Type: nodeHorizontalRule})
	case "a":
		r.link(n, marks, b, depth)
	case "table", "thead", "tbody", "tfoot", "tr", "th", "td", "figure", "figcaption", "dl", "dt", "dd", "form", "nav",
		"aside", "address", "details", "summary", "fieldset":
		r.refuse("<" + n.Data + ">")
		r.paragraph(n, marks, b, depth)
	case "script", "style", "template", "noscript", "iframe", "object", "svg", "math", "title", "textarea", "select":
		r.refuse("<" + n.Data + ">")
	default:
		if m := markOf(n.Data); m != "" {
			r.children(n, withMark(marks, &mark{Type: m}), b, depth)
			return
		}
		r.refuse("<" + clean(n.Data) + ">")
		r.children(n, marks, b, depth)
	}
}

// mentionOf returns the mention that an element stands for, or nil.
func mentionOf(n *html.Node) *node {
	if n.Data != "span" && n.Data != "a" {
		return nil
	}
	if sgid := attribute(n, "data-sgid"); sgid != "" {
		return &node{Type: nodeMention, Attrs: nodeAttrs{SGID: sgid}, Fallback: strings.TrimSpace(textOf(n))}
	}
	if id := attribute(n, "data-member-id"); id != "" {
		return newMention(MentionedMember{ID: id, Name: strings.TrimPrefix(strings.TrimSpace(textOf(n)), "@")}, nil)
	}
	return nil
}

func (r *htmlReader) paragraph(n *html.Node, marks []*mark, b *blockBuilder, depth int) {
	b.flush()
	before := len(b.blocks)
	r.children(n, marks, b, depth)
	b.flush()
	if n.Data == "p" && len(b.blocks) == before {
		b.blocks = append(b.blocks, &node{Type: nodeParagraph}) // how Circle's members leave space
	}
}

func (r *htmlReader) heading(n *html.Node, marks []*mark, b *blockBuilder, depth, level int) {
	heading := &node{Type: nodeHeading, Attrs: nodeAttrs{Level: level}}
	for _, block := range r.inside(n, marks, depth) {
		if block.Type != nodeParagraph {
			r.refuse("a block inside a heading")
			continue
		}
		heading.Content = append(heading.Content, block.Content...)
	}
	if len(heading.Content) > 0 {
		b.block(heading)
	}
}

// inside returns the blocks in an element, at least an empty paragraph: a quote or list item must hold one.
func (r *htmlReader) inside(n *html.Node, marks []*mark, depth int) []*node {
	var b blockBuilder
	r.children(n, marks, &b, depth)
	if blocks := b.done(); len(blocks) > 0 {
		return blocks
	}
	return []*node{{Type: nodeParagraph}}
}

func (r *htmlReader) items(n *html.Node, marks []*mark, depth int) []*node {
	var items []*node
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case c.Type == html.ElementNode && c.Data == "li":
			items = append(items, &node{Type: nodeListItem, Content: r.inside(c, marks, depth-1)})
		case c.Type == html.ElementNode, c.Type == html.TextNode && strings.TrimSpace(c.Data) != "":
			r.refuse("anything but <li> in a list")
			var b blockBuilder
			if c.Type == html.ElementNode {
				r.element(c, marks, &b, depth-1)
			} else {
				b.text(c.Data, marks)
			}
			if blocks := b.done(); len(blocks) > 0 {
				items = append(items, &node{Type: nodeListItem, Content: blocks})
			}
		}
	}
	if len(items) == 0 {
		items = []*node{{Type: nodeListItem, Content: []*node{{Type: nodeParagraph}}}}
	}
	return items
}

func (r *htmlReader) link(n *html.Node, marks []*mark, b *blockBuilder, depth int) {
	href := attribute(n, "href")
	safe := linkURL(href)
	switch {
	case safe != "":
		target := attribute(n, "target")
		if target != "_self" {
			target = "_blank"
		}
		marks = withMark(marks, &mark{Type: markLink, Attrs: markAttrs{Href: safe, Target: target}})
	case href != "":
		r.refuse("a link that is not an absolute http, https or mailto address")
	}
	r.children(n, marks, b, depth)
}

func codeBlock(n *html.Node) *node {
	block := &node{Type: nodeCodeBlock}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode || c.Data != "code" {
			continue
		}
		for class := range strings.FieldsSeq(attribute(c, "class")) {
			if language, ok := strings.CutPrefix(class, "language-"); ok && languageName.MatchString(language) {
				block.Attrs.Language = language
			}
		}
	}
	if text := strings.TrimSuffix(textOf(n), "\n"); text != "" {
		block.Content = []*node{{Type: nodeText, Text: text}}
	}
	return block
}

func textOf(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		switch {
		case d.Type == html.TextNode:
			text.WriteString(d.Data)
		case d.Type == html.ElementNode && d.Data == "br":
			text.WriteByte('\n')
		}
	}
	return cleanText(text.String())
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Namespace == "" && a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

func markOf(tag string) string {
	switch tag {
	case "strong", "b":
		return markBold
	case "em", "i":
		return markItalic
	case "s", "strike", "del":
		return markStrike
	case "u", "ins":
		return markUnderline
	case "code":
		return markCode
	case "mark":
		return markHighlight
	}
	return ""
}

// withMark adds a mark unless there is one of its type: <b> within <strong> is one bold.
func withMark(marks []*mark, m *mark) []*mark {
	for _, have := range marks {
		if have.Type == m.Type {
			return marks
		}
	}
	return append(slices.Clone(marks), m)
}
