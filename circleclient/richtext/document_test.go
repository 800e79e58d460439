package richtext

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

func TestFromText(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a line", "Hello", `[{"type":"paragraph","content":[{"type":"text","text":"Hello"}]}]`},
		{
			"a line break", "a\nb",
			`[{"type":"paragraph","content":[{"type":"text","text":"a"},{"type":"hardBreak"},{"type":"text","text":"b"}]}]`,
		},
		{
			"empty lines", "\r\n\r\na \r\n \r\n\r\nb\n",
			`[{"type":"paragraph","content":[{"type":"text","text":"a"}]},{"type":"paragraph","content":[{"type":"text",
				"text":"b"}]}]`,
		},
		{"markup is text", "<b>1 & 2</b>", `[{"type":"paragraph","content":[{"type":"text","text":"<b>1 & 2</b>"}]}]`},
		{"control characters", "a\x00\x07b", `[{"type":"paragraph","content":[{"type":"text","text":"ab"}]}]`},
		{"broken UTF-8", "a\xffb", `[{"type":"paragraph","content":[{"type":"text","text":"a` + "\uFFFD" + `b"}]}]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := FromText(c.text)
			if err != nil {
				t.Fatal(err)
			}
			checkContent(t, r, c.want)
		})
	}
}

func TestFromHTML(t *testing.T) {
	for _, c := range []struct{ name, html, want string }{
		{
			"bare text", "Hello <b>you</b>",
			`[{"type":"paragraph","content":[{"type":"text","text":"Hello "},{"type":"text","text":"you",
				"marks":[{"type":"bold"}]}]}]`,
		},
		{
			"white space", "<p>\n  a\n  b </p>\n<p>c</p>",
			`[{"type":"paragraph","content":[{"type":"text","text":"a b"}]},{"type":"paragraph","content":[{"type":"text",
				"text":"c"}]}]`,
		},
		{
			"nested marks", "<em><strong>x</strong></em>",
			`[{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"italic"},{"type":"bold"}]}]}]`,
		},
		{
			"the same mark twice", "<b><strong>x</strong></b>",
			`[{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"bold"}]}]}]`,
		},
		{
			"all marks", "<s>a</s><u>b</u><code>c</code><mark>d</mark>",
			`[{"type":"paragraph","content":[{"type":"text","text":"a","marks":[{"type":"strike"}]},{"type":"text","text":"b",
				"marks":[{"type":"underline"}]},{"type":"text","text":"c","marks":[{"type":"code"}]},{"type":"text","text":"d",
				"marks":[{"type":"highlight"}]}]}]`,
		},
		{
			"a link", `<a href="https://example.com/?a=1&amp;b=2">x</a>`,
			`[{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"link",
				"attrs":{"href":"https://example.com/?a=1&b=2","target":"_blank"}}]}]}]`,
		},
		{
			"headings", "<h2>A</h2><h3>B</h3>",
			`[{"type":"heading","attrs":{"level":2},"content":[{"type":"text","text":"A"}]},{"type":"heading",
				"attrs":{"level":3},"content":[{"type":"text","text":"B"}]}]`,
		},
		{
			"lists", `<ol start="3"><li>a<ul><li>b</li></ul></li></ol>`,
			`[{"type":"orderedList","attrs":{"start":3},"content":[{"type":"listItem","content":[{"type":"paragraph",
				"content":[{"type":"text","text":"a"}]},{"type":"bulletList","content":[{"type":"listItem",
				"content":[{"type":"paragraph","content":[{"type":"text","text":"b"}]}]}]}]}]}]`,
		},
		{
			"a quote", "<blockquote>a</blockquote>",
			`[{"type":"blockquote","content":[{"type":"paragraph","content":[{"type":"text","text":"a"}]}]}]`,
		},
		{
			"code", "<pre><code class=\"language-go\">if x {\n\ty\n}\n</code></pre>",
			`[{"type":"codeBlock","attrs":{"language":"go"},"content":[{"type":"text","text":"if x {\n\ty\n}"}]}]`,
		},
		{
			"a line break and a rule", "a<br> b<hr>",
			`[{"type":"paragraph","content":[{"type":"text","text":"a"},{"type":"hardBreak"},{"type":"text","text":"b"}]},
				{"type":"horizontalRule"}]`,
		},
		{
			"a mention", `Hi <span class="mention" data-sgid="BAh7">@Ada</span>!`,
			`[{"type":"paragraph","content":[{"type":"text","text":"Hi "},{"type":"mention","attrs":{"sgid":"BAh7"},
				"circle_ios_fallback_text":"@Ada"},{"type":"text","text":"!"}]}]`,
		},
		{
			"a mention by member", `<span data-member-id="3">@Ada</span> <a data-member-id="3">Ada</a>`,
			`[{"type":"paragraph","content":[{"type":"mention","attrs":{"sgid":"sgid-3"},"circle_ios_fallback_text":"@Ada"},
				{"type":"text","text":" "},{"type":"mention","attrs":{"sgid":"sgid-3"},"circle_ios_fallback_text":"@Ada"}]}]`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := FromHTML(c.html, knownMembers)
			if err != nil {
				t.Fatal(err)
			}
			checkContent(t, r, c.want)
		})
	}
}

func TestFromDocument(t *testing.T) {
	const paragraph = `{"type":"paragraph","content":[{"type":"text","text":"x"}]}`
	for _, content := range []string{
		paragraph,
		`{"type":"heading","attrs":{"level":2,"textAlign":"center"},"content":[{"type":"text","text":"x"}]}`,
		`{"type":"bulletList","content":[{"type":"listItem","content":[` + paragraph + `]}]}`,
		`{"type":"paragraph","content":[{"type":"mention","attrs":{"sgid":"BAh7"}}]}`,
		`{"type":"image","attrs":{"signed_id":"eyJf","width_ratio":"50%"}}`,
		`{"type":"file","attrs":{"sgid":"BAh7"}}`,
	} {
		r, err := FromDocument(json.RawMessage(`{"type":"doc","content":[`+content+`]}`), knownMembers)
		if err != nil {
			t.Errorf("%s: %v", content, err)
			continue
		}
		checkContent(t, r, "["+content+"]") // unknown attributes included
	}
}

func TestFromDocumentWithMentions(t *testing.T) {
	r, err := FromDocument(json.RawMessage(`{"type":"doc","content":[{"type":"paragraph","content":[
		{"type":"mention","attrs":{"memberId":"3","label":"@Ada"}},{"type":"mention","attrs":{"sgid":"BAh7"}},
		{"type":"mention","attrs":{"memberId":"3","n":1.50}}]}]}`), knownMembers)
	if err != nil {
		t.Fatal(err)
	}
	checkContent(t, r, `[{"type":"paragraph","content":[{"type":"mention","attrs":{"sgid":"sgid-3","label":"@Ada"}},
		{"type":"mention","attrs":{"sgid":"BAh7"}},{"type":"mention","attrs":{"sgid":"sgid-3","n":1.50}}]}]`)
	if want := "@Ada"; r.PlainText() != want {
		t.Errorf("plain text %q, want %q", r.PlainText(), want)
	}
}

func TestTextRefused(t *testing.T) {
	text := func(s string) error { _, err := FromText(s); return err }
	fromHTML := func(s string) error { _, err := FromHTML(s, knownMembers); return err }
	document := func(s string) error { _, err := FromDocument(json.RawMessage(s), knownMembers); return err }
	doc := func(content string) error { return document(`{"type":"doc","content":[` + content + `]}`) }
	deep := strings.Repeat(`{"type":"blockquote","content":[`, 40) + `{"type":"paragraph"}` + strings.Repeat(`]}`, 40)
	for _, c := range []struct {
		name string
		err  error
		kind error
		says string
	}{
		{"empty", text(""), ErrBlank, "blank"},
		{"spaces", text(" \n\t "), ErrBlank, "blank"},
		{"zero width spaces", text("\u200b\ufeff\u2060"), ErrBlank, "blank"},
		{"long", text(strings.Repeat("x", MaxBytes+1)), ErrContentTooLarge, "KiB"},

		{"empty paragraph", fromHTML("<p> &nbsp; </p>"), ErrBlank, "blank"},
		{"only a rule", fromHTML("<hr>"), ErrBlank, "blank"},
		{"table", fromHTML("<table><tr><td>x</td></tr></table>"), ErrUnsupportedContent, "<table>"},
		{"first heading", fromHTML("<h1>x</h1>"), ErrUnsupportedContent, "<h1>"},
		{"picture", fromHTML(`x<img src="https://example.com/x.png">`), ErrUnsupportedContent, "<img>"},
		{"script", fromHTML("x<script>alert(1)</script>"), ErrUnsupportedContent, "<script>"},
		{"own element", fromHTML("x<my-thing>y</my-thing>"), ErrUnsupportedContent, "<my-thing>"},
		{"script address", fromHTML(`<a href="javascript:alert(1)">x</a>`), ErrUnsupportedContent, "link"},
		{"relative address", fromHTML(`<a href="/x">x</a>`), ErrUnsupportedContent, "link"},
		{"nobody's number", fromHTML(`<span data-member-id="77">@Ada</span>`), ErrUnknownMention, `"77"`},
		{"deep HTML", fromHTML(strings.Repeat("<blockquote>", 400) + "x"), ErrContentTooLarge, "deep"},

		{"long document", doc(`{"type":"paragraph","content":[{"type":"text","text":"` + strings.Repeat("x", MaxBytes) +
			`"}]}`), ErrContentTooLarge, "KiB"},
		{"no JSON", document("doc"), ErrMalformedDocument, "JSON"},
		{"two values", document(`{"type":"doc"} {}`), ErrMalformedDocument, "JSON"},
		{"null", document("null"), ErrMalformedDocument, "doc"},
		{"an envelope", document(`{"body":{"type":"doc"}}`), ErrMalformedDocument, "doc"},
		{"no content", document(`{"type":"doc"}`), ErrBlank, "blank"},
		{"unknown node", doc(`{"type":"marquee"}`), ErrUnsupportedContent, "marquee"},
		{
			"unknown mark", doc(`{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"blink"}]}]}`),
			ErrUnsupportedContent, "blink",
		},
		{"script link", doc(`{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"link",
			"attrs":{"href":"javascript:x"}}]}]}`), ErrUnsupportedContent, "link"},
		{"poll", doc(`{"type":"poll","attrs":{"sgid":"x"}}`), ErrUnsupportedContent, "polls"},
		{
			"heading 1", doc(`{"type":"heading","attrs":{"level":1},"content":[{"type":"text","text":"x"}]}`),
			ErrUnsupportedContent, "level",
		},
		{"text in the document", doc(`{"type":"text","text":"x"}`), ErrMalformedDocument, "where it may not"},
		{"empty text", doc(`{"type":"paragraph","content":[{"type":"text","text":""}]}`), ErrMalformedDocument, "no text"},
		{"nobody mentioned", doc(`{"type":"paragraph","content":[{"type":"mention"}]}`), ErrMalformedDocument, "signed id"},
		{
			"somebody unknown mentioned", doc(`{"type":"paragraph","content":[{"type":"mention","attrs":{"memberId":"77"}}]}`),
			ErrUnknownMention, `"77"`,
		},
		{
			"text that is a number", doc(`{"type":"paragraph","content":[{"type":"text","text":7}]}`), ErrMalformedDocument,
			"object",
		},
		{
			"content that is not a list",
			doc(`{"type":"paragraph","content":{"type":"text"}},{"type":"paragraph","content":[{"type":"text","text":"x"}]}`),
			ErrMalformedDocument, "lists",
		},
		{"nested deeply", doc(deep), ErrContentTooLarge, "levels"},
		{"nested beyond reason", document(strings.Repeat(`{"type":"doc","content":[`, 9000)), ErrMalformedDocument, "JSON"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var failure *Error
			if !errors.As(c.err, &failure) || !errors.Is(c.err, c.kind) || !errors.Is(c.err, ErrInvalid) {
				t.Fatalf("got error %v, want an Error of kind %q", c.err, c.kind)
			}
			if !strings.Contains(c.err.Error(), c.says) {
				t.Errorf("error says %q, want it to name %q", c.err, c.says)
			}
		})
	}
}

