package circleclient

import (
	"html"
	"strings"

	nethtml "golang.org/x/net/html"
)

// Highlight is a piece of text with what was searched for marked in it.
type Highlight struct {
	// Segments are the parts of the text in order, none of them empty.
	Segments []HighlightSegment
}

// HighlightSegment is a part of a text that was searched for, or that stands between two such.
type HighlightSegment struct {
	Text    string
	IsMatch bool
}

// NewHighlight reads a text with <strong> around what was found. Any other markup is dropped, since nobody knows
// whether Circle escapes what members wrote. Nil gives nil.
func NewHighlight(source *string) *Highlight {
	if source == nil {
		return nil
	}
	h := &Highlight{Segments: []HighlightSegment{}}
	tokens := nethtml.NewTokenizer(strings.NewReader(*source))
	depth, skip := 0, false
	for {
		kind := tokens.Next()
		if kind == nethtml.ErrorToken {
			return h
		}
		token := tokens.Token()
		switch {
		case kind == nethtml.TextToken && !skip:
			h.add(token.Data, depth > 0)
		case token.Data == "strong" && kind == nethtml.StartTagToken:
			depth++
		case token.Data == "strong" && kind == nethtml.EndTagToken:
			depth = max(depth-1, 0)
		case token.Data == "script" || token.Data == "style":
			skip = kind == nethtml.StartTagToken
		}
	}
}

// add joins parts of the same kind.
func (h *Highlight) add(text string, match bool) {
	last := len(h.Segments) - 1
	if last >= 0 && h.Segments[last].IsMatch == match {
		h.Segments[last].Text += text
		return
	}
	h.Segments = append(h.Segments, HighlightSegment{text, match})
}

// HTML is the text, escaped, with <strong> around what was found.
func (h *Highlight) HTML() string {
	var b strings.Builder
	for _, s := range h.Segments {
		if s.IsMatch {
			b.WriteString("<strong>" + html.EscapeString(s.Text) + "</strong>")
		} else {
			b.WriteString(html.EscapeString(s.Text))
		}
	}
	return b.String()
}
