package circleclient

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"circlegraph/circleclient/lenient"
)

// What can be wrong with a text to write; see [RichTextError].
var (
	// ErrBlank is a text that shows nothing: Circle refuses blank comments and loses blank posts.
	ErrBlank = errors.New("the text is blank")
	// ErrUnsupportedContent is a part of a text that Circle cannot hold, such as a table.
	ErrUnsupportedContent = errors.New("the text has a part that Circle cannot hold")
	// ErrContentTooLarge is a text that is too long or nested too deeply.
	ErrContentTooLarge = errors.New("the text is too large")
	// ErrMalformedDocument is a document that is not one of TipTap.
	ErrMalformedDocument = errors.New("the document is malformed")
)

// Limits of a text to write. Circle documents none; these are far beyond what people write.
const (
	// MaxRichTextBytes bounds the text, HTML or document; see [MaxMarkdownBytes].
	MaxRichTextBytes = 256 << 10
	// MaxRichTextDepth bounds how deeply a document's nodes are nested.
	MaxRichTextDepth = 30
	// MaxRichTextAttachments bounds the uploads attached to one text.
	MaxRichTextAttachments = 50
)

// RichTextError is a text that cannot be written. It matches its Kind and [ErrInvalid] with [errors.Is].
type RichTextError struct {
	// Kind is [ErrBlank], [ErrUnsupportedContent], [ErrUnknownMention], [ErrContentTooLarge] or [ErrMalformedDocument].
	Kind error
	// Detail names the part at fault, in words that can be shown; empty where Kind says it all.
	Detail string
	// Line is the line of the Markdown at fault, counted from 1; 0 where lines have no meaning.
	Line int
}

// Error says what is wrong; it can be shown to the person who wrote the text.
func (e *RichTextError) Error() string {
	says := or(e.Detail, e.Kind.Error())
	if e.Line > 0 {
		says += fmt.Sprintf(" (line %d)", e.Line)
	}
	return says
}

// Unwrap makes the error match its kind and [ErrInvalid].
func (e *RichTextError) Unwrap() []error { return []error{e.Kind, ErrInvalid} }

// maxRichTextProblems bounds what one text is told at once.
const maxRichTextProblems = 10

// RichTextErrors is all that is wrong with a text, in the order of its lines; the first ten where there is more. It is
// never empty.
type RichTextErrors []*RichTextError

// Error says what is wrong first.
func (e RichTextErrors) Error() string { return e[0].Error() }

// Unwrap makes the error match whatever one of them matches.
func (e RichTextErrors) Unwrap() []error {
	errs := make([]error, len(e))
	for i, problem := range e {
		errs[i] = problem
	}
	return errs
}

// RichTextRequest is a text to write. It goes to Circle as a TipTap document in the envelope without which Circle
// accepts a text and silently loses it.
type RichTextRequest struct {
	document    json.RawMessage
	tree        *node
	attachments []string
}

// RichTextFromText makes a text of plain text: an empty line starts a new paragraph, a single line break stays one. The
// error is a *[RichTextError].
func RichTextFromText(text string) (*RichTextRequest, error) {
	if len(text) > MaxRichTextBytes {
		return nil, tooLarge(MaxRichTextBytes)
	}
	return newRichTextRequest(textDocument(text), nil)
}

// RichTextFromHTML makes a text of HTML: paragraphs, <h2>, <h3>, lists, quotes, code, rules, links and marks. A mention
// is a <span data-sgid="…">, as [RichText.HTML] writes it, or a <span data-member-id="…">. Any other element is refused
// by name. The error is a *[RichTextError], or what the lookup of mentions failed with.
func RichTextFromHTML(source string, lookup MentionLookup) (*RichTextRequest, error) {
	if len(source) > MaxRichTextBytes {
		return nil, tooLarge(MaxRichTextBytes)
	}
	doc, err := parseHTML(source)
	if err != nil {
		return nil, err
	}
	return newRichTextRequest(doc, lookup)
}