func TestTextEnvelope(t *testing.T) {
	r, err := FromText("x")
	if err != nil {
		t.Fatal(err)
	}
	attached, err := r.Attach("one", "", "two")
	if err != nil {
		t.Fatal(err)
	}
	const body = `"body":{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"x"}]}]}`
	for want, r := range map[string]*Document{`{` + body + `}`: r, `{` + body +
		`,"attachments":["one","two"]}`: attached} {
		if got, err := json.Marshal(r); err != nil || string(got) != want {
			t.Errorf("got %s and error %v, want %s", got, err, want)
		}
	}
	if _, err := r.Attach(make([]string, MaxAttachments+5)...); err != nil {
		t.Errorf("empty signed ids count: %v", err)
	}
	if _, err := r.Attach(strings.Split(strings.Repeat("x,", MaxAttachments)+"x", ",")...); !errors.Is(err,
		ErrContentTooLarge) {
		t.Errorf("one attachment too many gives error %v, want %v", err, ErrContentTooLarge)
	}
}

// FuzzHTML: HTML becomes a document that this package takes, and that reads back as the same text.
func FuzzHTML(f *testing.F) {
	for _, seed := range []string{
		"<p>a <b>b</b><br>c</p><ul><li>d</li></ul>", "<blockquote><pre>x\n y</pre></blockquote>", "<h2><p>x</p></h2>",
		"a<hr>b", `<a href="https://example.com" target="_self">x</a> <span data-sgid="x">@y</span>`, "<li>x",
		"<ul>x<p>y</ul>",
		"\x00\xff&#0;",
		"<b><p>x</b>y</p>", "<svg><p>x", "<pre>0<\x00\x80", "<template><p>x</template>", "<select><option>x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		_ = plainText(readHTML(source), &Text{})
		r, err := FromHTML(source, knownMembers)
		checkReadsBack(t, source, r, err)
	})
}

