package richtext

import (
	"cmp"
	"net/url"
	"regexp"
	"strings"
)

// Types of nodes in Circle's documents. Circle adds to them; an unknown node counts as its children.
const (
	nodeDoc            = "doc"
	nodeParagraph      = "paragraph"
	nodeHeading        = "heading"
	nodeBlockquote     = "blockquote"
	nodeOrderedList    = "orderedList"
	nodeBulletList     = "bulletList"
	nodeListItem       = "listItem"
	nodeCodeBlock      = "codeBlock"
	nodeHorizontalRule = "horizontalRule"
	nodeText           = "text"
	nodeHardBreak      = "hardBreak"
	nodeMention        = "mention"
	nodeImage          = "image"
	nodeFile           = "file"
	nodeEmbed          = "embed"
	nodeEntity         = "entity"
	nodePoll           = "poll"
	nodeCTA            = "cta"   // a button; seen live, not documented
	nodeEmoji          = "emoji" // inside of a line; not documented
)

// Types of marks on text.
const (
	markBold      = "bold"
	markItalic    = "italic"
	markStrike    = "strike"
	markUnderline = "underline"
	markCode      = "code"
	markHighlight = "highlight"
	markLink      = "link"
)

// maxReadDepth is where reading a document stops, and [cutOff] is written. Circle makes a dozen levels. What is
// too deep for the tokenizer is cut by package lenient, further down.
const maxReadDepth = 900

// cutOff says that something is left out.
const cutOff = "…"

// node is a node of a TipTap document. It is read leniently, and written by the conversions from text, Markdown and
// HTML.
type node struct {
	Type    string    `json:"type"`
	Text    string    `json:"text,omitempty"`
	Attrs   nodeAttrs `json:"attrs,omitzero"`
	Marks   []*mark   `json:"marks,omitempty"`
	Content []*node   `json:"content,omitempty"`
	// Fallback is what old clients show instead of the node.
	Fallback string `json:"circle_ios_fallback_text,omitempty"`

	// mentioned is the member of a mention whose signed id is not known yet.
	mentioned *MentionedMember
	// place counts the nodes that stand for something; nil for other nodes, and for documents to write.
	place *int
}

// nodeAttrs are the attributes of all types of nodes together.
type nodeAttrs struct {
	SGID     string `json:"sgid,omitempty"`
	MemberID string `json:"memberId,omitempty"` // of a mention to write whose signed id is not known
	SignedID string `json:"signed_id,omitempty"`
	// UploadID is another spelling of SignedID.
	UploadID string `json:"signedId,omitempty"`
	URL      string `json:"url,omitempty"`
	Src      string `json:"src,omitempty"`
	Href     string `json:"href,omitempty"`
	Alt      string `json:"alt,omitempty"`
	Label    string `json:"label,omitempty"`
	Emoji    string `json:"emoji,omitempty"` // of an emoji: the character, as are the next two
	Native   string `json:"native,omitempty"`
	Char     string `json:"char,omitempty"`
	Name     string `json:"name,omitempty"` // of an emoji: its name, such as seedling
	Language string `json:"language,omitempty"`
	Level    int    `json:"level,omitempty"`
	Start    *int   `json:"start,omitempty"`
	Width    *int   `json:"width,omitempty"`
	Height   *int   `json:"height,omitempty"`
}

type mark struct {
	Type  string    `json:"type"`
	Attrs markAttrs `json:"attrs,omitzero"`
}

// markAttrs are a link's; Circle requires both.
type markAttrs struct {
	Href   string `json:"href"`
	Target string `json:"target"`
}

// walk visits n and everything beneath it, in order of appearance.
func (n *node) walk(visit func(*node)) { n.walkTo(visit, maxReadDepth) }

func (n *node) walkTo(visit func(*node), depth int) {
	if depth == 0 {
		return
	}
	visit(n)
	for _, child := range n.Content {
		child.walkTo(visit, depth-1)
	}
}

// plainText writes a document without markup; lookup knows what its nodes point to.
func plainText(doc *node, lookup *Text) string {
	w := &plainWriter{lookup: lookup}
	w.node(doc, maxReadDepth)
	return blankLines.ReplaceAllString(strings.TrimSpace(w.String()), "\n\n")
}

var blankLines = regexp.MustCompile(`\n[ \t]*(\n[ \t]*)+\n`)

type plainWriter struct {
	strings.Builder
	lookup      *Text
	lineStarted bool
}

func (w *plainWriter) node(n *node, depth int) {
	if depth == 0 {
		w.text(cutOff)
		return
	}
	switch n.Type {
	case nodeText:
		w.text(n.Text)
	case nodeHardBreak:
		w.breakLine()
	case nodeMention:
		if name := w.lookup.mention(n).Name; name != "" {
			w.text("@" + name)
		}
	case nodeEntity:
		w.text(w.lookup.object(n.Attrs).label(n))
	case nodeHorizontalRule:
		w.endLine()
	case nodeImage:
		w.line(n.Attrs.Alt)
	case nodeEmoji:
		w.text(w.lookup.emoji(n))
	case nodeFile, nodePoll, nodeCTA:
		w.line(w.lookup.object(n.Attrs).label(n))
	case nodeEmbed:
		o := w.lookup.object(n.Attrs)
		w.line(cmp.Or(o.address(n.Attrs), o.label(n)))
	default:
		if label := n.unknownLabel(); label != "" {
			w.text(label)
			return
		}
		w.block(n, depth)
	}
}

// unknownLabel returns what shows a node without content of a type that this package does not know, such as an emoji.
func (n *node) unknownLabel() string {
	if _, known := ruleOf(n.Type); known || n.Type == nodePoll || n.Text != "" || len(n.Content) > 0 {
		return ""
	}
	return cmp.Or(n.Attrs.Emoji, n.Attrs.Label, n.Fallback)
}

// block writes a node on lines of its own. Circle's members leave space by an empty paragraph.
func (w *plainWriter) block(n *node, depth int) {
	w.endLine()
	before := w.Len()
	if n.Text != "" {
		w.text(n.Text)
	}
	for _, child := range n.Content {
		w.node(child, depth-1)
	}
	if n.Type == nodeParagraph && w.Len() == before {
		w.breakLine()
	}
	w.endLine()
}

func (w *plainWriter) text(s string) {
	if s == "" {
		return
	}
	w.WriteString(s)
	w.lineStarted = !strings.HasSuffix(s, "\n")
}

func (w *plainWriter) line(s string) {
	w.endLine()
	w.text(s)
	w.endLine()
}

func (w *plainWriter) breakLine() {
	w.WriteByte('\n')
	w.lineStarted = false
}

func (w *plainWriter) endLine() {
	if w.lineStarted {
		w.breakLine()
	}
}

// label returns the name by which an object is shown, "" if it has none.
func (o *object) label(n *node) string {
	label := n.Attrs.Label
	if o != nil {
		for _, s := range []string{o.Filename, o.Name, o.Title, o.Question} {
			label = cmp.Or(label, s)
		}
	}
	return cmp.Or(label, n.Fallback)
}

// WebURL returns an address that may be loaded, which is absolute, http or https; "" for every other.
func WebURL(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}

// linkURL returns an address that may be linked to, one for [WebURL] or mailto; "" for every other.
func linkURL(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err == nil && u.Scheme == "mailto" && u.Opaque != "" {
		return u.String()
	}
	return WebURL(s)
}
