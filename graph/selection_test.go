package graph_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/graph/generated"
	"circlegraph/internal/config"
	"circlegraph/internal/race"
)

// reach leads to an object of each type that has lists, with FIELDS in the place of its fields; what is between braces
// stands for ids that the first test of a community looks up.
var reach = map[string]string{
	"Query":      `FIELDS`,
	"Viewer":     `viewer { FIELDS }`,
	"Space":      `space(by: {circleId: "2700003"}) { FIELDS }`,
	"Member":     `member(by: {circleId: "8800003"}) { FIELDS }`,
	"BasicPost":  `post(by: {slug: {space: "vegetables", post: "everything-we-know-about-tomatoes"}}) { ... on BasicPost { FIELDS } }`,
	"ImagePost":  `post(by: {slug: {space: "harvest-photos", post: "{photo}"}}) { ... on ImagePost { FIELDS } }`,
	"Event":      `post(by: {slug: {space: "events", post: "sunday-work-party"}}) { ... on Event { FIELDS } }`,
	"Comment":    `comment(id: "{comment}") { FIELDS }`,
	"ChatRoom":   `chatRoom(uuid: "f9748511-0649-49fc-82f0-4c99b5c45f38") { name FIELDS }`,
	"ChatThread": `node(id: "{thread}") { ... on ChatThread { FIELDS } }`,
	"Course":     `space(by: {circleId: "2700011"}) { course { FIELDS } }`,
}

// listArguments are what lists cannot do without.
var listArguments = map[string]string{"Query.search": `(query: "tomatoes")`, "Query.quickSearch": `(text: "tomatoes")`}

// wholeLists come as a whole, whatever of them is asked for.
var wholeLists = []string{"Viewer.unreadChatRooms", "Viewer.unreadChatThreads", "Viewer.rsvps"}

// A list of which only the number of items is asked for costs one request for one item, or none; one of which nothing
// is asked for costs none. This goes over all lists of the schema.
func TestListsFetchWhatIsSelected(t *testing.T) {
	all := newLists(t, loopback)
	for _, l := range all.all {
		t.Run(l.name, func(t *testing.T) {
			whole, _ := all.ask(l, "totalCount nodes { __typename }")
			number, calls := all.ask(l, "totalCount")
			if len(calls) > 1 || len(calls) == 1 && !slices.Contains(wholeLists, l.name) && itemsOf(t, calls[0]) != 1 {
				t.Errorf("totalCount costs %v, want a request for one item, or none", calls)
			}
			if got, want := find(number, "totalCount"), find(whole, "totalCount"); got == nil || got != want {
				t.Errorf("totalCount by itself is %v, with the items %v", got, want)
			}
			if _, calls = all.ask(l, "__typename"); len(calls) > 0 {
				t.Errorf("__typename costs %v", calls)
			}
			if _, calls = all.ask(l, "pageInfo { hasNextPage endCursor }"); len(calls) > 1 {
				t.Errorf("pageInfo costs %v, want one request at most", calls)
			}
		})
	}
}

// TestCostOfFieldsInLists goes over all fields of what is in all lists of the schema. Of objects it asks for what
// Circle sends wherever it embeds them: a member's name and picture, a space's name, slug and emoji, of others the id.
// testdata/costs.txt has what that costs beside the list; whatever is not in it costs nothing. -update rewrites it:
// read in the diff what has become a request for each item.
func TestCostOfFieldsInLists(t *testing.T) {
	race.Skip(t, "one query after the other")
	t.Parallel()
	inBubble(testCostOfFieldsInLists)(t)
}