// RichTextFromDocument takes a TipTap document, a node of type doc, after checking that Circle knows every node and
// mark in it. A mention may have a memberId among its attributes instead of the sgid. The error is a *[RichTextError],
// or what the lookup of mentions failed with.
func RichTextFromDocument(doc json.RawMessage, lookup MentionLookup) (*RichTextRequest, error) {
	if len(doc) > MaxRichTextBytes {
		return nil, tooLarge(MaxRichTextBytes)
	}
	normal, err := normaliseJSON(doc)
	if err != nil {
		return nil, &RichTextError{Kind: ErrMalformedDocument, Detail: "the document is not JSON"}
	}
	tree := new(node)
	if lenient.FirstByte(normal) != '{' || lenient.Decode(normal, tree) != nil || tree.Type != nodeDoc {
		return nil, &RichTextError{Kind: ErrMalformedDocument, Detail: `the document must be an object of type "doc"`}
	}
	tree.walk(mentionByMember)
	if err := checkNode(tree, groupNone, MaxRichTextDepth); err != nil {
		return nil, err
	}
	if err := checkShape(normal); err != nil { // after the depth is known: it reads each level anew
		return nil, err
	}
	if isBlank(tree) {
		return nil, &RichTextError{Kind: ErrBlank}
	}
	if err := resolveMentions(tree, lookup); err != nil {
		return nil, err
	}
	if normal, err = signMentions(normal, tree); err != nil {
		return nil, err
	}
	return &RichTextRequest{document: normal, tree: tree}, nil
}

// newRichTextRequest takes a document of our own making.
func newRichTextRequest(doc *node, lookup MentionLookup) (*RichTextRequest, error) {
	if isBlank(doc) {
		return nil, &RichTextError{Kind: ErrBlank}
	}
	if err := checkNode(doc, groupNone, MaxRichTextDepth); err != nil {
		return nil, err
	}
	if err := resolveMentions(doc, lookup); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("encode a document: %w", err)
	}
	if len(raw) > 4*MaxRichTextBytes { // of many tiny elements each becomes a node
		return nil, tooLarge(MaxRichTextBytes)
	}
	return &RichTextRequest{document: raw, tree: doc}, nil
}

func tooLarge(most int) *RichTextError {
	return &RichTextError{Kind: ErrContentTooLarge, Detail: fmt.Sprintf("the text exceeds %d KiB", most>>10)}
}

// Attach returns the text with uploads attached, by the signed ids of their direct uploads. Empty ones are left out and
// what exceeds [MaxRichTextAttachments] is an error.
func (r *RichTextRequest) Attach(signedIDs ...string) (*RichTextRequest, error) {
	attached := *r
	attached.attachments = slices.Concat(r.attachments, signedIDs)
	attached.attachments = slices.DeleteFunc(attached.attachments, func(s string) bool { return s == "" })
	if len(attached.attachments) > MaxRichTextAttachments {
		return nil, &RichTextError{
			Kind: ErrContentTooLarge, Detail: fmt.Sprintf("a text takes at most %d attachments", MaxRichTextAttachments),
		}
	}
	return &attached, nil
}

// Document gives the TipTap document that is sent.
func (r *RichTextRequest) Document() json.RawMessage { return r.document }

// HTML gives the text for records of Circle's older editor, which takes HTML.
func (r *RichTextRequest) HTML() string { return sanitise(renderHTML(r.tree, &RichText{})) }

// PlainText gives the text without markup.
func (r *RichTextRequest) PlainText() string { return plainText(r.tree, &RichText{}) }

// MarshalJSON writes the envelope.
func (r *RichTextRequest) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Body        json.RawMessage `json:"body"`
		Attachments []string        `json:"attachments,omitempty"`
	}{r.document, r.attachments})
}

// cleanText drops what cannot be kept: Circle's database refuses NUL, and no other control character shows anything.
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

// isBlank reports whether a document shows nothing: no letters, and nothing like a picture.
func isBlank(doc *node) bool {
	blank := true
	doc.walk(func(n *node) {
		switch n.Type {
		case nodeMention, nodeImage, nodeFile, nodeEmbed, nodeEntity, nodeCTA:
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

// normaliseJSON writes a value anew, so that what is checked is what is sent: no key twice, no broken UTF-8.
func normaliseJSON(raw json.RawMessage) (json.RawMessage, error) {
	if !utf8.Valid(raw) {
		return nil, errors.New("not UTF-8")
	}
	value, err := anyJSON(raw)
	if err != nil {
		return nil, err
	}
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
