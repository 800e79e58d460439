package lenient

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// record has a field of every kind that answers hold.
type record struct {
	ID    int64                `json:"id"`
	Ref   *int64               `json:"ref"`
	Count int                  `json:"count"`
	Ratio float64              `json:"ratio"`
	Name  string               `json:"name"`
	Note  *string              `json:"note"`
	On    bool                 `json:"on"`
	Maybe *bool                `json:"maybe"`
	At    time.Time            `json:"at"`
	Until *time.Time           `json:"until"`
	Part  part                 `json:"part"`
	Maybs *part                `json:"optional_part"`
	Parts []*part              `json:"parts"`
	Words []string             `json:"words"`
	Raw   json.RawMessage      `json:"raw"`
	Map   map[string]bool      `json:"map"`
	Odd   *picky               `json:"odd"`
	Roles roles                `json:"roles"`
	Deep  map[string][]*ref    `json:"deep"`
	Any   []struct{ ID int64 } `json:"any"`
	Chain *struct{ Next *ref } `json:"chain"`
	Lazy  Lazy[[]*part]        `json:"lazy"`
	Later Lazy[*part]          `json:"later"`
}

type part struct {
	ID int64 `json:"id"`
}

type ref struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// roles decode themselves, and their parts with [Decode].
type roles struct{ Admin, Moderator bool }

func (r *roles) UnmarshalJSON(data []byte) error {
	var words []string
	switch FirstByte(data) {
	case '{':
		var switches struct{ Admin, Moderator bool }
		if err := Decode(data, &switches); err != nil {
			return err
		}
		*r = roles(switches)
	case '[':
		if err := Decode(data, &words); err != nil {
			return err
		}
	}
	for _, word := range words {
		r.Admin = r.Admin || word == "admin"
		r.Moderator = r.Moderator || word == "moderator"
	}
	return nil
}

// picky is a decoder that fails.
type picky struct{ ok bool }

func (p *picky) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &p.ok)
}

func TestOddities(t *testing.T) {
	day := time.Date(2024, 4, 2, 9, 5, 23, 651e6, time.UTC)
	tests := []struct {
		name, line string
		want       record
	}{
		{"an id in a string", `{"id":"38100000001"}`, record{ID: 38100000001}},
		{"an id past 32 bits", `{"id":38100000001,"ref":4294967297}`, record{ID: 38100000001, Ref: new(int64(4294967297))}},
		{"an id as a float", `{"id":1.0,"count":2e3}`, record{ID: 1, Count: 2000}},
		{"an id past 64 bits", `{"id":99999999999999999999,"name":"x"}`, record{Name: "x"}},
		{"half an id", `{"id":1.5,"name":"x"}`, record{Name: "x"}},
		{"an id of words", `{"id":"space_1","ref":"x","name":"x"}`, record{Name: "x"}},
		{"a number for a string", `{"name":12,"note":1.5}`, record{Name: "12", Note: new("1.5")}},
		{"a number in a string", `{"ratio":"1.5","count":" 7 "}`, record{Ratio: 1.5, Count: 7}},
		{"nulls everywhere", `{"id":null,"name":null,"on":null,"at":null,"part":null,"parts":null,"words":null,"map":null,
			"count":null,"roles":null}`, record{}},
		{
			"objects for scalars",
			`{"id":{},"name":{"a":[1]},"on":[],"at":{},"count":[[]],"ratio":{},"note":{},"ref":[],"maybe":{},"until":[],
				"part":{"id":3}}`,
			record{Part: part{3}},
		},
		{
			"scalars for objects",
			`{"part":"","optional_part":0,"parts":{},"words":"x","map":[],"deep":1,"any":{},"chain":[],"id":3}`,
			record{ID: 3},
		},
		{"an empty text", `{"note":"","name":""}`, record{}},
		{"booleans in strings", `{"on":"true","maybe":"false"}`, record{On: true, Maybe: new(false)}},
		{"a boolean as a word", `{"on":"yes","maybe":"no","id":1}`, record{ID: 1}},
		{"times", `{"at":"2024-04-02T09:05:23.651Z","until":"2024-04-02T11:05:23.651+02:00"}`, record{At: day, Until: &day}},
		{"an empty time", `{"at":"","until":""}`, record{}},
		{"a time as a small number", `{"at":7,"until":0,"id":1}`, record{ID: 1}},
		{"a time of another form", `{"at":"2024-04-02 09:05:23.651 UTC"}`, record{At: day}},
		{"a day", `{"at":"2024-04-02"}`, record{At: time.Date(2024, 4, 2, 0, 0, 0, 0, time.UTC)}},
		{"a list with strangers", `{"parts":[null,{"id":1},"x",[],{"id":"2"}]}`, record{Parts: []*part{{1}, {2}}}},
		{"a list of words with strangers", `{"words":["a",1,null]}`, record{Words: []string{"a", "1", ""}}},
		{
			"parts for later", `{"lazy":[{"id":1}],"later":{"id":2}}`,
			record{Lazy: Lazy[[]*part](`[{"id":1}]`), Later: Lazy[*part](`{"id":2}`)},
		},
		{"parts for later of the wrong kind", `{"lazy":{"id":1},"later":[2],"id":1}`, record{ID: 1}},
		{"nulls for later", `{"lazy":null,"later":null}`, record{}},
		{"unknown fields", `{"id":1,"new":{"a":[{"b":1}]}}`, record{ID: 1}},
		{"a name twice", `{"id":1,"id":2}`, record{ID: 2}},
		{"a name in capitals", `{"ID":1,"Name":"x"}`, record{ID: 1, Name: "x"}},
		{"bad UTF-8", "{\"name\":\"a\xffb\"}", record{Name: "a\ufffdb"}},
		{"half a surrogate", `{"name":"a\ud83d"}`, record{Name: "a\ufffd"}},
		{"a decoder that fails", `{"odd":"x","id":1}`, record{ID: 1, Odd: &picky{}}},
		{"roles as an object", `{"roles":{"admin":true,"moderator":false}}`, record{Roles: roles{Admin: true}}},
		{"roles as a list", `{"roles":["moderator","poet"]}`, record{Roles: roles{Moderator: true}}},
		{
			"deep clashes", `{"deep":{"a":[{"id":"1","name":null},3],"b":"x"},"chain":{"next":5}}`,
			record{Deep: map[string][]*ref{"a": {{ID: 1}}, "b": nil}, Chain: &struct{ Next *ref }{}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got record
			if err := Decode([]byte(tt.line), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(picky{}), cmp.Comparer(sameWords)); diff != "" {
				t.Errorf("Decode(%s) (-want +got):\n%s", tt.line, diff)
			}
		})
	}
}

// sameWords treats nil and empty lists as equal.
func sameWords(a, b []string) bool {
	return len(a) == 0 && len(b) == 0 || cmp.Equal([]any{a}, []any{b})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"id":"1","parts":[{"id":1},null],"at":"2024-04-02"}`))
	f.Add([]byte(`{"records":[{"id":1}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var r record
		if Decode(data, &r) == nil {
			for _, p := range r.Parts {
				if p == nil {
					t.Error("a nil record in a list")
				}
			}
		}
	})
}

func TestLazy(t *testing.T) {
	for _, c := range []struct {
		json string
		want []*part
	}{
		{`[null,{"id":1},"x",{"id":"2"}]`, []*part{{1}, {2}}},
		{`[]`, []*part{}},
		{``, nil},
	} {
		if diff := cmp.Diff(c.want, Lazy[[]*part](c.json).Get()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.json, diff)
		}
	}
}
