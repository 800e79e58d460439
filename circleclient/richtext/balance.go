package richtext

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// balance closes what HTML leaves open and drops ends of what is not open, so that it can stand inside of another page:
// a page that puts `</div>` of a post into its own ends its own element. Ends that HTML lets authors leave out, of
// paragraphs, items and cells, are written. It reads the tokens once; elements nested deeper than [maxOpenElements] are
// dropped, and their texts kept.
func balance(source string) string {
	w := &balancer{open: map[atom.Atom]int{}}
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		kind := z.Next()
		raw := string(z.Raw()) // before the tag is read, which changes it
		switch kind {
		case html.ErrorToken:
			w.closeDownTo(0)
			return w.String()
		case html.StartTagToken:
			name, _ := z.TagName()
			w.start(atom.Lookup(name), raw)
		case html.EndTagToken:
			name, _ := z.TagName()
			w.end(atom.Lookup(name))
		case html.TextToken, html.SelfClosingTagToken, html.CommentToken, html.DoctypeToken:
			w.WriteString(raw)
		}
	}
}

// maxOpenElements is how many elements stand within each other at most. Browsers flatten what is nested beyond 512.
const maxOpenElements = 500

type balancer struct {
	strings.Builder
	stack []atom.Atom
	open  map[atom.Atom]int // how many of each are in the stack
}

func (w *balancer) start(tag atom.Atom, raw string) {
	switch tag {
	case atom.Br, atom.Hr, atom.Img:
		if tag == atom.Hr {
			w.endBefore(tag)
		}
		w.WriteString(raw)
		return
	}
	w.endBefore(tag)
	if len(w.stack) >= maxOpenElements {
		return
	}
	w.WriteString(raw)
	w.stack = append(w.stack, tag)
	w.open[tag]++
}

// endBefore ends what the beginning of an element ends: a paragraph, or the item or cell before it.
func (w *balancer) endBefore(tag atom.Atom) {
	ends, within := []atom.Atom{atom.P}, []atom.Atom(nil)
	switch tag {
	case atom.Li:
		ends, within = []atom.Atom{atom.Li}, []atom.Atom{atom.Ul, atom.Ol}
	case atom.Td, atom.Th:
		ends, within = []atom.Atom{atom.Td, atom.Th}, []atom.Atom{atom.Tr, atom.Table}
	case atom.Tr:
		ends, within = []atom.Atom{atom.Tr}, []atom.Atom{atom.Table}
	default:
		if tag == atom.Span || tag == atom.Mark || tag == atom.Sub || tag == atom.Sup || tag == atom.Ins ||
			tag == atom.Del || isFormatting(tag) {
			return
		}
	}
	for i, at := range slices.Backward(w.stack) {
		switch {
		case slices.Contains(ends, at):
			w.closeDownTo(i)
			return
		case slices.Contains(within, at):
			return
		case within == nil && at != atom.Span && !isFormatting(at): // a block, in which a paragraph would have begun anew
			return
		}
	}
}

func (w *balancer) end(tag atom.Atom) {
	if w.open[tag] == 0 {
		return
	}
	for i, at := range slices.Backward(w.stack) {
		if at == tag {
			w.closeDownTo(i)
			return
		}
	}
}

// closeDownTo ends the elements of the stack from the innermost to the one at a place.
func (w *balancer) closeDownTo(place int) {
	for i := len(w.stack) - 1; i >= place; i-- {
		w.WriteString("</" + w.stack[i].String() + ">")
		w.open[w.stack[i]]--
	}
	w.stack = w.stack[:place]
}
