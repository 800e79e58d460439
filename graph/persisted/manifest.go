package persisted

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// Load reads trusted documents, text by id, from a manifest or from all manifests (*.json) of a directory: Apollo's
// (`"format": "apollo-persisted-query-manifest"`), a map of texts by id as Relay and GraphQL Code Generator write it,
// or Relay's list of pairs. Without a path there are none. An id that stands for two different texts, and a manifest
// without documents, are errors.
func Load(path string) (map[string]string, error) {
	if path == "" {
		return nil, nil
	}
	names := []string{path}
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if info.IsDir() {
		if names, err = filepath.Glob(filepath.Join(path, "*.json")); err != nil {
			return nil, err
		}
	}
	all := map[string]string{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		documents, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, id := range slices.Sorted(maps.Keys(documents)) {
			if other, ok := all[id]; ok && other != documents[id] {
				return nil, fmt.Errorf("%s: the id %q stands for another document already", name, id)
			}
			all[id] = documents[id]
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no trusted documents", path)
	}
	return all, nil
}

// parse reads one manifest of any of the forms.
func parse(text []byte) (map[string]string, error) {
	var apollo struct {
		Format     string
		Version    int
		Operations []struct{ ID, Body string }
	}
	if json.Unmarshal(text, &apollo) == nil && apollo.Format == "apollo-persisted-query-manifest" {
		if apollo.Version != 1 {
			return nil, fmt.Errorf("an Apollo manifest of version %d, not 1", apollo.Version)
		}
		pairs := make([][2]string, len(apollo.Operations))
		for i, o := range apollo.Operations {
			pairs[i] = [2]string{o.ID, o.Body}
		}
		return collect(slices.Values(pairs))
	}
	var pairs [][2]string
	if json.Unmarshal(text, &pairs) == nil {
		return collect(slices.Values(pairs))
	}
	var byID map[string]string
	if json.Unmarshal(text, &byID) != nil {
		return nil, errors.New("neither an Apollo manifest, nor a map of documents by id, nor a list of pairs")
	}
	return collect(func(yield func([2]string) bool) {
		for id, body := range byID {
			if !yield([2]string{id, body}) {
				return
			}
		}
	})
}

// collect refuses pairs without an id or a text, and two texts of one id. GraphQL Code Generator writes its ids with
// the prefix that says which hash they are; clients send them with and without it.
func collect(pairs func(yield func([2]string) bool)) (map[string]string, error) {
	documents := map[string]string{}
	for pair := range pairs {
		id, body := strings.TrimPrefix(pair[0], hashPrefix), pair[1]
		if id == "" || body == "" {
			return nil, fmt.Errorf("the document with the id %q has no id or no text", id)
		}
		if other, ok := documents[id]; ok && other != body {
			return nil, fmt.Errorf("the id %q stands for two documents", id)
		}
		documents[id] = body
	}
	return documents, nil
}

// OperationNames are the names of the operations in documents, each once. Texts that are no documents have none.
func OperationNames(documents map[string]string) []string {
	var names []string
	for _, text := range documents {
		document, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			continue // it is refused when somebody sends its id
		}
		for _, o := range document.Operations {
			if o.Name != "" {
				names = append(names, o.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
