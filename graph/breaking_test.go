package graph_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/graph/generated"
)

// TestNothingBreaks compares the schema with the one on main, or, on main itself, with that of the commit before. Apps
// in the hands of members cannot be changed: a field goes only once the date of its deprecation has passed. A break
// that is meant all the same has a line "Breaks-Schema: why" in the message of its commit.
func TestNothingBreaks(t *testing.T) {
	base, text, err := baseline()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the schema to compare with: %v", err)
		}
		t.Skipf("the schema to compare with: %v", err)
	}
	before, err := gqlparser.LoadSchema(&ast.Source{Name: base, Input: text})
	if err != nil {
		t.Fatal(err)
	}
	after, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: printSchema()})
	if err != nil {
		t.Fatal(err)
	}
	breaks := compare(before, after, time.Now())
	messages, _ := git("log", "--format=%B", base+"..HEAD")
	if len(breaks) > 0 && regexp.MustCompile(`(?m)^Breaks-Schema: \S`).MatchString(messages) {
		t.Logf("clients break, as the commit says:\n%s", strings.Join(breaks, "\n"))
		return
	}
	for _, sentence := range breaks {
		t.Error(sentence)
	}
}

// baseline gives a commit and its schema.
func baseline() (commit, schema string, err error) {
	for _, main := range []string{"origin/main", "main"} {
		if commit, err = git("merge-base", "HEAD", main); err == nil {
			break
		}
	}
	head, headErr := git("rev-parse", "HEAD")
	if err == nil && commit == head {
		commit, err = git("rev-parse", "HEAD~1")
	}
	if err = cmp.Or(headErr, err); err != nil {
		return "", "", err
	}
	schema, err = git("show", commit+":graph/schema.graphql")
	return commit, schema, err
}

