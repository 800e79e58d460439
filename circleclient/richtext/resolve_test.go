package richtext

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"circlegraph/circleclient/lenient"
)

// drawn is a document as clients see it: nothing is known but the document itself.
type drawn struct {
	Type    string  `json:"type"`
	Text    string  `json:"text"`
	Content []drawn `json:"content"`
	Attrs   struct {
		Resolved *Resolved `json:"resolved"`
	} `json:"attrs"`
}

// lines draws what nodes stand for, one on each line.
func (n drawn) lines() (lines []string) {
	if r := n.Attrs.Resolved; r != nil {
		line := fmt.Sprintf("%d %s %s:", r.Place, n.Type, r.Kind)
		for _, s := range []string{r.Name, r.MemberID, deref(r.Filename), deref(r.URL), deref(r.FrameURL), r.Question} {
			if s != "" {
				line += " " + s
			}
		}
		for _, o := range r.Options {
			line += " [" + o.Text
			if o.VotesCount != nil {
				line += fmt.Sprintf(" %d", *o.VotesCount)
			}
			line += "]"
		}
		lines = append(lines, line)
	}
	for _, child := range n.Content {
		lines = append(lines, child.lines()...)
	}
	return lines
}

func draw(t *testing.T, document json.RawMessage) []string {
	t.Helper()
	var doc drawn
	if err := lenient.Decode(document, &doc); err != nil {
		t.Fatalf("decode %s: %v", document, err)
	}
	return doc.lines()
}

func TestDocumentSaysWhatItsNodesStandFor(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/everything.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var post post
	if err := lenient.Decode(archive.Files[0].Data, &post); err != nil {
		t.Fatal(err)
	}
	text := post.text()
	want := []string{
		"0 mention member: Ada Lovelace 7",
		"1 image image: cat.png https://cdn.example.com/cat.png",
		"2 image image: https://cdn.example.com/dog.png",
		"3 file file: talk.mp4 https://cdn.example.com/talk.mp4",
		"4 embed embed: A film https://video.example.com/watch?v=1",
		"5 entity : Welcome https://example.com/c/welcome",
		"6 poll poll: Tea or coffee?",
		"7 cta button: Join https://example.com/join",
		"8 mention group: everyone",
		"9 mention member: Gone",
		"10 mention member: Ada Lovelace 7",
	}
	if diff := cmp.Diff(want, draw(t, text.Document())); diff != "" {
		t.Errorf("what the nodes stand for (-want +got):\n%s", diff)
	}
	for _, a := range text.Attachments() {
		if a.Place != nil && !strings.Contains(want[*a.Place], deref(a.URL)) {
			t.Errorf("attachment %s is at place %d, which is %q", deref(a.URL), *a.Place, want[*a.Place])
		}
	}
	for _, m := range text.Mentions() {
		if m.Place == nil || !strings.Contains(want[*m.Place], m.Name) {
			t.Errorf("mention of %s is at place %v", m.Name, m.Place)
		}
	}
}

// TestOddNodesKeepTheirPlaces: what reading drops does not shift what the others stand for.
func TestOddNodesKeepTheirPlaces(t *testing.T) {
	text := New(Source{Envelope: json.RawMessage(`{"body":{"type":"doc","content":[
		null, 7, {"type":"image"}, {"type":"mention","attrs":[]}, [{"type":"mention"}],
		{"type":"paragraph","content":{"type":"mention","attrs":{"sgid":"a"}}},
		{"type":"embed","attrs":{"sgid":"e"}}, {"type":"image","attrs":{"signedId":"s"}}]},
		"inline_attachments":[{"signed_id":"s","url":"https://cdn.example.com/s.png"}],
		"sgids_to_object_map":{"e":{"title":"A film","url":"https://youtu.be/x",
			"embed_url":"https://www.youtube.com/embed/x"}}}`)})
	want := []string{
		"0 image image:", "1 mention member:",
		"2 embed embed: A film https://youtu.be/x https://www.youtube.com/embed/x",
		"3 image image: https://cdn.example.com/s.png",
	}
	if diff := cmp.Diff(want, draw(t, text.Document())); diff != "" {
		t.Errorf("what the nodes stand for (-want +got):\n%s\n%s", diff, text.Document())
	}
}

