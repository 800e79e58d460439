package richtext

import (
	"bufio"
	"bytes"
	"fmt"
	"html"
	"slices"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	render "github.com/yuin/goldmark/renderer/html"
	mdtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// The schemes by which Markdown names what has no address of its own.
const (
	// schemeMember mentions a member: [@Ada](member:ID).
	schemeMember = "member:"
	// schemeUpload shows an uploaded picture: ![A leaf](upload:SIGNED_ID).
	schemeUpload = "upload:"
)

// MaxMarkdownBytes bounds a text of Markdown. The time to read one can grow with the square of what may be markup, see
// [checkMarkdown]. Longer texts can be written as HTML or documents.
const MaxMarkdownBytes = 32 << 10

// FromMarkdown makes a text of Markdown: CommonMark with strikethrough and bare links. A mention is a link to
// member:ID, a picture an image of upload:SIGNED_ID. What Circle cannot hold is refused by name and line, never left
// out. The error is an [Errors] or *[Error], or that of the lookup.
func FromMarkdown(source string, lookup MentionLookup) (*Document, error) {
	if len(source) > MaxMarkdownBytes {
		return nil, tooLarge(MaxMarkdownBytes)
	}
	if err := checkMarkdown(source); err != nil {
		return nil, err
	}
	r := &markdownReader{source: []byte(strings.ToValidUTF8(source, "\uFFFD"))}
	doc := r.read()
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return newDocument(doc, lookup)
}

// markdown is made once; goldmark's parsers are safe for concurrent use. It reads tables, task lists and footnotes so
// that they can be refused: otherwise they would become text, or vanish.
var markdown = sync.OnceValue(func() parser.Parser {
	return goldmark.New(
		goldmark.WithExtensions(extension.Strikethrough, extension.Linkify, extension.Table, extension.TaskList),
		goldmark.WithParserOptions(
			parser.WithBlockParsers(util.Prioritized(extension.NewFootnoteBlockParser(), 999)),
			parser.WithInlineParsers(util.Prioritized(extension.NewFootnoteParser(), 101)),
		),
	).Parser()
})

// markdownReader turns Markdown into a document and notes what Circle cannot hold.
type markdownReader struct {
	source   []byte
	used     map[string]bool // labels of link definitions
	problems Errors
}

func (r *markdownReader) read() *node {
	root := markdown().Parse(mdtext.NewReader(r.source))
	r.used = map[string]bool{}
	_ = ast.Walk(root, func(n ast.Node, _ bool) (ast.WalkStatus, error) {
		if ref := reference(n); ref != nil {
			r.used[util.ToLinkReference(ref.Value)] = true
		}
		return ast.WalkContinue, nil
	})
	return &node{Type: nodeDoc, Content: r.blocks(root, MaxDepth)}
}

// reference returns the link definition that a link or picture uses; nil if it has an address of its own.
func reference(n ast.Node) *ast.ReferenceLink {
	switch n := n.(type) {
	case *ast.Link:
		return n.Reference
	case *ast.Image:
		return n.Reference
	}
	return nil
}

func (r *markdownReader) refuse(n ast.Node, what string) {
	r.fail(n, ErrUnsupportedContent, "Circle cannot hold "+what)
}

func (r *markdownReader) fail(n ast.Node, kind error, detail string) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, &Error{Kind: kind, Detail: detail, Line: r.line(n)})
	}
}

// line returns the line on which a node begins, counted from 1.
func (r *markdownReader) line(n ast.Node) int {
	for n.Pos() < 0 && n.FirstChild() != nil {
		n = n.FirstChild()
	}
	for n.Pos() < 0 && n.Parent() != nil {
		n = n.Parent()
	}
	return 1 + bytes.Count(r.source[:max(n.Pos(), 0)], []byte("\n"))
}

