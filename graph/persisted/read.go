package persisted

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// Document is a document of an app, as it lies in a file.
type Document struct {
	// File is the manifest, or the file of GraphQL, that it is from.
	File string
	// ID is what a manifest calls it; empty in a file of GraphQL.
	ID string
	// Text is what would be sent.
	Text string

	pieces []piece // of files of GraphQL
}

// piece is a definition of a file of GraphQL within the text of a document.
type piece struct {
	first, last int // lines of the text
	file        string
	line        int // of the file, where the piece begins
}

// Place returns where a line of the text stands in a file: a line of the document in a manifest.
func (d Document) Place(line int) (file string, inFile int) {
	for _, p := range d.pieces {
		if p.first <= line && line <= p.last {
			return p.file, p.line + line - p.first
		}
	}
	return d.File, line
}

// Read reads the documents that lie at paths, for whoever wants to look at them: manifests as [Load] takes them, files
// of GraphQL (*.graphql, *.gql), and directories of either. The fragments of files of GraphQL may stand in any of them;
// each operation becomes a document with those it needs. Files of a schema are passed over.
func Read(paths ...string) ([]Document, error) {
	var documents []Document
	var sources []*ast.Source
	seen := map[string]bool{}
	for _, path := range paths {
		files, err := filesAt(path)
		if err != nil {
			return nil, err
		}
		for _, name := range files {
			text, err := os.ReadFile(name) //nolint:gosec // which the caller names
			if err != nil {
				return nil, err
			}
			if isGraphQL(name) {
				if !seen[name] {
					sources = append(sources, &ast.Source{Name: name, Input: string(text)})
				}
				seen[name] = true
				continue
			}
			byID, err := parse(text)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			for _, id := range slices.Sorted(maps.Keys(byID)) {
				documents = append(documents, Document{File: name, ID: id, Text: byID[id]})
			}
		}
	}
	fromSources, err := compose(sources)
	if documents = append(documents, fromSources...); len(documents) == 0 && err == nil {
		return nil, fmt.Errorf("%s: no documents", strings.Join(paths, ", "))
	}
	return documents, err
}

func isGraphQL(name string) bool {
	return slices.Contains([]string{".graphql", ".gql"}, filepath.Ext(name))
}

// filesAt are the files that a path stands for: itself, the files of GraphQL beneath a directory, or its manifests.
func filesAt(path string) (files []string, err error) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return []string{path}, err
	}
	err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		hidden := name != path && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules")
		switch {
		case err != nil:
			return err
		case entry.IsDir() && hidden:
			return fs.SkipDir
		case !entry.IsDir() && !hidden && isGraphQL(name):
			files = append(files, name)
		}
		return nil
	})
	if err != nil || len(files) > 0 {
		return files, err
	}
	return filepath.Glob(filepath.Join(path, "*.json"))
}

// definition is an operation or a fragment with its text.
type definition struct {
	name, text, file string
	line             int
	spreads          []string
}

// compose makes a document of each operation in files of GraphQL. A file that cannot be read is a document by itself,
// so that whoever looks at it learns why.
func compose(sources []*ast.Source) ([]Document, error) {
	var documents []Document
	var operations []definition
	fragments := map[string]definition{}
	for _, source := range sources {
		parsed, err := parser.ParseQuery(source)
		if err != nil {
			if _, noSchema := parser.ParseSchema(source); noSchema != nil {
				documents = append(documents, Document{File: source.Name, Text: source.Input})
			}
			continue
		}
		ops, frags := definitions(source, parsed)
		operations = append(operations, ops...)
		for _, f := range frags {
			if other, ok := fragments[f.name]; ok && strings.TrimSpace(other.text) != strings.TrimSpace(f.text) {
				return nil, fmt.Errorf("%s:%d: the fragment %s stands in %s:%d too, with another text", f.file, f.line, f.name,
					other.file, other.line)
			}
			fragments[f.name] = f
		}
	}
	for _, o := range operations {
		documents = append(documents, o.with(fragments))
	}
	return documents, nil
}

// definitions cuts a file into its operations and fragments.
func definitions(source *ast.Source, parsed *ast.QueryDocument) (operations, fragments []definition) {
	var starts []*ast.Position
	for _, o := range parsed.Operations {
		starts = append(starts, o.Position)
	}
	for _, f := range parsed.Fragments {
		starts = append(starts, f.Position)
	}
	slices.SortFunc(starts, func(a, b *ast.Position) int { return cmp.Compare(a.Start, b.Start) })
	text := []rune(source.Input)
	cut := func(at *ast.Position, name string, set ast.SelectionSet) definition {
		end := len(text)
		if i := slices.Index(starts, at) + 1; i < len(starts) {
			end = starts[i].Start
		}
		d := definition{name: name, file: source.Name, line: at.Line, text: string(text[at.Start:end])}
		d.text = strings.TrimRight(d.text, " \t\r\n") + "\n"
		addSpreads(&d.spreads, set)
		return d
	}
	for _, o := range parsed.Operations {
		operations = append(operations, cut(o.Position, o.Name, o.SelectionSet))
	}
	for _, f := range parsed.Fragments {
		fragments = append(fragments, cut(f.Position, f.Name, f.SelectionSet))
	}
	return operations, fragments
}

func addSpreads(names *[]string, set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			addSpreads(names, s.SelectionSet)
		case *ast.InlineFragment:
			addSpreads(names, s.SelectionSet)
		case *ast.FragmentSpread:
			*names = append(*names, s.Name)
		}
	}
}

// with is the document of an operation, with the fragments that it needs behind it.
func (d definition) with(fragments map[string]definition) Document {
	document := Document{File: d.file}
	line := 1
	add := func(d definition) {
		lines := strings.Count(d.text, "\n")
		document.pieces = append(document.pieces, piece{first: line, last: line + lines - 1, file: d.file, line: d.line})
		document.Text += d.text
		line += lines
	}
	add(d)
	needed, added := d.spreads, map[string]bool{}
	for len(needed) > 0 {
		name := needed[0]
		needed = needed[1:]
		if f, ok := fragments[name]; ok && !added[name] {
			added[name] = true
			add(f)
			needed = append(slices.Clip(needed), f.spreads...)
		}
	}
	return document
}