func TestPollsAndEntities(t *testing.T) {
	text := New(Source{Envelope: json.RawMessage(`{"body":{"type":"doc","content":[
		{"type":"poll","attrs":{"sgid":"p"}},{"type":"poll","attrs":{"sgid":"gone"}},
		{"type":"paragraph","content":[{"type":"entity","attrs":{"sgid":"s"}}]}]},
		"polls":[{"sgid":"p","title":"Tea?","options":[{"title":"Yes","votes_count":3},{"text":"No"},{}]}],
		"entities":[{"sgid":"s","type":"Space","name":"Welcome","url":"javascript:x"}]}`)})
	polls := []Poll{
		{SGID: "p", Question: new("Tea?"), Options: []PollOption{{"Yes", new(3)}, {"No", nil}}},
		{SGID: "gone", Place: 1, Options: []PollOption{}},
	}
	if diff := cmp.Diff(polls, text.Polls()); diff != "" {
		t.Errorf("polls (-want +got):\n%s", diff)
	}
	entities := []Entity{{SGID: "s", Place: 2, Kind: new("space"), Name: "Welcome"}}
	if diff := cmp.Diff(entities, text.Entities()); diff != "" {
		t.Errorf("entities (-want +got):\n%s", diff)
	}
	if text := (*Text)(nil); len(text.Polls()) != 0 || len(text.Entities()) != 0 {
		t.Error("a nil text has polls or entities")
	}
}

// TestReadDocumentCanBeWritten: what was added for readers is not sent to Circle.
func TestReadDocumentCanBeWritten(t *testing.T) {
	const content = `[{"type":"paragraph","content":[{"type":"mention","attrs":{"sgid":"a"}}]}]`
	text := New(Source{Envelope: json.RawMessage(`{"body":{"type":"doc","content":` + content + `},
		"sgids_to_object_map":{"a":{"name":"Ada","community_member_id":7}}}`)})
	if !strings.Contains(string(text.Document()), `"memberId":"7"`) {
		t.Fatalf("Document() = %s, want the member's number in it", text.Document())
	}
	r, err := FromDocument(text.Document(), nil)
	if err != nil {
		t.Fatal(err)
	}
	checkContent(t, r, content)
}

// A renderer of documents opens the addresses in them, so there are none that would carry out a script.
func TestDocumentHasNoScripts(t *testing.T) {
	link := func(href string) string {
		return `{"type":"text","text":"x","marks":[{"type":"bold"},{"type":"link","attrs":{"href":"` + href + `"}}]}`
	}
	for _, address := range []string{
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", `java\tscript:alert(1)`, `\u0001javascript:x`,
		"data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:https://example.com/x", "https:", "https://a b/",
	} {
		doc := `{"type":"doc","content":[{"type":"paragraph","content":[` + link(address) + `]},
			{"type":"image","attrs":{"src":"` + address + `"}},{"type":"embed","attrs":{"url":"` + address + `","sgid":"e"}},
			{"type":"strange","attrs":{"href":"` + address + `","src":"` + address + `"}}]}`
		got := string(New(Source{Envelope: json.RawMessage(`{"body":` + doc + `}`)}).Document())
		want := `{"content":[{"content":[{"marks":[{"type":"bold"}],"text":"x","type":"text"}],"type":"paragraph"},` +
			`{"attrs":{"resolved":{"place":0,"kind":"image"}},"type":"image"},` +
			`{"attrs":{"resolved":{"place":1,"kind":"embed"},"sgid":"e"},"type":"embed"},{"attrs":{},"type":"strange"}],"type":"doc"}`
		if got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
	for _, address := range []string{
		"https://example.com/a?b=c#d", "HTTP://example.com", "mailto:ada@example.com", "tel:+4930", "/c/garden/beans", "",
	} {
		doc := `{"type":"doc","content":[{"type":"paragraph","content":[` + link(address) + `]}]}`
		if got := string(New(Source{Envelope: json.RawMessage(`{"body":` + doc + `}`)}).Document()); got != doc {
			t.Errorf("%s: %s, want it as it was", address, got)
		}
	}
}
