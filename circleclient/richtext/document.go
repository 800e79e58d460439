package richtext

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"circlegraph/circleclient/lenient"
)

// What can be wrong with a text to write; see [Error].
var (
	// ErrInvalid matches every text that cannot be written.
	ErrInvalid = errors.New("the text cannot be written")
	// ErrBlank is a text that shows nothing. Circle refuses blank comments and loses blank posts.
	ErrBlank = errors.New("the text is blank")
	// ErrUnsupportedContent is a part of a text that Circle cannot hold, such as a table.
	ErrUnsupportedContent = errors.New("the text has a part that Circle cannot hold")
	// ErrContentTooLarge is a text that is too long or nested too deeply.
	ErrContentTooLarge = errors.New("the text is too large")
	// ErrMalformedDocument is a document that TipTap would not take.
	ErrMalformedDocument = errors.New("the document is malformed")
)

// Limits of a text to write. Circle documents none; these are far beyond what people write.
const (
	// MaxBytes bounds the text, HTML or document; see [MaxMarkdownBytes].
	MaxBytes = 256 << 10
	// MaxDepth bounds how deeply a document's nodes are nested.
	MaxDepth = 30
	// MaxAttachments bounds the uploads attached to one text.
	MaxAttachments = 50
)

// Error is a text that cannot be written. It matches its Kind and [ErrInvalid] with [errors.Is].
type Error struct {
	// Kind is [ErrBlank], [ErrUnsupportedContent], [ErrUnknownMention], [ErrContentTooLarge] or [ErrMalformedDocument].
	Kind error
	// Detail names the part at fault, in words that can be shown; empty if Kind says it all.
	Detail string
	// Line is the line of the Markdown at fault, counted from 1; 0 if lines have no meaning.
	Line int
}

// Error says what is wrong. It can be shown to the author of the text.
func (e *Error) Error() string {
	says := cmp.Or(e.Detail, e.Kind.Error())
	if e.Line > 0 {
		says += fmt.Sprintf(" (line %d)", e.Line)
	}
	return says
}

// Unwrap makes the error match its kind and [ErrInvalid].
func (e *Error) Unwrap() []error { return []error{e.Kind, ErrInvalid} }

// maxProblems bounds the problems that are reported for one text.
const maxProblems = 10

// Errors is all that is wrong with a text, in the order of its lines, at most ten. It is never empty.
type Errors []*Error

// Error says what is wrong first.
func (e Errors) Error() string { return e[0].Error() }

// Unwrap makes the error match what any of them matches.
func (e Errors) Unwrap() []error {
	errs := make([]error, len(e))
	for i, problem := range e {
		errs[i] = problem
	}
	return errs
}

// Document is a text to write. It goes to Circle as a TipTap document in an envelope: without one, Circle accepts the
// text and silently loses it.
type Document struct {
	document    json.RawMessage
	tree        *node
	attachments []string
}

// FromText makes a text of plain text: an empty line starts a new paragraph, a single line break stays one. The error
// is a *[Error].
func FromText(text string) (*Document, error) {
	if len(text) > MaxBytes {
		return nil, tooLarge(MaxBytes)
	}
	return newDocument(textDocument(text), nil)
}

// FromHTML makes a text of HTML: paragraphs, <h2>, <h3>, lists, quotes, code, rules, links and marks. A mention is a
// <span data-sgid="…">, as [Text.HTML] writes it, or a <span data-member-id="…">. Any other element is refused by name.
// The error is a *[Error], or that of the lookup.
func FromHTML(source string, lookup MentionLookup) (*Document, error) {
	if len(source) > MaxBytes {
		return nil, tooLarge(MaxBytes)
	}
	doc, err := parseHTML(source)
	if err != nil {
		return nil, err
	}
	return newDocument(doc, lookup)
}

// FromDocument takes a TipTap document, a node of type doc, if Circle knows every node and mark in it. A mention may
// have the attribute memberId instead of sgid. The error is a *[Error], or that of the lookup.
func FromDocument(doc json.RawMessage, lookup MentionLookup) (*Document, error) {
	if len(doc) > MaxBytes {
		return nil, tooLarge(MaxBytes)
	}
	normal, err := normaliseJSON(doc)
	if err != nil {
		return nil, &Error{Kind: ErrMalformedDocument, Detail: "the document is not JSON"}
	}
	tree := new(node)
	if lenient.FirstByte(normal) != '{' || lenient.Decode(normal, tree) != nil || tree.Type != nodeDoc {
		return nil, &Error{Kind: ErrMalformedDocument, Detail: `the document must be an object of type "doc"`}
	}
	tree.walk(mentionByMember)
	if err := checkNode(tree, groupNone, MaxDepth); err != nil {
		return nil, err
	}
	if err := checkShape(normal); err != nil { // only now that the depth is known: it reads each level anew
		return nil, err
	}
	if isBlank(tree) {
		return nil, &Error{Kind: ErrBlank}
	}
	if err := resolveMentions(tree, lookup); err != nil {
		return nil, err
	}
	if normal, err = signMentions(normal, tree); err != nil {
		return nil, err
	}
	return &Document{document: normal, tree: tree}, nil
}

