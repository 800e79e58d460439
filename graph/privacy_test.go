package graph_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/graph/generated"
)

// checkAddresses fails if an answer has the e-mail address of a member whom the asker has not named by it.
func checkAddresses(t *testing.T, c *community, named, step string, answer []byte) {
	t.Helper()
	for _, m := range c.sandbox.Members() {
		if !strings.Contains(named, m.Email) && bytes.Contains(answer, []byte(m.Email)) {
			t.Errorf("%s: the answer has the e-mail address of %s", step, m.Name)
		}
	}
}

// The viewer's own address is the only one in the schema; the rest that Circle sends has no field to come out of.
func TestNoAddressButTheViewersOwn(t *testing.T) {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	found := false
	for name, def := range schema.Types {
		if def.Kind != ast.Object && def.Kind != ast.Interface {
			continue
		}
		for _, f := range def.Fields {
			switch {
			case !strings.Contains(strings.ToLower(f.Name), "mail"):
			case name == "Viewer" && f.Name == "email":
				found = true
			default:
				t.Errorf("%s.%s: is it an e-mail address?", name, f.Name)
			}
		}
	}
	if !found {
		t.Error("Viewer.email is gone")
	}
}

// Circle does send the addresses of others, so that the goldens, none of which has one, say something.
func TestCircleSendsAddressesOfOthers(t *testing.T) {
	var mu sync.Mutex // the answers come side by side
	var sent bytes.Buffer
	c := newCommunityBehind(t, func(circle http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			circle.ServeHTTP(tee{w, &mu, &sent}, r)
		})
	})
	const query = `{ members(first: 40) { nodes { name links { website } } } viewer { email chatRooms(first: 5) { nodes {
		id } } } }`
	answer, _ := c.ask(member, query, nil)
	others := 0
	for _, m := range c.sandbox.Members() {
		if m.Email != member && bytes.Contains(sent.Bytes(), []byte(m.Email)) {
			others++
		}
	}
	if others < 10 {
		t.Errorf("Circle sent %d addresses of others, so this tests nothing", others)
	}
	checkAddresses(t, c, member, "members", answer)
	if !bytes.Contains(answer, []byte(member)) {
		t.Errorf("the viewer's own address is missing: %s", answer)
	}
}

// tee copies an answer.
type tee struct {
	http.ResponseWriter
	mu   *sync.Mutex
	copy io.Writer
}

func (t tee) Write(b []byte) (int, error) {
	t.mu.Lock()
	_, _ = t.copy.Write(b)
	t.mu.Unlock()
	return t.ResponseWriter.Write(b)
}