func testCostOfFieldsInLists(t *testing.T) {
	all := newLists(t, inMemory)
	var got strings.Builder
	for _, l := range all.all {
		_, page := all.ask(l, "nodes { __typename }")
		for _, def := range all.kinds(l.node) {
			fields := map[string][]string{} // by what they cost
			for _, f := range def.Fields {
				beneath, ok := all.beneath(f)
				if !ok {
					continue
				}
				_, calls := all.ask(l, fmt.Sprintf("nodes { ... on %s { %s%s } }", def.Name, f.Name, beneath))
				if cost := priceOf(calls, page); cost != "" {
					fields[cost] = append(fields[cost], f.Name)
				}
			}
			for _, cost := range slices.Sorted(maps.Keys(fields)) {
				fmt.Fprintf(&got, "%s, %s\n\t%s\n\t%s\n", l.name, def.Name, strings.Join(fields[cost], " "), cost)
			}
		}
	}
	const name = "testdata/costs.txt"
	if *update {
		if err := os.WriteFile(name, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(readFile(t, name)), got.String()); diff != "" {
		t.Errorf("%s (-want +got, rewrite with -update)\n%s", name, diff)
	}
}

// beneath is what is asked for beneath a field; false for lists in pages and for fields that require arguments.
func (ls *allLists) beneath(f *ast.FieldDefinition) (string, bool) {
	child := ls.schema.Types[f.Type.Name()]
	switch {
	case strings.HasPrefix(f.Name, "__"), strings.HasSuffix(child.Name, "Connection"), requires(f):
		return "", false
	case child.IsLeafType():
		return "", true
	case child.Name == "Member":
		return " { id name avatarUrl }", true
	case child.Name == "Space":
		return " { id name slug emoji }", true
	case child.Fields.ForName("id") != nil:
		return " { id }", true
	}
	return " { __typename }", true
}

// priceOf counts the calls by operation, but for those that are spent anyway.
func priceOf(calls, spent []string) string {
	counts := map[string]int{}
	for _, call := range calls {
		if !slices.Contains(spent, call) {
			operation, _, _ := strings.Cut(call, "?")
			counts[operation]++
		}
	}
	var cost []string
	for _, operation := range slices.Sorted(maps.Keys(counts)) {
		cost = append(cost, fmt.Sprint(counts[operation], " ", strings.Replace(operation, "/api/headless/v1", "", 1)))
	}
	return strings.Join(cost, ", ")
}

// listField is a list of the schema.
type listField struct {
	name string // Type.field
	on   string
	call string // the field with its arguments
	node *ast.Definition
}

// allLists is a community with all lists of the schema.
type allLists struct {
	*community
	schema *ast.Schema
	all    []listField
	ids    *strings.Replacer
	posted string // the body of the last call that has one
}

func newLists(t *testing.T, net network) *allLists {
	t.Helper()
	ls := &allLists{
		community: newCommunityOver(t, net, func(cfg *config.Config) { cfg.MaxCost = 0 }, directly),
		schema:    generated.NewExecutableSchema(generated.Config{}).Schema(),
	}
	ls.before = func(r *http.Request) {
		if r.Method == http.MethodPost {
			body, _ := io.ReadAll(r.Body)
			r.Body, ls.posted = io.NopCloser(bytes.NewReader(body)), string(body)
		}
	}
	found := ls.data(member, `{
		space(by: {slug: "harvest-photos"}) { posts(first: 1) { nodes { slug } } }
		viewer { chatThreads(first: 1) { nodes { id } } }
		post(by: {slug: {space: "say-hello", post: "welcome-to-thornbury-lane"}}) { comments(first: 1, orderBy: LIKES) { nodes
		{ id } } }
	}`, nil)
	ls.ids = strings.NewReplacer(
		"{photo}", at(found, "space.posts.nodes.0.slug").(string), "{thread}", at(found,
			"viewer.chatThreads.nodes.0.id").(string),
		"{comment}", at(found, "post.comments.nodes.0.id").(string),
	)
	for _, def := range ls.schema.Types {
		for _, f := range def.Fields {
			if def.Kind != ast.Object || !strings.HasSuffix(f.Type.Name(), "Connection") {
				continue
			}
			name := def.Name + "." + f.Name
			if reach[def.Name] == "" {
				t.Errorf("nothing leads to %s", name)
				continue
			}
			nodes := ls.schema.Types[f.Type.Name()].Fields.ForName("nodes")
			ls.all = append(ls.all, listField{name, def.Name, f.Name + listArguments[name], ls.schema.Types[nodes.Type.Name()]})
		}
	}
	slices.SortFunc(ls.all, func(a, b listField) int { return strings.Compare(a.name, b.name) })
	return ls
}

// kinds are the types that an object of a type can have.
func (ls *allLists) kinds(def *ast.Definition) []*ast.Definition {
	if def.IsAbstractType() {
		return ls.schema.GetPossibleTypes(def)
	}
	return []*ast.Definition{def}
}

// ask asks for something of a list and gives the answer, and the calls beyond those for the object that it hangs on,
// with their queries.
func (ls *allLists) ask(l listField, beneath string) (any, []string) {
	ls.t.Helper()
	as := member
	if l.on == "Course" { // whose attempts are for admins
		as = admin
	}
	answer := func(fields string) (any, []string) {
		data := ls.data(as, "{ "+ls.ids.Replace(strings.ReplaceAll(reach[l.on], "FIELDS", fields))+" }", nil)
		var calls []string
		for _, call := range ls.sandbox.Calls() {
			query := call.Query
			if call.Method == http.MethodPost {
				query = ls.posted
			}
			calls = append(calls, call.Operation+"?"+query)
		}
		return data, calls
	}
	_, before := answer("__typename")
	data, calls := answer(l.call + " { " + beneath + " }")
	return data, slices.DeleteFunc(calls, func(call string) bool { return slices.Contains(before, call) })
}

// pageSizes finds sizes of pages in a query or in a body.
var pageSizes = regexp.MustCompile(`per_page"?[=:](\d+)`)

// itemsOf is how many items a call asks for.
func itemsOf(t *testing.T, call string) int {
	t.Helper()
	_, query, _ := strings.Cut(call, "?")
	n := 0
	for _, m := range pageSizes.FindAllStringSubmatch(query, -1) {
		size, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		n += size
	}
	return n
}

// find looks for the one value of a name anywhere in an answer.
func find(value any, name string) any {
	switch v := value.(type) {
	case map[string]any:
		if found, ok := v[name]; ok {
			return found
		}
		for _, child := range v {
			if found := find(child, name); found != nil {
				return found
			}
		}
	case []any:
		for _, child := range v {
			if found := find(child, name); found != nil {
				return found
			}
		}
	}
	return nil
}
