package scalar

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"circlegraph/circleclient"
)

func written(m graphql.Marshaler) string {
	var b bytes.Buffer
	m.MarshalGQL(&b)
	return b.String()
}

// Every enum is written and read as the SDL says, and writes a word that it does not know as UNKNOWN.
func TestEnumsAreThoseOfTheSDL(t *testing.T) {
	files, err := filepath.Glob("../*.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := parser.ParseSchema(&ast.Source{Name: file, Input: string(text)})
		if err != nil {
			t.Fatal(err)
		}
		for _, def := range doc.Definitions {
			if def.Kind == ast.Enum && def.Directives.ForName("goModel") == nil {
				found++
				checkEnum(t, def, enums[def.Name])
			}
		}
	}
	if found != len(enums) || found < 30 {
		t.Errorf("the SDL has %d enums of Circle's words, and %d have functions", found, len(enums))
	}
}

func checkEnum(t *testing.T, def *ast.Definition, w words) {
	known := 0
	for _, v := range def.EnumValues {
		if v.Name == unknown {
			if got := written(w.marshal("a-new-word")); got != `"UNKNOWN"` {
				t.Errorf("%s writes a new word as %s", def.Name, got)
			}
			if _, err := w.unmarshal(unknown); err == nil {
				t.Errorf("%s takes UNKNOWN, which Circle has no word for", def.Name)
			}
			continue
		}
		known++
		want := strings.ToLower(v.Name)
		if d := v.Directives.ForName("circle"); d != nil {
			want = d.Arguments.ForName("word").Value.Raw
		}
		if word, err := w.unmarshal(v.Name); err != nil || word != want {
			t.Errorf("%s.%s is read as %q, %v, want %q", def.Name, v.Name, word, err, want)
		} else if got := written(w.marshal(word)); got != `"`+v.Name+`"` {
			t.Errorf("%s.%s is written as %s", def.Name, v.Name, got)
		}
	}
	if known != len(w) {
		t.Errorf("%s has %d values in the SDL and %d words", def.Name, known, len(w))
	}
}

func TestRefs(t *testing.T) {
	for _, r := range []circleclient.Ref{
		circleclient.MemberRef(1),
		circleclient.SpaceNodeRef(1 << 40),
		circleclient.PostRef(5, 38_100_000_001),
		circleclient.LessonRef(5, 1_900_001),
		circleclient.QuizAttemptRef(6, 38_100_000_002),
		circleclient.ChatRoomRef("b8178a11-e982-4504-b789-1b4a93c09fc3"),
		circleclient.ChatMessageRef("b8178a11-e982-4504-b789-1b4a93c09fc3", 38_100_000_001),
		circleclient.ChatThreadRef(7),
		{Type: circleclient.RefComment, Space: 1, Post: 2, ID: 4},
		{Type: circleclient.RefComment, Space: 1, Post: 2, Parent: 3, ID: 4},
	} {
		if got, err := ParseRef(FormatRef(r)); err != nil || got != r {
			t.Errorf("ParseRef(FormatRef(%v)) = %v, %v", r, got, err)
		}
	}
	encode := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	for _, id := range []string{
		"", "1", "nonsense!", encode("Member"), encode("Member:"), encode("Member:-1"), encode("Member:01"),
		encode("Member:1:2"),
		encode("Post:1"), encode("Lesson:1"), encode("QuizAttempt:1:2:3"), encode("Comment:1:2:3"), encode("Robot:1"),
		encode("ChatRoom:1"), encode("ChatRoom:unread_chat_rooms"), encode("ChatRoom:b8178a11-e982-4504-b789-1b4a93c09fc3:1"),
		encode("ChatMessage:b8178a11-e982-4504-b789-1b4a93c09fc3"), encode("ChatMessage:../../../../spaces:1"),
		encode("ChatThread:1:2"),
		encode("ChatRoom"), encode("ChatMessage"), encode("Member:99999999999999999999"), strings.Repeat("A", 1000),
	} {
		var input *InputError
		if r, err := ParseRef(id); !errors.As(err, &input) {
			t.Errorf("ParseRef(%q) = %v, %v, want an InputError", id, r, err)
		}
	}
	if _, err := ParseRefOf(circleclient.RefPost, FormatRef(circleclient.MemberRef(1))); err == nil ||
		!strings.Contains(err.Error(), "Member") {
		t.Errorf("the id of a Member for a Post: %v", err)
	}
}

func FuzzParseRef(f *testing.F) {
	f.Add("TWVtYmVyOjE")
	f.Add("")
	f.Fuzz(func(t *testing.T, id string) {
		if r, err := ParseRef(id); err == nil && FormatRef(r) != id {
			t.Errorf("ParseRef(%q) = %v, which is another id", id, r)
		}
	})
}

func TestMoments(t *testing.T) {
	moment := time.Date(2026, 3, 1, 19, 30, 0, 123e6, time.FixedZone("", 3600))
	if got := written(MarshalDateTime(moment)); got != `"2026-03-01T18:30:00.123Z"` {
		t.Errorf("MarshalDateTime = %s", got)
	}
	if got := written(MarshalDateTime(time.Time{})); got != "null" {
		t.Error("a time that Circle left out is not null")
	}
	for _, bad := range []any{"yesterday", 5, "2026-13-01", nil} {
		if _, err := UnmarshalDate(bad); err == nil {
			t.Errorf("UnmarshalDate(%v) was taken", bad)
		}
		if _, err := UnmarshalDateTime(bad); err == nil {
			t.Errorf("UnmarshalDateTime(%v) was taken", bad)
		}
	}
}

func TestLong(t *testing.T) {
	for _, test := range []struct {
		in   any
		want int64
	}{
		{int64(5), 5}, {json.Number("5368709120"), 5_368_709_120}, {json.Number("-1"), -1}, {int64(maxLong), maxLong},
	} {
		if got, err := UnmarshalLong(test.in); err != nil || got != test.want {
			t.Errorf("UnmarshalLong(%v) = %d, %v, want %d", test.in, got, err, test.want)
		}
	}
	for _, bad := range []any{
		nil, "5", 1.5, json.Number("1.5"), json.Number("9007199254740992"), int64(maxLong + 1),
		json.Number("99999999999999999999"),
	} {
		var input *InputError
		if got, err := UnmarshalLong(bad); !errors.As(err, &input) {
			t.Errorf("UnmarshalLong(%v) = %d, %v, want an InputError", bad, got, err)
		}
	}
	if got := written(MarshalLong(5_368_709_120)); got != "5368709120" {
		t.Errorf("MarshalLong = %s", got)
	}
}
