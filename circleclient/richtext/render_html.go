package richtext

import (
	"cmp"
	"html"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
)

// renderHTML writes a document as HTML; lookup knows what its nodes point to. It escapes everything; [sanitise] is a
// second safeguard.
func renderHTML(doc *node, lookup *Text) string {
	w := &htmlWriter{lookup: lookup}
	w.node(doc, maxReadDepth)
	return w.String()
}

type htmlWriter struct {
	strings.Builder
	lookup *Text
}

func (w *htmlWriter) node(n *node, depth int) {
	if depth == 0 {
		w.WriteString(cutOff)
		return
	}
	switch n.Type {
	case nodeText:
		w.marked(n.Text, n.Marks)
	case nodeHardBreak:
		w.WriteString("<br>")
	case nodeHorizontalRule:
		w.WriteString("<hr>")
	case nodeParagraph:
		w.element("p", "", n, depth)
	case nodeHeading:
		w.element("h"+strconv.Itoa(min(max(n.Attrs.Level, 1), 6)), "", n, depth)
	case nodeBlockquote:
		w.element("blockquote", "", n, depth)
	case nodeBulletList:
		w.element("ul", "", n, depth)
	case nodeOrderedList:
		attrs := ""
		if start := n.Attrs.Start; start != nil && *start != 1 {
			attrs = attr("start", strconv.Itoa(*start))
		}
		w.element("ol", attrs, n, depth)
	case nodeListItem:
		w.element("li", "", n, depth)
	case nodeCodeBlock:
		w.codeBlock(n)
	case nodeMention:
		w.mention(n)
	case nodeImage:
		w.image(w.lookup.object(n.Attrs), n)
	case nodeFile:
		w.file(n)
	case nodeEmbed, nodeCTA:
		o := w.lookup.object(n.Attrs)
		w.linkBlock(o.address(n.Attrs), o.label(n))
	case nodeEmoji:
		w.emoji(n)
	case nodeEntity:
		o := w.lookup.object(n.Attrs)
		w.link(o.address(n.Attrs), o.label(n))
	case nodePoll:
		w.linkBlock("", w.lookup.object(n.Attrs).label(n))
	default: // doc, and what Circle may add
		w.text(cmp.Or(n.Text, n.unknownLabel()))
		w.children(n, depth)
	}
}

func (w *htmlWriter) element(tag, attrs string, n *node, depth int) {
	w.WriteString("<" + tag + attrs + ">")
	w.children(n, depth)
	w.WriteString("</" + tag + ">")
}

func (w *htmlWriter) children(n *node, depth int) {
	for _, child := range n.Content {
		w.node(child, depth-1)
	}
}

func (w *htmlWriter) text(s string) { w.WriteString(html.EscapeString(s)) }

// marked writes text within its marks, the first outermost.
func (w *htmlWriter) marked(s string, marks []*mark) {
	if len(marks) > maxMarks {
		marks = marks[:maxMarks]
	}
	var end strings.Builder
	for _, m := range marks {
		tag, attrs := markTag(m.Type), ""
		if m.Type == markLink {
			href := linkURL(m.Attrs.Href)
			if href == "" {
				continue
			}
			tag, attrs = "a", attr("href", href)
			if m.Attrs.Target == "_blank" {
				attrs += attr("target", "_blank")
			}
		}
		if tag == "" {
			continue
		}
		w.WriteString("<" + tag + attrs + ">")
		rest := end.String()
		end.Reset()
		end.WriteString("</" + tag + ">" + rest)
	}
	w.text(s)
	w.WriteString(end.String())
}

// maxMarks bounds the marks on one text; there are seven types.
const maxMarks = 16

// markTag returns the element for a mark; "" for links, which need attributes, and for unknown marks.
func markTag(mark string) string {
	switch mark {
	case markBold:
		return "strong"
	case markItalic:
		return "em"
	case markStrike:
		return "s"
	case markUnderline:
		return "u"
	case markCode:
		return "code"
	case markHighlight:
		return "mark"
	}
	return ""
}

