package graph_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"circlegraph/internal/contract"
	"circlegraph/internal/race"
)

var mutantsPerExample = flag.Int("mutants", race.Rounds(10, 2), "how many times each official example is changed")

// TestChangedExamples serves the official examples with a place changed as a changing Circle would. Nothing panics,
// nothing goes wrong on our side, no field that fails takes its parent along, and whatever is not made of the changed
// place is as it was.
func TestChangedExamples(t *testing.T) {
	t.Parallel()
	official := contract.Load(t)
	for _, op := range race.Some(official.Operations()) {
		if slices.Contains(silent, op.ID) {
			continue
		}
		t.Run(op.ID, func(t *testing.T) {
			t.Parallel()
			inBubble(func(t *testing.T) { checkChanged(t, official, op.ID) })(t)
		})
	}
}

func checkChanged(t *testing.T, official *contract.Contract, op string) {
	c := newOfficialCircle(t)
	seed := fnv.New64a()
	_, _ = seed.Write([]byte(op))
	random := rand.New(rand.NewPCG(seed.Sum64(), 0)) // the same changes on every run
	for _, status := range []int{200, 201, 202} {
		for _, example := range official.Examples(op, status) {
			if string(example.Body) != "null" {
				(&changed{t: t, c: c, op: op, made: map[string]map[string]bool{}}).check(example, random)
			}
		}
	}
}

// changed is an example under change.
type changed struct {
	t     *testing.T
	c     *officialCircle
	op    string
	body  []byte
	query string
	data  any // that it makes
	// made has, for the places tried so far, the paths of the answer that are made of them.
	made map[string]map[string]bool
}

func (m *changed) check(example contract.Example, random *rand.Rand) {
	value := telling(m.parse(example.Body))
	m.c.unlist(m.op, value)
	m.query = expand(m.t, fillFeed(m.t, feeds[m.op], value))
	m.body = m.encode(value)
	m.data = m.answer(m.body)
	var all []place
	places(value, nil, &all)
	for range *mutantsPerExample {
		if len(all) == 0 {
			return
		}
		at := all[random.IntN(len(all))]
		mutant := m.parse(m.body)
		what := spoil(at.in(mutant), at.key, random)
		answer, _ := m.c.ask(m.op, m.encode(mutant), m.query)
		name := fmt.Sprintf("%s with %s %s", example.Name, at, what)
		checkMutant(m.t, name, answer)
		data, err := parseNumbers(answer.Data)
		if err != nil {
			continue // which checkMutant has told
		}
		if bytes.Contains(answer.Data, []byte(`"OUTCOME_UNKNOWN"`)) {
			continue // it no longer confirms the write, see TestAnswersThatConfirmNothing
		}
		items, list := at.in(value)[at.key].([]any)
		if list && len(items) == 0 && at.key == "records" {
			continue // what has no list of records is no page, see circleclient's TestListsAreLists
		}
		changes := slices.DeleteFunc(differences("", m.data, data), func(path string) bool {
			counts := (list || at.key == "id") && strings.HasSuffix(path, "Count")
			cursor := strings.HasSuffix(strings.ToLower(path), "cursor") // by how large pages and the list are
			return counts || cursor || what != added && showsOtherwise(at, path)
		})
		may := map[string]bool{}
		if what != added && len(changes) > 0 {
			may = m.madeOf(at)
		}
		for _, path := range changes {
			if !excused(path, may) {
				m.t.Errorf("%s: %s is not made of that, but changed", name, path)
			}
		}
	}
}

// madeOf gives the paths of the answer that change with what is at a place.
func (m *changed) madeOf(at place) map[string]bool {
	if may := m.made[at.String()]; may != nil {
		return may
	}
	may := map[string]bool{}
	m.made[at.String()] = may
	variants := 1
	leaves("", at.in(m.parse(m.body))[at.key], func(_ string, value any) { variants = max(variants, len(others(value))) })
	for variant := range variants {
		value := m.parse(m.body)
		object := at.in(value)
		object[at.key] = varied(object[at.key], variant)
		for _, path := range differences("", m.data, m.answer(m.encode(value))) {
			may[path] = true
		}
	}
	return may
}

// varied changes all leaves of a value.
func varied(value any, variant int) any {
	switch v := value.(type) {
	case map[string]any:
		for key, child := range v {
			v[key] = varied(child, variant)
		}
		return v
	case []any:
		for i, child := range v {
			v[i] = varied(child, variant)
		}
		return v
	}
	all := others(value)
	return all[variant%len(all)]
}

func (m *changed) answer(body []byte) any {
	answer, _ := m.c.ask(m.op, body, m.query)
	data, err := parseNumbers(answer.Data)
	if err != nil {
		m.t.Fatal(err)
	}
	return data
}

func (m *changed) parse(body []byte) any {
	value, err := parseNumbers(body)
	if err != nil {
		m.t.Fatal(err)
	}
	return value
}