// newDocument takes a document that this package made.
func newDocument(doc *node, lookup MentionLookup) (*Document, error) {
	if isBlank(doc) {
		return nil, &Error{Kind: ErrBlank}
	}
	if err := checkNode(doc, groupNone, MaxDepth); err != nil {
		return nil, err
	}
	if err := resolveMentions(doc, lookup); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("encode a document: %w", err)
	}
	if len(raw) > 4*MaxBytes { // each of many tiny elements becomes a node
		return nil, tooLarge(MaxBytes)
	}
	return &Document{document: raw, tree: doc}, nil
}

func tooLarge(most int) *Error {
	return &Error{Kind: ErrContentTooLarge, Detail: fmt.Sprintf("the text exceeds %d KiB", most>>10)}
}

// Attach returns the text with uploads attached, by the signed ids of their direct uploads. It leaves out empty ids and
// refuses more than [MaxAttachments].
func (r *Document) Attach(signedIDs ...string) (*Document, error) {
	attached := *r
	attached.attachments = slices.Concat(r.attachments, signedIDs)
	attached.attachments = slices.DeleteFunc(attached.attachments, func(s string) bool { return s == "" })
	if len(attached.attachments) > MaxAttachments {
		return nil, &Error{
			Kind: ErrContentTooLarge, Detail: fmt.Sprintf("a text takes at most %d attachments", MaxAttachments),
		}
	}
	return &attached, nil
}

// JSON returns the TipTap document that is sent.
func (r *Document) JSON() json.RawMessage { return r.document }

// HTML returns the text as HTML, for records of Circle's older editor.
func (r *Document) HTML() string { return sanitise(renderHTML(r.tree, &Text{})) }

// PlainText returns the text without markup.
func (r *Document) PlainText() string { return plainText(r.tree, &Text{}) }

// MarshalJSON writes the envelope.
func (r *Document) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Body        json.RawMessage `json:"body"`
		Attachments []string        `json:"attachments,omitempty"`
	}{r.document, r.attachments})
}

// cleanText drops control characters: Circle's database refuses NUL, and the others show nothing.
func cleanText(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// textDocument makes a document of plain text.
func textDocument(text string) *node {
	text = cleanText(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n\n").Replace(text))
	doc := &node{Type: nodeDoc}
	var paragraph *node
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		switch {
		case line == "":
			paragraph = nil
			continue
		case paragraph == nil:
			paragraph = &node{Type: nodeParagraph}
			doc.Content = append(doc.Content, paragraph)
		default:
			paragraph.Content = append(paragraph.Content, &node{Type: nodeHardBreak})
		}
		paragraph.Content = append(paragraph.Content, &node{Type: nodeText, Text: line})
	}
	return doc
}

// isBlank reports whether a document shows nothing: no visible character, and nothing like a picture.
func isBlank(doc *node) bool {
	blank := true
	doc.walk(func(n *node) {
		switch n.Type {
		case nodeMention, nodeImage, nodeFile, nodeEmbed, nodeEntity, nodeCTA, nodeEmoji:
			blank = false
		case nodeText:
			blank = blank && strings.IndexFunc(n.Text, visible) < 0
		}
	})
	return blank
}

func visible(r rune) bool {
	return !unicode.IsSpace(r) && !unicode.In(r, unicode.Cf, unicode.Cc) && r != '\u3164' && r != '\u2800'
}

// normaliseJSON writes a value anew, so that what is checked is what is sent: no duplicate key, no broken UTF-8.
func normaliseJSON(raw json.RawMessage) (json.RawMessage, error) {
	if !utf8.Valid(raw) {
		return nil, errors.New("not UTF-8")
	}
	value, err := anyJSON(raw)
	if err != nil {
		return nil, err
	}
	eachNode(value, maxReadDepth, func(n map[string]any) {
		if attrs, ok := n["attrs"].(map[string]any); ok {
			delete(attrs, resolvedAttr) // of a document that was read
		}
	})
	return json.Marshal(value)
}

// anyJSON reads one value and keeps its numbers as they are.
func anyJSON(raw json.RawMessage) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return nil, err
	}
	if dec.More() {
		return nil, errors.New("more than one value")
	}
	return value, nil
}
