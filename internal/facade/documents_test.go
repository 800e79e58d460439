package facade

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"circlegraph/internal/config"
)

// checked runs the command over files in a directory and returns what it prints, with the directory left out.
func checked(t *testing.T, files map[string]string, args ...string) (string, error) {
	t.Helper()
	directory := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := config.Load(append([]string{"documents", "check", directory}, args...),
		func(string) string { return "" }, "v1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if !cfg.ChecksDocuments() {
		t.Fatal("the command is not known as one")
	}
	var out bytes.Buffer
	err = CheckDocuments(t.Context(), cfg, &out)
	return strings.ReplaceAll(out.String(), directory+string(filepath.Separator), ""), err
}

var (
	apollo = `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "1a", "name": "Feed",
		"type": "query", "body": "query Feed($n: Int!) { homeFeed(first: $n) { nodes { author { bio } } } }"}]}`
	relay   = `{"2b": "query Old { viewer { notifications(first: 5) { nodes { action } } } }", "3c": "{ gone }"}`
	sources = map[string]string{
		"feed.graphql": "query Feed($n: Int = 100) {\n  homeFeed(first: $n) { nodes { ...Card } }\n}\n",
		"card.graphql": "# Of a list.\nfragment Card on Post {\n  author { bio }\n  createdAtt\n}\n",
		"fine.graphql": "query Fine { viewer { member { name } } }",
	}
)

func TestCheckDocuments(t *testing.T) {
	for _, tc := range []struct {
		name  string
		files map[string]string
		args  []string
		want  string
		err   string
	}{
		{
			"manifests",
			map[string]string{"a.json": apollo, "r.json": relay},
			nil,
			`ok      query Feed (a.json): up to 21 requests to Circle, likely 19, of 50
        hint: homeFeed.nodes.author.bio: up to 20 requests. Lists carry ` +
				"`name`, `avatarUrl` and `headline`" + ` of their members. Ask for the rest when a profile is opened.
ok      query Old (r.json): up to 1 request to Circle, of 50
        deprecated: line 1 of the document: Notification.action. Use ` + "`actionType`" + `. Removal on 2027-12-01.
refused query 3c (r.json)
        error: line 1 of the document: Cannot query field "gone" on type "Query". Did you mean "node"?
3 operations: 1 refused, 2 with something to mend
`, "1 operation would be refused.",
		},
		{
			"files of GraphQL", sources, nil,
			`refused query Feed (feed.graphql)
        error: card.graphql:4: Cannot query field "createdAtt" on type "Post". Did you mean "createdAt" or "updatedAt"?
ok      query Fine (fine.graphql): up to 1 request to Circle, of 50
2 operations: 1 refused, 0 with something to mend
`, "1 operation would be refused.",
		},
		{
			"what costs too much",
			map[string]string{"a.json": apollo},
			[]string{"--items", "100", "--max-cost", "70"},
			`refused query Feed (a.json): up to 101 requests to Circle, likely 91, of 70
        error: This operation could need up to 101 calls to Circle, and 70 are allowed. Most of them: ` +
				`homeFeed.nodes.author.bio (100). Ask for fewer items or leave the field out.
        hint: homeFeed.nodes.author.bio: up to 100 requests. Lists carry ` +
				"`name`, `avatarUrl` and `headline`" + ` of their members. Ask for the rest when a profile is opened.
1 operation: 1 refused, 0 with something to mend
`, "1 operation would be refused.",
		},
		{
			"nothing to mend",
			map[string]string{"fine.gql": "{ viewer { member { name } } }"},
			[]string{"--strict"},
			`ok      query fine.gql (fine.gql): up to 1 request to Circle, of 50
1 operation: 0 refused, 0 with something to mend
`, "",
		},
		{
			"strict",
			map[string]string{"a.json": `{"2b": "query Old { viewer { notifications { nodes { action } } } }"}`},
			[]string{"--strict", "--max-cost", "0"},
			`ok      query Old (a.json): up to 1 request to Circle
        deprecated: line 1 of the document: Notification.action. Use ` + "`actionType`" + `. Removal on 2027-12-01.
1 operation: 0 refused, 1 with something to mend
`, "1 operation to mend, and --strict is given.",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := checked(t, tc.files, tc.args...)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("it prints (-want +got):\n%s", diff)
			}
			if tc.err == "" && err != nil || tc.err != "" && (err == nil || err.Error() != tc.err) {
				t.Errorf("it fails with %v, want %q", err, tc.err)
			}
		})
	}
}

// What a program reads has the same in it.
func TestCheckDocumentsAsJSON(t *testing.T) {
	got, err := checked(t, sources, "--json")
	if err == nil {
		t.Error("it does not fail")
	}
	var report struct {
		Refused, Warned, MaxCost int
		Documents                []struct {
			File, Operation, Kind string
			Estimated             int
			Errors                []struct {
				Message, Code, File string
				Line                int
			}
		}
	}
	if err := json.Unmarshal([]byte(got), &report); err != nil {
		t.Fatalf("%v: %s", err, got)
	}
	if report.Refused != 1 || report.MaxCost != 50 || len(report.Documents) != 2 || len(report.Documents[0].Errors) != 1 {
		t.Fatalf("it prints %s", got)
	}
	e := report.Documents[0].Errors[0]
	if filepath.Base(e.File) != "card.graphql" || e.Line != 4 || e.Code != "GRAPHQL_VALIDATION_FAILED" {
		t.Errorf("the error is %+v", e)
	}
}