func (m *changed) encode(value any) []byte {
	body, err := json.Marshal(value)
	if err != nil {
		m.t.Fatal(err)
	}
	return body
}

// excused reports whether a difference may be due to what changes the paths in may: it is one of them, a list with some
// of them in it, the place in a list of which that is so, or within an object that is another one by its id.
func excused(path string, may map[string]bool) bool {
	list, _, paged := strings.Cut(path, ".pageInfo.")
	for other := range may {
		object, field := other[:max(strings.LastIndex(other, "."), 0)], other[strings.LastIndex(other, ".")+1:]
		id := field == "id" || strings.HasSuffix(field, "_id") // with an alias
		if within(path, other) || within(other, path) || paged && within(other, list) || id && within(path, object) {
			return true
		}
	}
	return false
}

// showsOtherwise reports whether a part of the answer is made of a place in a way that other values there do not tell:
// it is fetched by them, shows their keys, or is the same for all words but one.
func showsOtherwise(at place, path string) bool {
	for part, shown := range map[string]string{
		"notifiable": ".subject.", "bookmark_record": ".subject.", "space_member_id": ".viewerNotificationPreferences.",
		"attributes.space": "Hit_post.", "attributes.space_id": "Hit_comment.", "attributes.post_id": "Hit_comment.",
		"direct_upload.headers": ".uploadHeaders.", "status": ".isOnline.",
	} {
		if strings.Contains(at.String(), part) && strings.Contains(path+".", shown) {
			return true
		}
	}
	return false
}

// within reports whether a path is another one or beneath it.
func within(path, above string) bool { return path == above || strings.HasPrefix(path, above+".") }

// differences gives the paths at which two answers differ.
func differences(path string, a, b any) []string {
	var all []string
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			return []string{path}
		}
		for _, key := range slices.Sorted(maps.Keys(x)) {
			all = append(all, differences(path+"."+key, x[key], y[key])...)
		}
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return []string{path}
		}
		for i := range x {
			all = append(all, differences(fmt.Sprint(path, ".", i), x[i], y[i])...)
		}
	default:
		if !reflect.DeepEqual(a, b) {
			return []string{path}
		}
	}
	return all
}

// checkMutant looks for what a change must not bring about.
func checkMutant(t *testing.T, name string, answer graphqlAnswer) {
	t.Helper()
	data, err := parseNumbers(answer.Data) // documents pass on numbers that Go has no type for
	if err != nil || data == nil {
		t.Errorf("%s: no data: %.500s", name, answer.Errors)
		return
	}
	for _, raw := range answer.Errors {
		var e failure
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		if e.Extensions.Code == "INTERNAL_SERVER_ERROR" {
			t.Errorf("%s: %s", name, raw)
		}
		if value, ok := lookUp(data, e.Path); !ok || value != nil {
			t.Errorf("%s: %s took what is above it along", name, raw)
		}
	}
}

// place is where an example may be changed: an object in it, and a key.
type place struct {
	path []any // keys and indices
	key  string
}

func (p place) String() string {
	text := ""
	for _, step := range p.path {
		text += fmt.Sprint(step, ".")
	}
	return text + p.key
}

// in is the object of the place in a copy of the example.
func (p place) in(value any) map[string]any {
	for _, step := range p.path {
		switch step := step.(type) {
		case string:
			value = value.(map[string]any)[step]
		case int:
			value = value.([]any)[step]
		}
	}
	return value.(map[string]any)
}

func places(value any, path []any, into *[]place) {
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			*into = append(*into, place{path, key})
			places(v[key], append(slices.Clip(path), key), into)
		}
	case []any:
		for i := range v {
			places(v[i], append(slices.Clip(path), i), into)
		}
	}
}

// added is a change that concerns nothing.
const added = "and something new beside it"

// spoil changes what an object has under a key, and says how.
func spoil(object map[string]any, key string, random *rand.Rand) string {
	kinds := []struct {
		name  string
		value any
	}{
		{"null", nil},
		{"text", "a word that nobody knows"},
		{"empty text", ""},
		{"number", json.Number("7")},
		{"fraction", json.Number("1e400")},
		{"yes", true},
		{"list", []any{}},
		{"object", map[string]any{}},
		{"list of nulls", []any{nil, nil}},
		{"list of words", []any{"a", "b"}},
		{"nested", map[string]any{"id": map[string]any{"id": []any{}}}},
	}
	switch n := random.IntN(len(kinds) + 3); n {
	case len(kinds):
		delete(object, key)
		return "dropped"
	case len(kinds) + 1:
		object["something_new"] = map[string]any{"id": json.Number("1")}
		return added
	case len(kinds) + 2:
		object[key] = fmt.Sprint(object[key])
		return "as text"
	default:
		object[key] = kinds[n].value
		return "as " + kinds[n].name
	}
}
