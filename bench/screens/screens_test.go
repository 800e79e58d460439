package screens

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestReadme holds the table of the README to the documents.
func TestReadme(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	want.WriteString("| screen | what it shows | cold | of them at once | warm | after the feed |\n" +
		"|---|---|--:|---|--:|--:|\n")
	for _, s := range all {
		rounds := strings.ReplaceAll(strings.Trim(fmt.Sprint(s.Rounds()), "[]"), " ", ", then ")
		fmt.Fprintf(&want, "| [%s](%s.graphql) | %s | %d | %s | 0 | %d |\n", strings.ReplaceAll(s.Name, "_", " "), s.Name,
			s.About, s.Minimum(), rounds, s.AfterFeed)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(string(readme), "\n\n"+want.String()) {
		t.Errorf("README.md does not end with this table:\n%s", want.String())
	}
}

// Comments at the beginning that the tests cannot check are mistakes.
func TestParseRefuses(t *testing.T) {
	for _, header := range []string{
		"# A screen.\n# calls:\n#   GET /home\n",
		"# A screen.\n# calls:\n#   0 GET /home\n",
		"# A screen.\n# calls:\n#   1 /home: the posts\n",
		"# A screen.\n# then:\n#   1 GET /home\n",
		"# A screen.\n# variables: {\n",
		"# A screen.\n# minimum: 3\n",
		"# A screen.\n# after the feed: few\n",
	} {
		if s, err := parse("a", header+"query { __typename }\n"); err == nil {
			t.Errorf("parse(%q) = %+v, want an error", header, s)
		}
	}
}
