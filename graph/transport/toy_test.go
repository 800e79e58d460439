package transport_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"circlegraph/graph/transport"
	"circlegraph/internal/memnet"
	"circlegraph/internal/memory"
)

// toySchema is a schema that needs no code behind it.
const toySchema = `
	type Query { viewer: Person spaces: [Space!]! nodes: [Person]! broken: String echo(text: String!): String! }
	type Person { name: String! email: String id: ID! }
	type Space { name: String! group: Group posts: [Post!]! }
	type Group { id: ID! name: String! }
	type Post { title: String! }
	type Mutation { write: Boolean! }
	type Subscription { counted: Int! }
`

// toyData is what its queries select from.
const toyData = `{
	"viewer": {"name": "Maya", "email": "maya@example.com", "id": "1"}, "nodes": [null], "write": true,
	"spaces": [
		{"name": "Plots", "group": {"id": "g", "name": "Garden"}, "posts": [{"title": "Tomatoes"}]},
		{"name": "Seeds", "group": {"id": "g", "name": "Garden"}, "posts": [{"title": "Beans"}]}
	]
}`

// toy is a server of the toy schema. Who presents "Bearer member" is a member, as is "Bearer late" once somebody asks;
// "Bearer outage" cannot be asked about. "Bearer bad" is turned away, "Bearer ending" and "Bearer expiring" once over
// is set.
type toy struct {
	t      *testing.T
	url    string
	client *http.Client
	server *http.Server
	live   *transport.Live
	counts chan int               // of the subscription, after the first
	over   atomic.Bool            // whether the token has ended
	asked  atomic.Bool            // whether it was asked whose "Bearer late" is
	look   atomic.Pointer[func()] // is called once when it is looked whether a member vouches for somebody
	write  func()                 // is called by the mutation
	rests  chan *transport.Rest   // of subscriptions that announce their events; nil if they do not
}

type caller struct{}

func newToy(t *testing.T) *toy {
	t.Helper()
	return toyOptions{}.start(t)
}

// toyOptions are what tests change of the toy.
type toyOptions struct {
	maxBytes  int64 // 2000 if zero
	memory    *memory.Budget
	heartbeat time.Duration      // transport's if zero
	turns     int                // no limit if zero
	parse     func(query string) // sees each document before it is parsed
	owned     bool               // whether each token is a member's own
	streams   int                // 10 if zero
}

func (o toyOptions) inBubble(t *testing.T, test func(*testing.T, *toy)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, o.start(t)) })
}

func (o toyOptions) start(t *testing.T) *toy {
	t.Helper()
	s := &toy{t: t, counts: make(chan int), write: func() {}}
	s.live = transport.NewLive(transport.LiveOptions{
		Streams: cmp.Or(o.streams, 10), PerAddress: 5, Heartbeat: o.heartbeat, Memory: o.memory,
		Address: func(r *http.Request) netip.Addr {
			address, _ := netip.ParseAddr(r.Header.Get("From")) // the zero address without
			return address
		},
	})
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: toySchema})
	h := handler.New(&graphql.ExecutableSchemaMock{
		ExecFunc:   s.exec,
		SchemaFunc: func() *ast.Schema { return schema },
	})
	common := transport.Options{
		MaxBytes: cmp.Or(o.maxBytes, 2000), Live: s.live, Check: s.check,
		Expired: func(err error) bool { return errors.Is(err, errExpired) },
		Proven: func(ctx context.Context) bool {
			if look := s.look.Swap(nil); look != nil {
				(*look)()
			}
			return ctx.Value(caller{}) == asMember || ctx.Value(caller{}) == "Bearer late" && s.asked.Load()
		},
		Prove: func(ctx context.Context) error {
			switch ctx.Value(caller{}) {
			case "Bearer late":
				s.asked.Store(true)
				return nil
			case "Bearer member":
				return nil
			case "Bearer outage":
				return errors.New("Nobody can be asked.")
			}
			return errUnknown
		},
		Dead:   func(err error) bool { return errors.Is(err, errUnknown) },
		Memory: o.memory,
	}
	if o.owned {
		common.Owner = func(ctx context.Context) string {
			token := fmt.Sprint(ctx.Value(caller{}))
			if token == "Bearer late" && !s.asked.Load() {
				return ""
			}
			return token
		}
		common.Member = common.Owner
	}
	if o.turns > 0 {
		common.Turns = transport.NewTurns(o.turns)
	}
	h.AddTransport(transport.HTTP{Options: common})
	h.AddTransport(transport.Socket{
		Options: common,
		Init: func(ctx context.Context, authorization string) context.Context {
			if authorization == "Bearer panic" {
				panic("of the test")
			}
			return context.WithValue(ctx, caller{}, authorization)
		},
	})
	if o.parse != nil {
		h.Use(parsing(o.parse))
	}
	h.SetQueryCache(lru.New[*ast.QueryDocument](10))
	server, transport := memnet.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), caller{}, r.Header.Get("Authorization"))))
	}))
	s.server, s.url, s.client = server.Config, server.URL, &http.Client{Transport: transport}
	return s
}

