package scalar

import (
	"net/url"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
)

// An address is one that a client may open, or null.
func TestAddresses(t *testing.T) {
	base, _ := url.Parse("https://community.example.com")
	for _, tc := range []struct{ object, sent, want string }{
		{"Post", "https://example.com/a?b=c#d", `"https://example.com/a?b=c#d"`},
		{"Post", " HTTP://example.com ", `"HTTP://example.com"`},
		{"Post", "https://example.com/a b?c=d e", `"https://example.com/a%20b?c=d%20e"`},
		{"Post", "/c/space/post", `"https://community.example.com/c/space/post"`},
		{"Post", "//cdn.example.com/x.png", `"https://cdn.example.com/x.png"`},
		{"Post", "c/space/post", `"https://community.example.com/c/space/post"`},
		{"Post", "./avatar.png", `"https://community.example.com/avatar.png"`},
		{"Post", "https://münchen.example/ü", `"https://xn--mnchen-3ya.example/%C3%BC"`},
		{"Post", "https://my_site.example.com:8443/", `"https://my_site.example.com:8443/"`},
		{"Post", "http://[::1]:80/", `"http://[::1]:80/"`},
		{"Post", "http://192.0.2.1/", `"http://192.0.2.1/"`},
		{"Post", "", `null`},
		{"Post", "example.com/ada", `null`},
		{"Post", "n/a", `null`},
		{"Post", "https://example.com:99999/", `null`},
		{"Post", "https://256.1.1.1/", `null`},
		{"Post", "https://1.2.3/", `null`},
		{"Post", "https://example.0x1/", `null`},
		{"Post", "https://example.0X/", `null`},
		{"Post", "https://example.99999999999999999999/", `null`},
		{"Post", "https://1.2.3.4./", `null`},
		{"Post", "https://example.0xg/", `"https://example.0xg/"`},
		{"Post", "https://example.beef/", `"https://example.beef/"`},
		{"Post", "https://[fe80::1%25eth0]/", `null`},
		{"Post", "https://a|b/", `null`},
		{"Post", "https://xn--a/", `null`},
		{"Post", "\u200bjavascript:alert(1)", `null`},
		{"Post", "\u00a0javascript:alert(1)", `null`},
		{"Post", "\x01https://example.com", `null`},
		{"Post", "https:\\\\example.com", `null`},
		{"Post", "/\\example.com", `null`},
		{"Post", "javascript:alert(1)", `null`},
		{"Post", "JaVaScRiPt:alert(1)", `null`},
		{"Post", " javascript:alert(1)", `null`},
		{"Post", "java\nscript:alert(1)", `null`},
		{"Post", "data:text/html,<script>", `null`},
		{"Post", "vbscript:x", `null`},
		{"Post", "file:///etc/passwd", `null`},
		{"Post", "not a url", `null`},
		{"Post", "zoom later", `null`},
		{"Post", "/not a path", `null`},
		{"Post", "https://", `null`},
		{"Post", "https:example.com", `null`},
		{"Post", "http://a b/", `null`},
		{"Post", "mailto:ada@example.com", `null`},
		{"CommunityLink", "mailto:ada@example.com", `"mailto:ada@example.com"`},
		{"CommunityLink", "javascript:alert(1)", `null`},
	} {
		ctx := graphql.WithFieldContext(WithBase(t.Context(), base), &graphql.FieldContext{Object: tc.object})
		var out strings.Builder
		if err := MarshalURL(tc.sent).MarshalGQLContext(ctx, &out); err != nil || out.String() != tc.want {
			t.Errorf("%q of %s is written %s, %v; want %s", tc.sent, tc.object, out.String(), err, tc.want)
		}
	}
}