// checkReadsBack checks that what was made of a source is a harmless document that reads back as the same text, or was
// refused.
func checkReadsBack(t *testing.T, source string, r *Document, err error) {
	t.Helper()
	if err != nil {
		if _, ok := errors.AsType[*Error](err); !ok {
			t.Fatalf("%q gives error %v, want an Error", source, err)
		}
		return
	}
	again, err := FromDocument(r.JSON(), nil)
	if err != nil {
		t.Fatalf("FromDocument(%s), made of %q: %v", r.JSON(), source, err)
	}
	if got, want := again.PlainText(), r.PlainText(); got != want {
		t.Errorf("text of %q is %q after reading it back, want %q", source, got, want)
	}
	checkHarmless(t, r.HTML())
}

// checkContent compares the content of a text's document with JSON.
func checkContent(t *testing.T, r *Document, want string) {
	t.Helper()
	var gotDoc, wantDoc any
	if err := json.Unmarshal(r.JSON(), &gotDoc); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(`{"type":"doc","content":`+want+`}`), &wantDoc); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantDoc, gotDoc); diff != "" {
		t.Errorf("document (-want +got):\n%s", diff)
	}
}

// checkHarmless parses HTML as a browser would and looks for anything active.
func checkHarmless(t *testing.T, source string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader("<body>" + source))
	if err != nil {
		return
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script", "style", "iframe", "object", "embed", "form", "input", "svg", "math", "link", "meta", "base":
			t.Errorf("<%s> in %q", n.Data, source)
		}
		for _, a := range n.Attr {
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "id":
				t.Errorf("attribute %s in %q", a.Key, source)
			case a.Key == "href" && linkURL(a.Val) == "", a.Key == "src" && WebURL(a.Val) == "":
				t.Errorf("address %q in %q", a.Val, source)
			}
		}
	}
}
