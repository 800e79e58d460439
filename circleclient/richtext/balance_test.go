package richtext

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"circlegraph/circleclient/lenient"
)

func TestHTMLIsBalanced(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"</div></div><p>x</p></span>", "<p>x</p>"},
		{"<div><p>x", "<div><p>x</p></div>"},
		{"<b><i>x</b>y</i>", "<b><i>x</i></b>y"},
		{"<ul><li>a<li>b</ul>c", "<ul><li>a</li><li>b</li></ul>c"},
		{"<ol><li><p>a<ul><li>b</ul><li>c</ol>", "<ol><li><p>a</p><ul><li>b</li></ul></li><li>c</li></ol>"},
		{"<p>a<p>b</p></p>", "<p>a</p><p>b</p>"},
		{"<p><b>a<ul><li>b</li></ul>", "<p><b>a</b></p><ul><li>b</li></ul>"},
		{"<blockquote><p>a</blockquote>b</p>", "<blockquote><p>a</p></blockquote>b"},
		{"<table><tr><td>a<td>b<tr><td>c</table>d", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>d"},
		{"a<br>b<hr>c<br></br>", "a<br>b<hr>c<br>"},
		{"<p>a<hr>b", "<p>a</p><hr>b"},
		{"<script></p></script><div>x", "<div>x</div>"},
		{"a &lt;/div> <!-- </div> --> b</div>", "a &lt;/div&gt;  b"},
	} {
		text := New(Source{Body: quoted(c.source)})
		if got := text.HTML(); got != c.want {
			t.Errorf("HTML of %s = %s, want %s", c.source, got, c.want)
		}
	}
}

func quoted(s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return text
}

// FuzzBalance: everything that is open is ended, once and in its turn.
func FuzzBalance(f *testing.F) {
	f.Add("</div></div><p>x</p></span>")
	f.Add(strings.Repeat("<div>", 600) + "x" + strings.Repeat("</p>", 600))
	f.Add("<table><tr><li><td><p><b><table></tr></p>x")
	f.Fuzz(func(t *testing.T, source string) {
		var open []string
		z := html.NewTokenizer(strings.NewReader(sanitise(source)))
		for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
			name, _ := z.TagName()
			switch tag := string(name); {
			case kind == html.StartTagToken && tag != "br" && tag != "hr" && tag != "img":
				open = append(open, tag)
			case kind == html.EndTagToken && (len(open) == 0 || open[len(open)-1] != tag):
				t.Fatalf("%q: </%s> ends %q", source, tag, open)
			case kind == html.EndTagToken:
				open = open[:len(open)-1]
			}
		}
		if len(open) > 0 {
			t.Fatalf("%q: left open: %q", source, open)
		}
	})
}

// deep is a document with a text on a level.
func deep(levels int) string {
	return `{"type":"doc","content":[` + strings.Repeat(`{"type":"blockquote","content":[`, levels) +
		`{"type":"paragraph","content":[{"type":"text","text":"down here"}]}` + strings.Repeat(`]}`, levels) + `]}`
}

func TestDeepDocuments(t *testing.T) {
	for _, c := range []struct {
		levels int
		says   string
	}{
		{1, "down here"},
		{100, "down here"},
		{200, "down here"},
		{399, "down here"},
		{400, "down here"},
		{800, "down here"},
		{950, cutOff},
		{5000, cutOff},
		{20_000, cutOff},
	} {
		var source struct {
			Envelope json.RawMessage `json:"tiptap_body"`
		}
		record := `{"tiptap_body":{"body":` + deep(c.levels) + `}}`
		if err := lenient.Decode([]byte(record), &source); err != nil {
			t.Fatal(err)
		}
		text := New(Source{Envelope: source.Envelope})
		if got := text.PlainText(); got != c.says {
			t.Errorf("%d levels: plain text %q, want %q", c.levels, got, c.says)
		}
		if !strings.Contains(text.HTML(), c.says) {
			t.Errorf("%d levels: the HTML lacks %q", c.levels, c.says)
		}
		if text.Document() == nil {
			t.Errorf("%d levels: no document", c.levels)
		}
	}
}

