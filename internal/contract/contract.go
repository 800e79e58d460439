// Package contract is test support: it holds HTTP traffic against Circle's official OpenAPI files, which are not part
// of this module.
package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// SpecsVariable is the environment variable with the folder of the OpenAPI files. The default is ../shared/specs beside
// the module's root.
const SpecsVariable = "CIRCLEGRAPH_SPECS"

// The official files: the Auth API and the Member API.
const (
	authFile   = "headless-auth-v1.yaml"
	memberFile = "headless-client-v1.yaml"
)

// Contract is what the two official files say. It is safe for concurrent use.
type Contract struct {
	apis     []api
	examples map[documented][]Example
	checked  sync.Map // what was found in answers, by their sums
}

// documented names an answer.
type documented struct {
	op     string
	status int
}

// api is one of the files, with a router over its paths.
type api struct {
	doc    *openapi3.T
	router routers.Router
	// failure is the shape of this API's errors.
	failure *openapi3.Schema
}

// Operation is one official operation.
type Operation struct {
	// Method is in upper case.
	Method string
	// Path is the template, such as /api/headless/v1/spaces/{space_id}/posts.
	Path string
	// ID is method and path with a space between.
	ID string
}

// Example is one official example of an answer.
type Example struct {
	// Name is unique among the examples of an operation and status.
	Name string
	// Body is the example as JSON; null if the answer has no body or the files name an example without its value.
	Body json.RawMessage
}

// load parses both files once per process: that takes a third of a second.
var load = sync.OnceValues(read)

// Load returns the contract. If the files are absent it skips the test, or fails it if the environment has CI=true.
func Load(t testing.TB) *Contract {
	t.Helper()
	c, err := load()
	switch {
	case err == nil:
		return c
	case !errors.Is(err, fs.ErrNotExist):
		t.Fatalf("the official contract cannot be read: %v", err)
	case os.Getenv("CI") == "true":
		t.Fatalf("the official contract is absent, and CI must not go without it: set %s", SpecsVariable)
	default:
		t.Skipf("the official contract is absent: put its files in ../shared/specs or set %s", SpecsVariable)
	}
	return nil
}

func read() (*Contract, error) {
	dir, err := specsDir()
	if err != nil {
		return nil, err
	}
	c := &Contract{examples: map[documented][]Example{}}
	for file, failure := range map[string]string{authFile: "error_response", memberFile: "error"} {
		doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(dir, file))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		doc.Servers = nil // tests serve on addresses of their own
		router, err := gorillamux.NewRouter(doc)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		schema := doc.Components.Schemas[failure]
		if schema == nil {
			return nil, fmt.Errorf("%s: no schema %q", file, failure)
		}
		c.apis = append(c.apis, api{doc, router, schema.Value})
		c.readExamples(doc)
	}
	return c, nil
}

// specsDir is the folder of the official files: the one that the environment names, else ../shared/specs beside the
// module's root.
func specsDir() (string, error) {
	if dir := os.Getenv(SpecsVariable); dir != "" {
		return dir, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "..", "shared", "specs"), nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("no go.mod above the working directory: %w", fs.ErrNotExist)
		}
		dir = parent
	}
}

// Operations lists all operations of both APIs, in order of their ID.
func (c *Contract) Operations() []Operation {
	byID := map[string]Operation{}
	for _, a := range c.apis {
		for path, item := range a.doc.Paths.Map() {
			for method := range item.Operations() {
				id := method + " " + path
				byID[id] = Operation{Method: method, Path: path, ID: id}
			}
		}
	}
	list := make([]Operation, 0, len(byID))
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		list = append(list, byID[id])
	}
	return list
}

// Examples lists the official examples of an operation's answer with the status, in order of their names; none for an
// operation or status that is not documented. They are shared, so leave their bodies as they are.
func (c *Contract) Examples(op string, status int) []Example {
	return slices.Clone(c.examples[documented{op, status}])
}

// readExamples reads the examples of all answers in a file.
func (c *Contract) readExamples(doc *openapi3.T) {
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			for code, ref := range operation.Responses.Map() {
				status, err := strconv.Atoi(code)
				media := ref.Value.Content.Get("application/json")
				if err != nil || media == nil {
					continue
				}
				var list []Example
				if media.Example != nil {
					list = append(list, Example{Name: "example", Body: encode(media.Example)})
				}
				for _, name := range slices.Sorted(maps.Keys(media.Examples)) {
					list = append(list, Example{Name: name, Body: encode(media.Examples[name].Value.Value)})
				}
				c.examples[documented{method + " " + path, status}] = list
			}
		}
	}
}

// encode writes a value that was read from YAML; such values always encode.
func encode(value any) json.RawMessage {
	raw, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return raw
}
