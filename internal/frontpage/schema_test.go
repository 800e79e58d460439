package frontpage

import (
	"net/http"
	"strings"
	"testing"

	"circlegraph/docs"
)

func TestSchemaPages(t *testing.T) {
	for _, tc := range []struct {
		path        string
		says, never []string
	}{
		{"/docs/schema", []string{
			`<a href="/docs/schema/Query">Query</a>`, `<a href="/docs/schema/PostBy">PostBy</a>`, `aria-current="page"`,
		}, []string{"__Type", "_Entity"}},
		{"/docs/schema/Query", []string{
			`id="homeFeed"`, `<a href="/docs/schema/PostConnection"><code>PostConnection</code></a>`,
			"Costs 1 request for each object", "<code>GET /home</code>", "= <code>20</code>", "Use `order`. Removal on 2027-12-01.",
		}, []string{"goField", "@cost"}},
		{"/docs/schema/Post", []string{"Is one of", `<a href="/docs/schema/Event">Event</a>`, "Used by"}, nil},
		{"/docs/schema/BasicPost", []string{
			"unless the list or object before it carries it", "for each space", `<a href="/docs/schema/Node">Node</a>`,
		}, nil},
		{"/docs/schema/UserErrorCode", []string{`id="INVALID"`, "<p class=\"kind\">enum"}, nil},
		{"/docs/schema?q=HOMEfeed", []string{`<a href="/docs/schema/Query#homeFeed">`, "found for"}, nil},
		{"/docs/schema?q=notification.act", []string{`<code>Notification.action</code>`}, []string{"Query.homeFeed<"}},
		{"/docs/schema?q=%3Cscript%3E", []string{"0 found for “&lt;script&gt;”"}, []string{"“<script>"}},
	} {
		w := visit(t, tc.path, docs.Files, "")
		page := w.Body.String()
		if w.Code != http.StatusOK {
			t.Errorf("GET %s = %d", tc.path, w.Code)
		}
		for _, want := range tc.says {
			if !strings.Contains(page, want) {
				t.Errorf("GET %s lacks %q", tc.path, want)
			}
		}
		for _, never := range tc.never {
			if strings.Contains(page, never) {
				t.Errorf("GET %s has %q", tc.path, never)
			}
		}
	}
	if w := visit(t, "/docs/schema/Nothing", docs.Files, ""); w.Code != http.StatusNotFound {
		t.Errorf("a type that is not there: %d", w.Code)
	}
	if policy := visit(t, "/docs/schema", docs.Files, "").Header().Get("Content-Security-Policy"); strings.Count(policy,
		"form-action") != 1 || !strings.Contains(policy, "form-action 'self'") {
		t.Errorf("the policy is %q, want that this server's own forms may be sent", policy)
	}
}

// A page of the documentation says where one is and what is on it, and its examples go to this server.
func TestDocsPages(t *testing.T) {
	page := visit(t, "/docs/http", docs.Files, "").Body.String()
	for _, want := range []string{
		`<a href="/docs/http" aria-current="page">`, `<li><a href="#limits">Limits</a></li>`, `class="copy" hidden>`,
		"wss://api.example.com/graphql", `<span class="s">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "community.example.com/graphql") {
		t.Error("an example goes elsewhere")
	}
}
