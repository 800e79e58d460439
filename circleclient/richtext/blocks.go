package richtext

import (
	"slices"
	"strings"
)

// blockBuilder collects blocks. Text between blocks becomes paragraphs; white space collapses as in a browser.
type blockBuilder struct {
	blocks []*node
	inline []*node
	more   []byte // of the text at the end, see join
}

func (b *blockBuilder) done() []*node {
	b.flush()
	return b.blocks
}

func (b *blockBuilder) block(n *node) {
	b.flush()
	b.blocks = append(b.blocks, n)
}

func (b *blockBuilder) add(n *node) {
	b.join()
	if n.Type == nodeHardBreak {
		b.trim()
	}
	b.inline = append(b.inline, n)
}

func (b *blockBuilder) text(s string, marks []*mark) {
	var text strings.Builder
	space := b.wantsNoSpace()
	for _, r := range cleanText(strings.ReplaceAll(s, "\f", " ")) {
		switch r {
		case ' ', '\t', '\n':
			if !space {
				text.WriteByte(' ')
			}
			space = true
		default:
			text.WriteRune(r)
			space = false
		}
	}
	if text.Len() == 0 {
		return
	}
	if last := b.last(); last != nil && last.Type == nodeText && slices.EqualFunc(last.Marks, marks, sameMark) {
		b.more = append(b.more, text.String()...)
		return
	}
	b.join()
	b.inline = append(b.inline, &node{Type: nodeText, Text: text.String(), Marks: marks})
}

func sameMark(a, b *mark) bool { return *a == *b }

// join ends the text at the end. Of many pieces, each would otherwise copy all before it.
func (b *blockBuilder) join() {
	if len(b.more) > 0 {
		b.last().Text += string(b.more)
		b.more = b.more[:0]
	}
}

func (b *blockBuilder) last() *node {
	if len(b.inline) == 0 {
		return nil
	}
	return b.inline[len(b.inline)-1]
}

func (b *blockBuilder) wantsNoSpace() bool {
	if len(b.more) > 0 {
		return b.more[len(b.more)-1] == ' '
	}
	last := b.last()
	return last == nil || last.Type == nodeHardBreak || last.Type == nodeText && strings.HasSuffix(last.Text, " ")
}

// trim removes the white space at the end of the line.
func (b *blockBuilder) trim() {
	b.join()
	last := b.last()
	if last == nil || last.Type != nodeText {
		return
	}
	last.Text = strings.TrimRight(last.Text, " ")
	if last.Text == "" {
		b.inline = b.inline[:len(b.inline)-1]
	}
}

// flush ends the paragraph, if one has begun. It drops a line break at the end, which shows nothing.
func (b *blockBuilder) flush() {
	b.trim()
	if last := b.last(); last != nil && last.Type == nodeHardBreak {
		b.inline = b.inline[:len(b.inline)-1]
	}
	if len(b.inline) > 0 {
		b.blocks = append(b.blocks, &node{Type: nodeParagraph, Content: b.inline})
	}
	b.inline = nil
}

// clean makes a foreign word fit to be shown in an error.
func clean(s string) string {
	const most = 30
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == '<' || r == '>' {
			return -1
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
