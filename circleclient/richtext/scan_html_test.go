package richtext

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"circlegraph/internal/race"
)

// sizeOfTree counts what checkHTML does: elements, texts, comments and attributes.
func sizeOfTree(n *html.Node) (size int) {
	for d := range n.Descendants() {
		size += 1 + len(d.Attr)
	}
	return size
}

// TestHTMLScanCountsAllThatIsParsed makes soups of tags and compares the trees with what was counted.
func TestHTMLScanCountsAllThatIsParsed(t *testing.T) {
	tags := []string{
		"a", "b", "i", "font", "nobr", "code", "p", "div", "div", "li", "ul", "span", "h2", "table", "tr", "td", "caption",
		"select", "option", "svg", "title", "math", "mi", "template", "object", "button", "br", "form", "textarea", "pre",
		"style", "noscript", "frameset", "body", "html", "head", "foreignObject", "dd", "hr", "tbody", "colgroup", "marquee",
	}
	few := []string{"b", "div", "p", "i", "b", "div"}
	random := rand.New(rand.NewPCG(1, 2))
	some := func(n int, tags []string) (pattern []string) {
		for range 1 + random.IntN(n) {
			tag := tags[random.IntN(len(tags))]
			pattern = append(pattern, []string{
				"<" + tag + " id=%d>", strings.Repeat("<"+tag+">", 10), "</" + tag + ">",
				strings.Repeat("</"+tag+">", 10), "x",
			}[random.IntN(5)])
		}
		return pattern
	}
	for range race.Rounds(1_000, 100) {
		var soup strings.Builder
		from := [][]string{tags, few}[random.IntN(2)]
		first, then := some(12, from), some(4, from)
		for i := range random.IntN(40) {
			for _, s := range first {
				soup.WriteString(strings.ReplaceAll(s, "%d", strconv.Itoa(i)))
			}
		}
		soup.WriteString(strings.Repeat(strings.Join(then, ""), random.IntN(40)))
		s := htmlScan{}
		s.read(soup.String(), func() bool { return true })
		root, err := html.Parse(strings.NewReader(soup.String()))
		if err != nil {
			continue
		}
		if size := sizeOfTree(root); size > s.nodes+3 { // <html>, <head> and <body>
			t.Fatalf("%d nodes, %d counted: %s", size, s.nodes, soup.String())
		}
	}
}

func TestHTMLThatWouldExplodeIsRefused(t *testing.T) {
	many := func(format string, n int) string {
		var s strings.Builder
		for i := range n {
			fmt.Fprintf(&s, format, i)
		}
		return s.String()
	}
	fill := func(begin, with string) string {
		return begin + strings.Repeat(with, (MaxBytes-len(begin))/len(with))
	}
	tenDeep := strings.Repeat("<div>", 9) + "</b>" + strings.Repeat("</div>", 10)
	inTable := "<table><tr><td></b></td></tr></table></div>"
	for name, source := range map[string]string{
		"formatting that stays open":   fill("<p>"+many("<b id=%d>", 480), "<p>xxxxxxxxx"),
		"each element another":         fill(many("<font id=%d><i id=%[1]d>", 100), "<div>x</div>"),
		"few elements, many blocks":    fill(many("<u id=%d>", 40), "<p>xxxxxxxxx"),
		"attributes":                   fill("<b "+many("a%d ", 20_000)+">", "<p>xxxxxxxxx"),
		"formatting around blocks":     fill(many("<div><b id=%d>"+tenDeep, 200), "<p>xxxxxxxxx"),
		"formatting that a table ends": fill(many("<div><b id=%d>"+inTable, 45), "<p>xxxxxxxxx"),
		"texts in a title of a vector": fill("<svg><title>", "<b id=x>"),
		"a great many elements":        fill("", "<p>"),
		"a great many comments":        fill("", "<!>"),
		"blocks within one element":    fill("", "<b><div></b>"),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := FromHTML(source, nil)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
		if made := (after.TotalAlloc - before.TotalAlloc) >> 20; made > 60 {
			t.Errorf("%s takes %d MiB", name, made)
		}
		runtime.ReadMemStats(&before)
		text := New(Source{CustomHTML: &source}).PlainText()
		runtime.ReadMemStats(&after)
		if made := (after.TotalAlloc - before.TotalAlloc) >> 20; made > 60 {
			t.Errorf("to read %s takes %d MiB", name, made)
		}
		if strings.Contains(source, "x</div>") && !strings.Contains(text, "x\n") {
			t.Errorf("%s: the text is lost: %.40q", name, text)
		}
	}
}

// TestHTMLOfEditorsIsTaken: what people paste closes its formatting late, or never, a few times.
func TestHTMLOfEditorsIsTaken(t *testing.T) {
	for name, source := range map[string]string{
		"a wrapper of a text processor": `<b id="docs"><p>` + strings.Repeat(`one <i>two</i></p><p>`, 4000) + `</p></b>`,
		"links around blocks":           strings.Repeat(`<a href="https://example.com/"><div>card</div></a>`, 4000),
		"bold around paragraphs":        strings.Repeat(`<strong><p>one</p><p>two</p></strong>`, 3000),
		"bold that is never closed":     `<p><b>one</p><p>two</p>` + strings.Repeat(`<p>three</p>`, 2000),
		"spans with attributes":         strings.Repeat(`<p><span class="a" data-x="1"><b>one</b></span></p>`, 4000),
	} {
		if _, err := FromHTML(source, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHTMLHasALimit(t *testing.T) {
	fits := "<p>" + strings.Repeat("a", MaxBytes-len("<p></p>")) + "</p>"
	if _, err := FromHTML(fits, nil); err != nil {
		t.Errorf("%d bytes: %v", len(fits), err)
	}
	if _, err := FromHTML(fits+" ", nil); !errors.Is(err, ErrContentTooLarge) {
		t.Errorf("%d bytes: %v", len(fits)+1, err)
	}
}