// parsing is an extension that sees each document before it is parsed.
type parsing func(query string)

func (parsing) ExtensionName() string                   { return "Parsing" }
func (parsing) Validate(graphql.ExecutableSchema) error { return nil }
func (p parsing) MutateOperationParameters(_ context.Context, params *graphql.RawParams) *gqlerror.Error {
	p(params.Query)
	return nil
}

// inBubble runs a test in made-up time, which is over once nothing is left of server and clients.
func inBubble(t *testing.T, test func(*testing.T, *toy)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newToy(t)) })
}

func (s *toy) check(ctx context.Context) error {
	token := ctx.Value(caller{})
	switch {
	case token == "Bearer bad":
		return errors.New("The token is invalid.")
	case token == "Bearer ending" && s.over.Load():
		return errors.New("The token has ended.")
	case token == "Bearer expiring" && s.over.Load():
		return errExpired
	}
	return nil
}

var (
	errExpired = errors.New("The token has expired.")
	errUnknown = errors.New("The token is not known.")
)

// exec answers as generated code does, deferred fields as null at first.
func (s *toy) exec(ctx context.Context) graphql.ResponseHandler {
	oc := graphql.GetOperationContext(ctx)
	if oc.Operation.Operation == ast.Subscription {
		first := true
		if s.rests != nil {
			rest := transport.RestOf(ctx)
			rest.Announce(1)
			context.AfterFunc(ctx, func() { rest.Announce(1) })
			s.rests <- rest
		}
		return func(context.Context) *graphql.Response {
			n := 1
			if !first {
				select {
				case count, more := <-s.counts:
					if !more {
						return nil
					}
					n = count
				case <-ctx.Done():
					return nil
				}
			}
			first = false
			return &graphql.Response{Data: fmt.Appendf(nil, `{"counted":%d}`, n)}
		}
	}
	var answers []*graphql.Response
	begun := false
	return func(ctx context.Context) *graphql.Response {
		if !begun {
			begun = true
			if oc.Operation.Operation == ast.Mutation {
				s.write()
			}
			answers = s.answers(ctx, oc)
		}
		if len(answers) == 0 {
			return nil
		}
		next := answers[0]
		answers = answers[1:]
		return next
	}
}

// answers are the first part of an answer and the deferred ones.
func (s *toy) answers(ctx context.Context, oc *graphql.OperationContext) []*graphql.Response {
	var data any
	if err := json.Unmarshal([]byte(toyData), &data); err != nil {
		s.t.Error(err)
	}
	p := &picker{ctx: ctx, root: oc.Operation.Operation}
	answers := append([]*graphql.Response{{Data: p.pick(data, nil, oc.Operation.SelectionSet)}}, p.later...)
	for i, a := range answers {
		if len(answers) > 1 {
			a.HasNext = new(i < len(answers)-1)
		}
	}
	return answers
}