// blocks returns the blocks in a document, quote or list item.
func (r *markdownReader) blocks(parent ast.Node, depth int) []*node {
	if depth == 0 {
		r.fail(parent, ErrContentTooLarge, fmt.Sprintf("the text is nested deeper than %d levels", MaxDepth))
		return nil
	}
	var blocks []*node
	for c := parent.FirstChild(); c != nil; c = c.NextSibling() {
		switch n := c.(type) {
		case *ast.Paragraph, *ast.TextBlock:
			blocks = append(blocks, r.paragraph(n)...)
		case *ast.Heading:
			if n.Level != 2 && n.Level != 3 {
				r.refuse(n, fmt.Sprintf("a heading of level %d, only ## and ###", n.Level))
			}
			blocks = append(blocks, &node{Type: nodeHeading, Attrs: nodeAttrs{Level: n.Level}, Content: r.inline(n)})
		case *ast.Blockquote:
			blocks = append(blocks, &node{Type: nodeBlockquote, Content: r.filled(n, depth-1)})
		case *ast.List:
			blocks = append(blocks, r.list(n, depth-1))
		case *ast.CodeBlock:
			blocks = append(blocks, r.code(n, ""))
		case *ast.FencedCodeBlock:
			blocks = append(blocks, r.code(n, r.language(n)))
		case *ast.ThematicBreak:
			blocks = append(blocks, &node{Type: nodeHorizontalRule})
		case *ast.LinkReferenceDefinition:
			if !r.used[util.ToLinkReference(n.Label)] {
				r.refuse(n, fmt.Sprintf("a link definition that no link uses, [%s]", clean(string(n.Label))))
			}
		default:
			r.refuse(n, blockName(n))
		}
	}
	return blocks
}

func blockName(n ast.Node) string {
	switch n.(type) {
	case *ast.HTMLBlock:
		return "HTML inside Markdown"
	case *extast.Table:
		return "a table"
	case *extast.FootnoteList:
		return "a footnote"
	}
	return "a " + n.Kind().String()
}

// filled returns the blocks of a node that must hold at least one: an empty paragraph if it has none.
func (r *markdownReader) filled(n ast.Node, depth int) []*node {
	if blocks := r.blocks(n, depth); len(blocks) > 0 {
		return blocks
	}
	return []*node{{Type: nodeParagraph}}
}

func (r *markdownReader) list(n *ast.List, depth int) *node {
	list := &node{Type: nodeBulletList}
	if n.IsOrdered() {
		list.Type, list.Attrs.Start = nodeOrderedList, &n.Start
	}
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		list.Content = append(list.Content, &node{Type: nodeListItem, Content: r.filled(item, depth-1)})
	}
	return list
}

func (r *markdownReader) code(n ast.Node, language string) *node {
	block := &node{Type: nodeCodeBlock, Attrs: nodeAttrs{Language: language}}
	if code := cleanText(strings.TrimSuffix(string(n.Lines().Value(r.source)), "\n")); code != "" {
		block.Content = []*node{{Type: nodeText, Text: code}}
	}
	return block
}

// language returns the word behind the fence of a code block.
func (r *markdownReader) language(n *ast.FencedCodeBlock) string {
	if n.Info == nil {
		return ""
	}
	info := unescape(n.Info.Segment.Value(r.source))
	if info != "" && !languageName.MatchString(info) {
		r.refuse(n, "anything but the name of a language behind the fence of a code block")
	}
	return info
}

// paragraph returns a paragraph, or the pictures of one that holds only pictures: Circle's pictures are blocks.
func (r *markdownReader) paragraph(n ast.Node) []*node {
	var pictures []*node
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Image:
			pictures = append(pictures, r.picture(c))
			continue
		case *ast.Text:
			if c.Segment.IsEmpty() && c.SoftLineBreak() {
				continue
			}
		}
		return []*node{{Type: nodeParagraph, Content: r.inline(n)}}
	}
	return pictures
}

func (r *markdownReader) picture(n *ast.Image) *node {
	signedID, uploaded := strings.CutPrefix(unescape(n.Destination), schemeUpload)
	switch {
	case !uploaded || signedID == "":
		r.refuse(n, "a picture of another site: upload it and write ![…](upload:SIGNED_ID)")
	case n.Title != nil:
		r.refuse(n, "the title of a picture")
	}
	return &node{Type: nodeImage, Attrs: nodeAttrs{SignedID: signedID, Alt: r.plain(n)}}
}

// plain returns the text of a node without its marks.
func (r *markdownReader) plain(n ast.Node) string {
	var plain strings.Builder
	for _, n := range r.inline(n) {
		plain.WriteString(n.Text)
	}
	return strings.TrimSpace(plain.String())
}

// unescape resolves backslashes and entities, as goldmark does when it writes HTML.
func unescape(source []byte) string {
	if !bytes.ContainsAny(source, "\\&") {
		return cleanText(string(source))
	}
	var out bytes.Buffer
	w := bufio.NewWriter(&out)
	render.DefaultWriter.Write(w, source)
	_ = w.Flush() // a buffer takes everything
	return cleanText(html.UnescapeString(out.String()))
}

