package richtext

import (
	"fmt"
	"strings"
	"testing"

	"circlegraph/circleclient/lenient"
)

func htmlText(html, attachments string) *Text {
	body := fmt.Sprintf(`{"html":%q,"attachments_array":[%s]}`, html, attachments)
	return New(Source{Body: lenient.Lazy[*PostBody](body)})
}

// Pictures of hosts that are not known are links, so nothing vanishes and nobody learns who reads. What Circle says was
// uploaded is shown wherever it is.
func TestPicturesOfUnknownHostsAreLinks(t *testing.T) {
	ctx := WithPictures(t.Context(), NewPictures("circle.so", "*.circle.so", "Images.example.com"))
	const shown, link = true, false
	for address, want := range map[string]bool{
		"https://app.circle.so/a.png":            shown,
		"https://circle.so/a.png":                shown,
		"http://CDN.Circle.So:8443/a.png":        shown,
		"https://circle.so./a.png":               shown,
		"https://images.example.com/a.png?x=1":   shown,
		"https://uploads.example.org/a.png":      shown, // by Circle's word
		"https://uploads.example.org/b.png":      link,
		"https://tracker.example.net/a.png":      link,
		"https://example.com/a.png":              link,
		"https://x.images.example.com/a.png":     link,
		"https://notcircle.so/a.png":             link,
		"https://circle.so.example.net/a.png":    link,
		"https://circle.so@example.net/a.png":    link,
		"https://example.net/?https://circle.so": link,
		"https://evil。circle.so/a.png":           link,
		"https://[::1%25.circle.so]/a.png":       link,
		"//tracker.example.net/a.png":            link,
	} {
		for name, source := range map[string]string{
			"plain": `<p><img src="` + address + `" alt="A &lt;leaf&gt;"></p>`,
			"lazy":  `<p><img data-src="` + address + `" src="data:," alt="A &lt;leaf&gt;"></p>`,
		} {
			got := htmlText(source, `{"signed_id":"abc","url":"https://uploads.example.org/a.png","content_type":"image/png"},
				{"url":"https://uploads.example.org/b.png","content_type":"image/png"}`).Shown(ctx)
			if has := strings.Contains(got, "<img"); has != want {
				t.Errorf("%s, %s: %s, want a picture: %v", name, address, got, want)
			}
			if !want && got != "" && (!strings.Contains(got, `rel="nofollow noreferrer">A &lt;leaf&gt;</a>`) ||
				!strings.Contains(got, "example") && !strings.Contains(got, "circle.so")) {
				t.Errorf("%s, %s: %s, want a link", name, address, got)
			}
			checkHarmless(t, got)
		}
	}
	for source, want := range map[string]string{
		`<a href="https://example.net/page"><img src="https://example.net/a.png" alt="A"></a>`: "" +
			`<a href="https://example.net/page"` +
			` rel="nofollow noreferrer">A</a>`,
		`<p><img src="https://example.net/a.png"></p>`: `<p><a href="https://example.net/a.png"` +
			` rel="nofollow noreferrer">https://example.net/a.png</a></p>`,
		`<p>&lt;img src="https://example.net/a.png"&gt;</p>`: `<p>&lt;img src=&#34;https://example.net/a.png&#34;&gt;</p>`,
	} {
		if got := htmlText(source, "").Shown(ctx); got != want {
			t.Errorf("%s is shown as %s, want %s", source, got, want)
		}
	}
	forged := New(Source{Envelope: []byte(`{"body":{"type":"doc","content":[{"type":"image","attrs":
		{"url":"https://tracker.example.net/a.png","signed_id":"abc"}}]}}`)})
	if got := forged.Shown(ctx); strings.Contains(got, "<img") || !strings.Contains(got, "tracker.example.net") {
		t.Errorf("a document that says so itself is shown as %s, want a link", got)
	}
	text := htmlText(`<p><img src="https://tracker.example.net/a.png"></p>`, "")
	for name, got := range map[string]string{
		"any host":    text.Shown(WithPictures(t.Context(), NewPictures("circle.so", "*"))),
		"no settings": text.Shown(t.Context()),
	} {
		if got != text.HTML() || !strings.Contains(got, "<img") {
			t.Errorf("%s: %s, want the picture", name, got)
		}
	}
	if got := (*Text)(nil).Shown(ctx); got != "" {
		t.Errorf("no text is shown as %s", got)
	}
}

// The sanitiser by itself keeps nothing active, whatever those who write what it reads let through.
func TestSanitiserKeepsNothingActive(t *testing.T) {
	long := strings.Repeat("9", 6)
	for source, want := range map[string]string{
		`<a href="javascript:alert(1)">x</a>`:                             "x",
		`<a href="data:text/html,x">x</a>`:                                "x",
		`<a href="//example.com/">x</a>`:                                  "x",
		`<img src="data:image/png;base64,AAAA" alt="">`:                   `<img alt="">`,
		`<span class="modal">x</span>`:                                    "<span>x</span>",
		`<span data-sgid="a b">x</span>`:                                  "<span>x</span>",
		`<span data-member-id="1;x">x</span>`:                             "<span>x</span>",
		`<code class="language-go evil">x</code>`:                         "<code>x</code>",
		`<td colspan="x">x</td>`:                                          "<td>x</td>",
		`<ol start="x"><li>x</li></ol>`:                                   "<ol><li>x</li></ol>",
		`<p style="position:fixed" id="a" onclick="x">x</p>`:              "<p>x</p>",
		`<iframe src="https://example.com"></iframe><form><input></form>`: "",
		`<a href="https://example.com" target="evil">x</a>`: `<a href="https://example.com"` +
			` rel="nofollow noreferrer">x</a>`,
		`<img src="https://example.com/a.png" width="` + long + `" height="1e9">`: `<img src="https://example.com/a.png">`,
	} {
		if got := sanitise(source); got != want {
			t.Errorf("%s becomes %s, want %s", source, got, want)
		}
	}
	mention := New(Source{Envelope: []byte(`{"body":{"type":"doc","content":[{"type":"paragraph","content":[{
		"type":"mention","attrs":{"sgid":"a b"}}]}]},"sgids_to_object_map":{"a b":{"name":"Ada","community_member_id":7}}}`)})
	if got := renderHTML(mention.tree(), mention); strings.Contains(got, "data-sgid") {
		t.Errorf("%s has a signed id that is none", got)
	}
}

func (t *Text) tree() *node { t.parse(); return t.doc }
