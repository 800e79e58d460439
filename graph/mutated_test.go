package graph

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"circlegraph/internal/contract"
)

// mutantsPerExample is how many times an example is changed.
const mutantsPerExample = 20

// TestChangedExamples serves the official examples with a place or two changed as a changing Circle would. Nothing panics,
// nothing goes wrong on our side, and no field that fails takes its parent along.
func TestChangedExamples(t *testing.T) {
	official := contract.Load(t)
	for _, op := range official.Operations() {
		if slices.Contains(silent, op.ID) || strings.HasPrefix(feeds[op.ID], "mutation") {
			continue
		}
		t.Run(op.ID, func(t *testing.T) {
			t.Parallel()
			c := newOfficialCircle(t)
			seed := fnv.New64a()
			_, _ = seed.Write([]byte(op.ID))
			random := rand.New(rand.NewPCG(seed.Sum64(), 0)) // the same changes on every run
			for _, example := range official.Examples(op.ID, 200) {
				if string(example.Body) != "null" {
					checkMutants(t, c, op.ID, example, random)
				}
			}
		})
	}
}

func checkMutants(t *testing.T, c *officialCircle, op string, example contract.Example, random *rand.Rand) {
	value, err := parseNumbers(example.Body)
	if err != nil {
		t.Fatal(err)
	}
	value = telling(value)
	query := expand(t, fillFeed(t, feeds[op], value))
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	for range mutantsPerExample {
		mutant, err := parseNumbers(body)
		if err != nil {
			t.Fatal(err)
		}
		what := mutate(mutant, random)
		changed, err := json.Marshal(mutant)
		if err != nil {
			t.Fatal(err)
		}
		answer, _ := c.ask(op, changed, query)
		checkMutant(t, example.Name+" with "+what, answer)
	}
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
		if e.Extensions.Code == codeInternal {
			t.Errorf("%s: %s", name, raw)
		}
		if value, ok := lookUp(data, e.Path); !ok || value != nil {
			t.Errorf("%s: %s took what is above it along", name, raw)
		}
	}
}

// mutate changes one place of an example, and says which and how.
func mutate(value any, random *rand.Rand) string {
	var places []func() string
	var collect func(path string, value any)
	collect = func(path string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				places = append(places, func() string { return spoil(v, path, key, random) })
				collect(path+"."+key, v[key])
			}
		case []any:
			for i := range v {
				collect(fmt.Sprint(path, ".", i), v[i])
			}
		}
	}
	collect("", value)
	if len(places) == 0 {
		return "nothing"
	}
	return places[random.IntN(len(places))]()
}

// spoil changes what an object has under a key.
func spoil(object map[string]any, path, key string, random *rand.Rand) string {
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
		return path + "." + key + " dropped"
	case len(kinds) + 1:
		object["something_new"] = map[string]any{"id": json.Number("1")}
		return path + ".something_new added"
	case len(kinds) + 2:
		object[key] = fmt.Sprint(object[key])
		return path + "." + key + " as text"
	default:
		object[key] = kinds[n].value
		return path + "." + key + " as " + kinds[n].name
	}
}