// inline returns the text of a paragraph or heading.
func (r *markdownReader) inline(n ast.Node) []*node {
	b := inlineBuilder{}
	r.spans(n, nil, &b)
	return b.done()
}

// inlineBuilder collects text and what stands in it. Adjacent text of the same marks becomes one node.
type inlineBuilder struct {
	nodes   []*node
	started strings.Builder // text that may continue
	marks   []*mark
}

func (b *inlineBuilder) text(s string, marks []*mark) {
	if b.started.Len() > 0 && !slices.EqualFunc(b.marks, marks, sameMark) {
		b.end()
	}
	b.started.WriteString(s)
	b.marks = marks
}

func (b *inlineBuilder) add(n *node) {
	b.end()
	b.nodes = append(b.nodes, n)
}

func (b *inlineBuilder) end() {
	if b.started.Len() > 0 {
		b.nodes = append(b.nodes, &node{Type: nodeText, Text: b.started.String(), Marks: b.marks})
		b.started.Reset()
	}
}

func (b *inlineBuilder) done() []*node {
	b.end()
	return b.nodes
}

// spans reads what stands in a paragraph, heading, link or mark.
func (r *markdownReader) spans(parent ast.Node, marks []*mark, b *inlineBuilder) {
	for c := parent.FirstChild(); c != nil; c = c.NextSibling() {
		switch n := c.(type) {
		case *ast.Text:
			b.text(unescape(n.Segment.Value(r.source)), marks)
			if n.HardLineBreak() {
				b.add(&node{Type: nodeHardBreak})
			} else if n.SoftLineBreak() {
				b.text(" ", marks)
			}
		case *ast.CodeSpan:
			b.text(r.codeSpan(n), withMark(marks, &mark{Type: markCode}))
		case *ast.Emphasis:
			bold := &mark{Type: markBold}
			if n.Level == 1 {
				bold.Type = markItalic
			}
			r.spans(n, withMark(marks, bold), b)
		case *extast.Strikethrough:
			r.spans(n, withMark(marks, &mark{Type: markStrike}), b)
		case *ast.AutoLink:
			r.autoLink(n, marks, b)
		case *ast.Link:
			r.link(n, marks, b)
		case *ast.RawHTML:
			r.rawHTML(n)
		default:
			r.refuse(n, spanName(n))
		}
	}
}

// rawHTML refuses an element, once for both its tags.
func (r *markdownReader) rawHTML(n *ast.RawHTML) {
	tag := string(n.Segments.Value(r.source))
	if !strings.HasPrefix(tag, "</") || len(r.problems) == 0 {
		r.refuse(n, "HTML inside Markdown, such as "+clean(strings.Trim(tag, "<>")))
	}
}

func spanName(n ast.Node) string {
	switch n.(type) {
	case *ast.Image:
		return "a picture in the middle of a text: give it a paragraph of its own"
	case *extast.TaskCheckBox:
		return "a task list"
	case *extast.FootnoteLink:
		return "a footnote"
	}
	return "a " + n.Kind().String()
}

func (r *markdownReader) codeSpan(n *ast.CodeSpan) string {
	var code strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			code.Write(t.Segment.Value(r.source))
		}
	}
	return cleanText(strings.ReplaceAll(code.String(), "\n", " "))
}

func (r *markdownReader) autoLink(n *ast.AutoLink, marks []*mark, b *inlineBuilder) {
	address := string(n.URL(r.source))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(address), "mailto:") {
		address = "mailto:" + address
	}
	b.text(cleanText(string(n.Label(r.source))), r.linked(n, address, marks))
}

func (r *markdownReader) link(n *ast.Link, marks []*mark, b *inlineBuilder) {
	address := unescape(n.Destination)
	if n.Title != nil {
		r.refuse(n, "the title of a link")
	}
	if id, mention := strings.CutPrefix(address, schemeMember); mention {
		name := strings.TrimPrefix(r.plain(n), "@")
		b.add(newMention(MentionedMember{ID: id, Name: name, Line: r.line(n)}, marks))
		return
	}
	r.spans(n, r.linked(n, address, marks), b)
}

// linked adds a link to the marks.
func (r *markdownReader) linked(n ast.Node, address string, marks []*mark) []*mark {
	href := linkURL(address)
	if href == "" {
		r.refuse(n, "a link that is not an absolute http, https or mailto address")
	}
	return withMark(marks, &mark{Type: markLink, Attrs: markAttrs{Href: href, Target: "_blank"}})
}
