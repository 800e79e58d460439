package richtext

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Limits of HTML before a tree is made of it. A tree can be far larger than its text: formatting that is not closed is
// opened anew in each block, with all its attributes.
const (
	// maxOpenFormatting bounds formatting elements, such as <b>, that are open at a time.
	maxOpenFormatting = 50
	// maxHTMLNodes bounds the elements, texts and attributes of the tree.
	maxHTMLNodes = 100_000
	// adoptions is how many blocks the parser moves out of a formatting element that ends outside of them. Of one that
	// holds more, a copy stays open.
	adoptions = 8
)

// checkHTML returns an error if a tree of the HTML could be too large. It reads only the tokens, so it takes no more
// time and memory than the text is long. What it counts is never less than what the parser makes.
func checkHTML(source string) error {
	var err error
	s := htmlScan{}
	s.read(source, func() bool {
		switch {
		case len(s.open) > maxOpenFormatting:
			err = &Error{
				Kind:   ErrContentTooLarge,
				Detail: fmt.Sprintf("the HTML has more than %d formatting elements open at a time: close them", maxOpenFormatting),
			}
		case s.nodes > maxHTMLNodes:
			err = &Error{Kind: ErrContentTooLarge, Detail: "the HTML has too many elements"}
		}
		return err == nil
	})
	return err
}

// htmlScan counts what the parser makes of tokens, or more.
type htmlScan struct {
	nodes int
	open  []formatting
}

// formatting is an element that the parser opens anew, if it is loose.
type formatting struct {
	tag    atom.Atom // 0 if no end tag certainly closes it
	size   int       // the element with its attributes
	blocks int       // elements begun since, from which it would have to be taken out
	loose  bool      // the element may have been closed by another one's end
}

// read reads the tokens for as long as goOn says.
func (s *htmlScan) read(source string, goOn func() bool) {
	z := html.NewTokenizer(strings.NewReader(source))
	for goOn() {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.TextToken, html.CommentToken:
			s.grow(1 + s.loose())
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			tag, attributes := atom.Lookup(name), 0
			for ; more; attributes++ {
				_, _, more = z.TagAttr()
			}
			s.start(tag, 1+attributes)
			z.NextIsNotRawText() // whether it is depends on where it stands
		case html.EndTagToken:
			name, _ := z.TagName()
			s.end(atom.Lookup(name))
		case html.DoctypeToken:
		}
	}
}

func (s *htmlScan) grow(nodes int) { s.nodes += nodes }

// loose is the size of what the parser may open anew.
func (s *htmlScan) loose() (size int) {
	for _, f := range s.open {
		if f.loose {
			size += f.size
		}
	}
	return size
}

func (s *htmlScan) start(tag atom.Atom, size int) {
	s.grow(size + s.loose())
	switch {
	case isFormatting(tag):
		if tag == atom.A { // ends the one before
			s.end(tag)
		}
		s.open = append(s.open, formatting{tag: tag, size: size})
		return
	case tag == atom.Span || tag == atom.Br || tag == atom.Img:
		return
	}
	if !isPlain(tag) {
		s.grow(3) // such as the <tbody> and <tr> of a <td>
	}
	for i := range s.open {
		s.open[i].loose = true
		s.open[i].blocks++
		if !isPlain(tag) {
			s.open[i].tag = 0
		}
	}
}

func (s *htmlScan) end(tag atom.Atom) {
	if !isFormatting(tag) {
		if tag == atom.P || tag == atom.Br { // without a beginning they make elements
			s.grow(1 + s.loose())
		}
		for i := range s.open {
			s.open[i].loose = true
		}
		return
	}
	for i := len(s.open) - 1; i >= 0; i-- {
		f := s.open[i]
		if f.tag != tag {
			continue
		}
		if f.blocks > 0 || i < len(s.open)-1 { // what is in between is copied, and the element for each block
			s.grow((min(f.blocks, adoptions) + 1) * (f.size + s.sizeFrom(i+1)))
			for j := i + 1; j < len(s.open); j++ {
				s.open[j].loose = true
			}
		}
		if f.blocks < adoptions {
			s.open = append(s.open[:i], s.open[i+1:]...)
			return
		}
		s.open[i].tag = 0
		return
	}
}

func (s *htmlScan) sizeFrom(i int) (size int) {
	for ; i < len(s.open); i++ {
		size += s.open[i].size
	}
	return size
}

// isFormatting reports whether the parser opens an element anew after a block that has closed it.
func isFormatting(tag atom.Atom) bool {
	switch tag {
	case atom.A, atom.B, atom.Big, atom.Code, atom.Em, atom.Font, atom.I, atom.Nobr, atom.S, atom.Small, atom.Strike,
		atom.Strong, atom.Tt, atom.U:
		return true
	}
	return false
}

// isPlain reports whether formatting that was open before an element can be closed by its end tag inside of it. It
// cannot in tables, in other languages than HTML, and in what holds only text.
func isPlain(tag atom.Atom) bool {
	switch tag {
	case atom.P, atom.Div, atom.Section, atom.Article, atom.Main, atom.Header, atom.Footer, atom.H1, atom.H2, atom.H3,
		atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Ul, atom.Ol, atom.Li, atom.Pre, atom.Hr, atom.Figure,
		atom.Figcaption, atom.Mark, atom.Del, atom.Ins, atom.Sub, atom.Sup, atom.Aside, atom.Nav, atom.Address, atom.Dl,
		atom.Dt, atom.Dd, atom.Label, atom.Abbr, atom.Cite, atom.Q, atom.Time, atom.Kbd, atom.Samp, atom.Var, atom.Wbr:
		return true
	}
	return false
}
