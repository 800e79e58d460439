package circleclient

import (
	"testing"

	"circlegraph/circleclient/lenient"
)

func TestBookmarkOddities(t *testing.T) {
	tests := []struct {
		name, line, wantType string
		wantText             bool
	}{
		{
			"as the examples have it",
			`{"id":1,"bookmark_type":"post","bookmark_record":{"name":"Title","body":"Text","url":"https://example.com",
				"author":{"community_member_id":7},"space":{"id":3}}}`, "post", true,
		},
		{"as the schema has it", `{"id":1,"bookmarkable_type":"Comment"}`, "comment", false},
		{"a record that is gone", `{"id":1,"bookmark_type":"post","bookmark_record":null,"is_deleted":true}`, "post", false},
		{
			"a body that is an object",
			`{"id":1,"bookmark_type":"message","bookmark_record":{"name":null,"body":{"html":"<p>x</p>"},"author":null,
				"space":""}}`, "message", false,
		},
		{"no word at all", `{"id":1}`, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b Bookmark
			if err := lenient.Decode([]byte(tt.line), &b); err != nil {
				t.Fatal(err)
			}
			if b.Type() != tt.wantType {
				t.Errorf("Type() = %q, want %q", b.Type(), tt.wantType)
			}
			for part, there := range map[string]bool{
				"Title": b.Title() != nil, "Excerpt": b.Excerpt() != nil, "URL": b.URL() != nil,
				"Author": b.Author() != nil, "Space": b.Space() != nil,
			} {
				if there != tt.wantText {
					t.Errorf("%s: there %v, want %v", part, there, tt.wantText)
				}
			}
		})
	}
}
