package richtext

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"circlegraph/circleclient/lenient"
)

var updateGolden = flag.Bool("update-richtext", false, "rewrite testdata from what the code does")

// post has the fields of a post that hold its text.
type post struct {
	TipTapBody    json.RawMessage         `json:"tiptap_body"`
	CustomHTML    *string                 `json:"custom_html"`
	Body          lenient.Lazy[*PostBody] `json:"body"`
	BodyPlainText string                  `json:"body_plain_text"`
}

func (p *post) text() *Text {
	return New(Source{Envelope: p.TipTapBody, CustomHTML: p.CustomHTML, Body: p.Body, Plain: p.BodyPlainText})
}

// TestTextGolden renders each record of testdata. A case is a txtar archive: record.json is a post; html, plain,
// mentions.json and attachments.json are what its text must become.
func TestTextGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d cases, error %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var post post
			if err := lenient.Decode(archive.Files[0].Data, &post); err != nil {
				t.Fatalf("decode %s: %v", archive.Files[0].Name, err)
			}
			text := post.text()
			got := &txtar.Archive{Comment: archive.Comment, Files: []txtar.File{
				archive.Files[0],
				{Name: "html", Data: []byte(text.HTML() + "\n")},
				{Name: "plain", Data: []byte(text.PlainText() + "\n")},
				{Name: "mentions.json", Data: indented(t, text.Mentions())},
				{Name: "attachments.json", Data: indented(t, text.Attachments())},
			}}
			if *updateGolden {
				if err := os.WriteFile(file, txtar.Format(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(txtar.Format(archive)), string(txtar.Format(got))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file, diff)
			}
		})
	}
}

func indented(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTextDocument(t *testing.T) {
	for _, c := range []struct{ name, envelope, want string }{
		{"in its envelope", `{"body":{"type":"doc","content":[]},"format":"post"}`, `{"type":"doc","content":[]}`},
		{"without an envelope", `{"type":"doc","content":[]}`, `{"type":"doc","content":[]}`},
		{"null", `null`, ``},
		{"absent", ``, ``},
		{"of another type", `{"body":{"type":"paragraph"}}`, ``},
		{"a string", `{"body":"hello"}`, ``},
		{"not JSON", `{"body":`, ``},
	} {
		text := New(Source{Envelope: json.RawMessage(c.envelope)})
		if got := string(text.Document()); got != c.want {
			t.Errorf("%s: Document() = %s, want %s", c.name, got, c.want)
		}
	}
}

func TestTextOfNil(t *testing.T) {
	var text *Text
	if text.HTML() != "" || text.PlainText() != "" || text.Document() != nil || len(text.Mentions()) != 0 ||
		len(text.Attachments()) != 0 {
		t.Error("a nil text is not empty")
	}
	if text := new(post).text(); text.HTML() != "" || text.Mentions() == nil || text.Attachments() == nil {
		t.Error("the text of an empty post is not empty, or its lists are nil")
	}
}

func TestPlaceholder(t *testing.T) {
	for _, c := range []struct {
		html string
		want bool
	}{
		{"<div><strong>Update available</strong><br>Please update the app to view this post.</div>", true},
		{"<p>An update available to all: please update the docs.</p>", false},
		{"<div>Update available, please update the app" + strings.Repeat(" and read on", 50) + "</div>", false},
		{"", false},
	} {
		if got := (&PostBody{HTML: c.html}).Placeholder(); got != c.want {
			t.Errorf("Placeholder(%.60q) = %t, want %t", c.html, got, c.want)
		}
	}
}

// FuzzText: no envelope makes reading fail, and nothing active comes out.
func FuzzText(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(archive.Files[0].Data)
	}
	f.Add([]byte(`{"tiptap_body":{"body":{"type":"doc","content":[null,1,"x",{"type":7},{"type":"mention","attrs":[]}]},
		"sgids_to_object_map":[]}}`))
	f.Add([]byte(`{"tiptap_body":{"body":{"type":"doc","content":` + strings.Repeat(`[{"type":"x","content":`, 300) + `1` +
		strings.Repeat(`}]`, 300) + `}}}`))
	f.Add([]byte(`{"body":"<a href=\"java\nscript:alert(1)\">x</a><svg/onload=alert(1)><img src=x onerror=alert(1)>"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var post post
		if lenient.Decode(data, &post) != nil {
			return
		}
		text := post.text()
		checkHarmless(t, text.HTML())
		_ = text.PlainText()
		_ = text.Document()
		_ = text.Mentions()
		_ = text.Attachments()
	})
}

func TestUnknownNodesKeepTheirLabel(t *testing.T) {
	text := New(Source{Envelope: json.RawMessage(`{"body":{"type":"doc","content":[{"type":"paragraph","content":[
		{"type":"text","text":"so "},{"type":"emoji","attrs":{"emoji":"🌱"}},{"type":"date","attrs":{"label":"<May>"}}]}]}}`)})
	if got, want := text.PlainText(), "so 🌱<May>"; got != want {
		t.Errorf("PlainText() = %q, want %q", got, want)
	}
	if got, want := text.HTML(), "<p>so 🌱&lt;May&gt;</p>"; got != want {
		t.Errorf("HTML() = %q, want %q", got, want)
	}
}