// picker selects from data.
type picker struct {
	ctx   context.Context
	root  ast.Operation
	later []*graphql.Response
}

func (p *picker) pick(value any, path ast.Path, set ast.SelectionSet) []byte {
	switch v := value.(type) {
	case []any:
		var items [][]byte
		for i, item := range v {
			items = append(items, p.pick(item, append(slices.Clip(path), ast.PathIndex(i)), set))
		}
		return slices.Concat([]byte("["), bytes.Join(items, []byte(",")), []byte("]"))
	case map[string]any:
		f := &fields{now: map[string]bool{}, selected: map[string]ast.SelectionSet{}}
		f.collect(set, false)
		for _, d := range f.deferred {
			p.later = append(p.later, &graphql.Response{Data: p.pick(value, path, d.set), Path: path, Label: d.label})
		}
		var members [][]byte
		for i, key := range f.keys {
			text := []byte("null")
			switch name := f.fields[i].Name; {
			case name == "echo":
				text, _ = json.Marshal(f.fields[i].ArgumentMap(graphql.GetOperationContext(p.ctx).Variables)["text"])
			case name == "__typename":
				text = fmt.Appendf(nil, "%q", strings.ToUpper(string(p.root[:1]))+string(p.root[1:]))
			case name == "broken":
				graphql.AddErrorf(p.ctx, "it is broken")
			case f.now[key]:
				text = p.pick(v[name], append(slices.Clip(path), ast.PathName(key)), f.selected[key])
			}
			members = append(members, slices.Concat(fmt.Appendf(nil, "%q:", key), text))
		}
		return slices.Concat([]byte("{"), bytes.Join(members, []byte(",")), []byte("}"))
	}
	text, _ := json.Marshal(value)
	return text
}

// fields are those of an object, in order.
type fields struct {
	keys     []string
	fields   []*ast.Field // the first of each key
	now      map[string]bool
	selected map[string]ast.SelectionSet
	deferred []deferredSet
}

type deferredSet struct {
	label string
	set   ast.SelectionSet
}

func (f *fields) collect(set ast.SelectionSet, later bool) {
	fragment := func(directives ast.DirectiveList, inner ast.SelectionSet) {
		d := directives.ForName("defer")
		if d != nil && !later {
			label := ""
			if arg := d.Arguments.ForName("label"); arg != nil {
				label = arg.Value.Raw
			}
			f.deferred = append(f.deferred, deferredSet{label, inner})
		}
		f.collect(inner, later || d != nil)
	}
	for _, selection := range set {
		switch x := selection.(type) {
		case *ast.Field:
			if !slices.Contains(f.keys, x.Alias) {
				f.keys, f.fields = append(f.keys, x.Alias), append(f.fields, x)
			}
			if !later {
				f.now[x.Alias] = true
				f.selected[x.Alias] = append(f.selected[x.Alias], x.SelectionSet...)
			}
		case *ast.InlineFragment:
			fragment(x.Directives, x.SelectionSet)
		case *ast.FragmentSpread:
			fragment(x.Directives, x.Definition.SelectionSet)
		}
	}
}

// message is a request of HTTP.
type message struct {
	method, query string // query is the one in the address
	header        map[string]string
	body          string
}

// open sends a request and gives the answer before its body has been read.
func (s *toy) open(m message) *http.Response {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), m.method, s.url+"?"+m.query, strings.NewReader(m.body))
	if err != nil {
		s.t.Fatal(err)
	}
	if m.method == http.MethodPost {
		r.Header.Set("Content-Type", asJSON)
	}
	for name, value := range m.header {
		r.Header.Set(name, value)
	}
	res, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func (s *toy) send(m message) (status int, header http.Header, body string) {
	s.t.Helper()
	res := s.open(m) //nolint:bodyclose // open closes it
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(text)
}

// ask posts a query.
func ask(accept, query string) message {
	return message{http.MethodPost, "", map[string]string{"Accept": accept}, fmt.Sprintf(`{"query":%q}`, query)}
}