func git(args ...string) (string, error) {
	out, err := exec.Command("git", args...).Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

// comparison collects what breaks between two schemas, a sentence for each.
type comparison struct {
	today  time.Time
	breaks []string
}

func (c *comparison) say(format string, args ...any) {
	c.breaks = append(c.breaks, fmt.Sprintf(format, args...))
}

func compare(before, after *ast.Schema, today time.Time) []string {
	c := &comparison{today: today}
	for _, name := range slices.Sorted(maps.Keys(before.Types)) {
		old, now := before.Types[name], after.Types[name]
		switch {
		case old.BuiltIn || strings.HasPrefix(name, "__"):
		case now == nil:
			c.say("The type %s is gone.", name)
		case old.Kind != now.Kind:
			c.say("%s was %s and is %s.", name, old.Kind, now.Kind)
		default:
			c.definition(old, now)
		}
	}
	for name := range before.Directives {
		if after.Directives[name] == nil {
			c.say("The directive @%s is gone.", name)
		}
	}
	return c.breaks
}

func (c *comparison) definition(old, now *ast.Definition) {
	for _, field := range old.Fields {
		c.field(old, field, now.Fields.ForName(field.Name))
	}
	if old.Kind == ast.InputObject {
		for _, field := range now.Fields {
			if old.Fields.ForName(field.Name) == nil && field.Type.NonNull && field.DefaultValue == nil {
				c.say("The input %s demands a new field, %s.", now.Name, field.Name)
			}
		}
		if old.Directives.ForName("oneOf") == nil && now.Directives.ForName("oneOf") != nil {
			c.say("The input %s takes only one field from now on.", now.Name)
		}
	}
	for _, value := range old.EnumValues {
		if now.EnumValues.ForName(value.Name) == nil && !c.due(value.Directives) {
			c.say("The value %s.%s is gone.", old.Name, value.Name)
		}
	}
	for _, name := range old.Types {
		if !slices.Contains(now.Types, name) {
			c.say("%s is no member of the union %s any more.", name, old.Name)
		}
	}
	for _, name := range old.Interfaces {
		if !slices.Contains(now.Interfaces, name) {
			c.say("%s does not implement %s any more.", old.Name, name)
		}
	}
}

func (c *comparison) field(of *ast.Definition, old, now *ast.FieldDefinition) {
	name := of.Name + "." + old.Name
	if now == nil {
		if !c.due(old.Directives) {
			c.say("The field %s is gone. A field that is to go is deprecated first: @deprecated(reason: \"Use `other`. "+
				"Removal on 2030-01-31.\").", name)
		}
		return
	}
	if of.Kind == ast.InputObject {
		if !accepts(now.Type, old.Type) {
			c.say("The field %s took %s and takes %s.", name, old.Type, now.Type)
		}
		return
	}
	if !gives(now.Type, old.Type) {
		c.say("The field %s gave %s and gives %s.", name, old.Type, now.Type)
	}
	if old.Directives.ForName("semanticNonNull") != nil && now.Directives.ForName("semanticNonNull") == nil &&
		!now.Type.NonNull {
		c.say("The field %s may be null without an error from now on.", name)
	}
	for _, arg := range old.Arguments {
		switch other := now.Arguments.ForName(arg.Name); {
		case other == nil && !c.due(arg.Directives):
			c.say("The argument %s(%s) is gone.", name, arg.Name)
		case other != nil && !accepts(other.Type, arg.Type):
			c.say("The argument %s(%s) took %s and takes %s.", name, arg.Name, arg.Type, other.Type)
		}
	}
	for _, arg := range now.Arguments {
		if old.Arguments.ForName(arg.Name) == nil && arg.Type.NonNull && arg.DefaultValue == nil {
			c.say("The field %s demands a new argument, %s.", name, arg.Name)
		}
	}
}

// gives reports whether a value of the new type is one of the old type too: null if it was is fine, null if it was
// not is not.
func gives(now, old *ast.Type) bool {
	if old.NonNull && !now.NonNull || (now.Elem == nil) != (old.Elem == nil) || now.NamedType != old.NamedType {
		return false
	}
	return now.Elem == nil || gives(now.Elem, old.Elem)
}

// accepts reports whether the new type takes every value that the old one took.
func accepts(now, old *ast.Type) bool { return gives(old, now) }

// due reports whether a deprecation's date has passed.
func (c *comparison) due(directives ast.DirectiveList) bool {
	date, err := removal(directives.ForName("deprecated"))
	return err == nil && !date.IsZero() && c.today.After(date)
}

var wording = regexp.MustCompile("^Use `[^`]+`(?: [^.]+)?\\. Removal on (\\d{4}-\\d{2}-\\d{2})\\.$")

// removal reads the date out of a deprecation; zero if there is none.
func removal(deprecated *ast.Directive) (time.Time, error) {
	if deprecated == nil {
		return time.Time{}, nil
	}
	reason := ""
	if arg := deprecated.Arguments.ForName("reason"); arg != nil {
		reason = arg.Value.Raw
	}
	match := wording.FindStringSubmatch(reason)
	if match == nil {
		return time.Time{}, fmt.Errorf("the reason is %q, want \"Use `other`. Removal on 2030-01-31.\"", reason)
	}
	return time.Parse(time.DateOnly, match[1])
}

// misworded lists the deprecations of a schema that do not say what to use instead, and until when.
func misworded(schema *ast.Schema) []string {
	var found []string
	check := func(name string, directives ast.DirectiveList) {
		if _, err := removal(directives.ForName("deprecated")); err != nil {
			found = append(found, fmt.Sprintf("%s is deprecated, but %v", name, err))
		}
	}
	for name, def := range schema.Types {
		if def.BuiltIn || strings.HasPrefix(name, "__") {
			continue
		}
		for _, f := range def.Fields {
			check(name+"."+f.Name, f.Directives)
			for _, a := range f.Arguments {
				check(fmt.Sprintf("%s.%s(%s)", name, f.Name, a.Name), a.Directives)
			}
		}
		for _, v := range def.EnumValues {
			check(name+"."+v.Name, v.Directives)
		}
	}
	return found
}

func TestDeprecationsSayWhatToUseAndUntilWhen(t *testing.T) {
	for _, sentence := range misworded(generated.NewExecutableSchema(generated.Config{}).Schema()) {
		t.Error(sentence)
	}
	for reason, want := range map[string]bool{
		"Use `b`. Removal on 2030-01-31.":                  true,
		"Use `b` of the parent. Removal on 2030-01-31.":    true,
		"Use `b`. Removal on 2030-02-31.":                  false,
		"Use b. Removal on 2030-01-31.":                    false,
		"Removal on 2030-01-31.":                           false,
		"Use `b`.":                                         false,
		"No longer supported":                              false,
		"Use `b`. Removal on 2030-01-31. It was a mistake": false,
	} {
		schema := gqlparser.MustLoadSchema(&ast.Source{Input: fmt.Sprintf("type Query { a: Int @deprecated(reason: %q) }",
			reason)})
		if got := len(misworded(schema)) == 0; got != want {
			t.Errorf("the reason %q is right: %v, want %v", reason, got, want)
		}
	}
}

func TestCompare(t *testing.T) {
	const old = "type Query { a(x: Int, y: E): A!  n: N } interface N { id: ID! } type A implements N { id: ID!  f: " +
		"String!  g: [Int!]  s: Int @semanticNonNull  d: Int @deprecated(reason: \"Use `f`. Removal on 2026-01-31.\") } " +
		"input I { p: Int  q: String! } enum E { ONE TWO } union U = A | Query scalar S directive @semanticNonNull on " +
		"FIELD_DEFINITION directive @other on FIELD"
	after := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		from, to string
		want     string // empty if nothing breaks
	}{
		{"", "", ""},
		{"scalar S", "", "The type S is gone."},
		{"scalar S", "enum S { A }", "S was SCALAR and is ENUM."},
		{"f: String!", "", "The field A.f is gone."},
		{"f: String!", "f: String", "The field A.f gave String! and gives String."},
		{"f: String!", "f: Int!", "The field A.f gave String! and gives Int!."},
		{"f: String!", "f: [String!]!", "The field A.f gave String! and gives [String!]!."},
		{"g: [Int!]", "g: [Int]", "The field A.g gave [Int!] and gives [Int]."},
		{"g: [Int!]", "g: [Int!]!", ""},
		{"s: Int @semanticNonNull", "s: Int", "The field A.s may be null without an error from now on."},
		{"s: Int @semanticNonNull", "s: Int!", ""},
		{"d: Int @deprecated(reason: \"Use `f`. Removal on 2026-01-31.\")", "", ""},
		{"x: Int, ", "", "The argument Query.a(x) is gone."},
		{"x: Int", "x: Int!", "The argument Query.a(x) took Int and takes Int!."},
		{"x: Int", "x: Int, z: Int!", "The field Query.a demands a new argument, z."},
		{"x: Int", "x: Int, z: Int! = 1", ""},
		{"p: Int", "", "The field I.p is gone."},
		{"p: Int", "p: Int!", "The field I.p took Int and takes Int!."},
		{"q: String!", "q: String", ""},
		{"p: Int", "p: Int r: Int!", "The input I demands a new field, r."},
		{"p: Int", "p: Int r: Int! = 1", ""},
		{"input I", "input I @oneOf", "The input I takes only one field from now on."},
		{" TWO", "", "The value E.TWO is gone."},
		{" TWO", " TWO THREE", ""},
		{" | Query", "", "Query is no member of the union U any more."},
		{" implements N", "", "A does not implement N any more."},
		{" directive @other on FIELD", "", "The directive @other is gone."},
	} {
		before, err := gqlparser.LoadSchema(&ast.Source{Input: old})
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(old, tc.from, tc.to, 1)
		if tc.to == "input I @oneOf" {
			changed = strings.Replace(changed, "q: String!", "q: String", 1)
		}
		now, err := gqlparser.LoadSchema(&ast.Source{Input: changed})
		if err != nil {
			t.Fatalf("%q for %q: %v", tc.to, tc.from, err)
		}
		got := strings.Join(compare(before, now, after), "\n")
		if tc.want == "" && got != "" || !strings.HasPrefix(got, tc.want) || strings.Contains(got, "\n") {
			t.Errorf("%q in the place of %q says %q, want %q", tc.to, tc.from, got, tc.want)
		}
	}
	// Before its date a deprecated field must stay.
	without := regexp.MustCompile(` d: Int @deprecated\([^)]*\)`).ReplaceAllString(old, "")
	before := gqlparser.MustLoadSchema(&ast.Source{Input: old})
	now := gqlparser.MustLoadSchema(&ast.Source{Input: without})
	if got := compare(before, now, after.AddDate(0, 0, -10)); len(got) != 1 {
		t.Errorf("removing a field before its date says %q, want one sentence", got)
	}
}