// What is drawn inside of a line, and what Circle documents nowhere.
func TestButtonsEmojiAndPictures(t *testing.T) {
	text := New(Source{Envelope: json.RawMessage(`{"body":{"type":"doc","content":[
		{"type":"paragraph","content":[{"type":"text","text":"so "},
			{"type":"emoji","attrs":{"emoji":"🌱","name":"seedling"}},{"type":"emoji","attrs":{"name":"party"}},
			{"type":"emoji","attrs":{"name":":bee:","src":"https://cdn.example.com/bee.png"}},
			{"type":"emoji","attrs":{"name":"<x>","src":"javascript:alert(1)"}}]},
		{"type":"cta","attrs":{"url":"https://example.com/join","label":"Join"}},
		{"type":"cta","attrs":{"url":"javascript:alert(1)","label":"Do not"}},
		{"type":"cta","attrs":{"url":"https://example.com/bare"}},
		{"type":"cta"},
		{"type":"image","attrs":{"signedId":"s-1"}},
		{"type":"image","attrs":{"signed_id":"s-2"}}]},
		"inline_attachments":[
			{"signed_id":"s-1","url":"https://cdn.example.com/a.png","image_variants":{
				"thumbnail":"https://cdn.example.com/t.png","small":null,"medium":"javascript:alert(1)"}},
			{"signed_id":"s-2","image_variants":{"large":"https://cdn.example.com/l.png","thumbnail":"https://cdn.example.com/s.png"}}]}`)})
	const plain = "so 🌱:party::bee::<x>:\nJoin\nDo not"
	if got := text.PlainText(); got != plain {
		t.Errorf("PlainText() = %q, want %q", got, plain)
	}
	const page = `<p>so 🌱:party:<img src="https://cdn.example.com/bee.png" alt=":bee:" width="20" height="20">:&lt;x&gt;:</p>` +
		`<p><a href="https://example.com/join" rel="nofollow noreferrer">Join</a></p><p>Do not</p>` +
		`<p><a href="https://example.com/bare" rel="nofollow noreferrer">https://example.com/bare</a></p>` +
		`<img src="https://cdn.example.com/a.png" alt=""><img src="https://cdn.example.com/l.png" alt="">`
	if got := text.HTML(); got != page {
		t.Errorf("HTML() = %s, want %s", got, page)
	}
	said := ""
	for _, b := range text.Buttons() {
		said += fmt.Sprintf("%d %s %s, ", b.Place, b.Label, deref(b.URL))
	}
	for _, a := range text.Attachments() {
		said += fmt.Sprintf("%d %s %v, ", *a.Place, deref(a.URL), a.Variants)
	}
	const want = "4 Join https://example.com/join, 5 Do not , 6 https://example.com/bare https://example.com/bare, " +
		"8 https://cdn.example.com/a.png [{thumbnail https://cdn.example.com/t.png}], " +
		"9 https://cdn.example.com/l.png [{large https://cdn.example.com/l.png} {thumbnail https://cdn.example.com/s.png}], "
	if said != want {
		t.Errorf("buttons and pictures: %s\nwant %s", said, want)
	}
	lines := draw(t, text.Document())
	if len(lines) != 10 || lines[0] != "0 emoji emoji: 🌱" ||
		lines[2] != "2 emoji emoji: :bee: https://cdn.example.com/bee.png" ||
		lines[4] != "4 cta button: Join https://example.com/join" || lines[5] != "5 cta button: Do not" {
		t.Errorf("the document says\n%s", strings.Join(lines, "\n"))
	}
}

// What Circle gives may be nested far deeper, and marked far more often, than it lets people write. What is shown of it
// has an end.
func TestNestingHasAnEnd(t *testing.T) {
	html := htmlText(strings.Repeat("<div>", 2000)+"deep", "").HTML()
	if n := strings.Count(html, "<div>"); n != maxOpenElements || strings.Count(html, "</div>") != n ||
		!strings.Contains(html, "deep") {
		t.Errorf("%d elements are open, want %d and the text in them", n, maxOpenElements)
	}
	marks := strings.Repeat(`{"type":"bold"},`, 1000) + `{"type":"italic"}`
	html = New(Source{Envelope: []byte(`{"body":{"type":"doc","content":[{"type":"paragraph","content":[
		{"type":"text","text":"marked","marks":[` + marks + `]}]}]}}`)}).HTML()
	if n := strings.Count(html, "<strong>"); n != maxMarks || !strings.Contains(html, "marked") {
		t.Errorf("%d marks are on a text, want %d", n, maxMarks)
	}
	if html := htmlText(`<p>a<img src="mailto:ada@example.org" alt="b"></p>`, "").HTML(); strings.Contains(html, "mailto") {
		t.Errorf("a picture is loaded from %s", html)
	}
}