// codeBlock writes only text: code has no marks.
func (w *htmlWriter) codeBlock(n *node) {
	class := ""
	if languageName.MatchString(n.Attrs.Language) {
		class = attr("class", "language-"+n.Attrs.Language)
	}
	w.WriteString("<pre><code" + class + ">")
	n.walk(func(n *node) {
		switch n.Type {
		case nodeText:
			w.text(n.Text)
		case nodeHardBreak:
			w.WriteByte('\n')
		}
	})
	w.WriteString("</code></pre>")
}

func (w *htmlWriter) mention(n *node) {
	m := w.lookup.mention(n)
	if m.Name == "" {
		return
	}
	attrs := attr("class", "mention")
	if m.CommunityMemberID > 0 {
		attrs += attr("data-member-id", strconv.FormatInt(m.CommunityMemberID, 10))
	}
	if signedID().MatchString(m.SGID) {
		attrs += attr("data-sgid", m.SGID) // makes it a mention again when the HTML is written back
	}
	w.WriteString("<span" + attrs + ">@")
	w.text(m.Name)
	w.WriteString("</span>")
}

func (w *htmlWriter) image(o *object, n *node) {
	a := newAttachment(AttachmentImage, o, n.Attrs)
	if a.URL == nil {
		return
	}
	w.WriteString("<img" + attr("src", *a.URL) + attr("alt", n.Attrs.Alt))
	if a.Width != nil && *a.Width > 0 {
		w.WriteString(attr("width", strconv.Itoa(*a.Width)))
	}
	if a.Height != nil && *a.Height > 0 {
		w.WriteString(attr("height", strconv.Itoa(*a.Height)))
	}
	w.WriteString(">")
}

// emoji shows a character, or the picture that the community has drawn.
func (w *htmlWriter) emoji(n *node) {
	shown := w.lookup.emoji(n)
	if address := w.lookup.emojiPicture(n); address != "" {
		w.WriteString("<img" + attr("src", address) + attr("alt", shown) + attr("width", "20") + attr("height", "20") + ">")
		return
	}
	w.text(shown)
}

// file shows an uploaded picture and links to any other file.
func (w *htmlWriter) file(n *node) {
	o := w.lookup.object(n.Attrs)
	if o != nil && uploadKind(o.ContentType) == AttachmentImage {
		w.image(o, n)
		return
	}
	w.linkBlock(o.address(n.Attrs), o.label(n))
}

func (w *htmlWriter) linkBlock(address, label string) {
	if address == "" && label == "" {
		return
	}
	w.WriteString("<p>")
	w.link(address, label)
	w.WriteString("</p>")
}

func (w *htmlWriter) link(address, label string) {
	if address == "" {
		w.text(label)
		return
	}
	w.WriteString("<a" + attr("href", address) + ">")
	w.text(cmp.Or(label, address))
	w.WriteString("</a>")
}

func attr(name, value string) string { return " " + name + `="` + html.EscapeString(value) + `"` }

var languageName = regexp.MustCompile(`^[\w+#.-]{1,40}$`)

// signedID is not made before it is needed: its thousand steps take milliseconds.
var signedID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\w=+/.-]{1,1000}$`) })

// sanitise keeps the elements of a text, each with its end, and drops everything active.
func sanitise(s string) string { return balance(policy().Sanitize(s)) }

// policy is made once; bluemonday's policies are then safe for concurrent use.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "div", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol", "li",
		"strong", "b", "em", "i", "s", "strike", "del", "u", "ins", "code", "mark", "sub", "sup", "span",
		"figure", "figcaption", "table", "thead", "tbody", "tfoot", "tr", "th", "td")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^-?\d{1,9}$`)).OnElements("ol")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^language-[\w+#.-]{1,40}$`)).OnElements("code")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^mention$`)).OnElements("span", "a")
	p.AllowAttrs("data-member-id").Matching(bluemonday.Integer).OnElements("span")
	p.AllowAttrs("data-sgid").Matching(signedID()).OnElements("span")
	p.AllowAttrs("colspan", "rowspan").Matching(bluemonday.Integer).OnElements("th", "td")

	// Only absolute addresses: a relative one would lead into the site that shows the text.
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("target").Matching(regexp.MustCompile(`^_blank$`)).OnElements("a")
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)

	p.AllowAttrs("src").Matching(regexp.MustCompile(`^https?://`)).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(regexp.MustCompile(`^\d{1,5}$`)).OnElements("img")
	return p
})
