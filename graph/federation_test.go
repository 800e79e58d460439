package graph_test

import (
	"encoding/json"
	"strings"
	"testing"

	"circlegraph/circleclient"
	"circlegraph/graph"
	"circlegraph/graph/scalar"
	"circlegraph/internal/config"
)

const entities = `query ($r: [_Any!]!) {
	_entities(representations: $r) { __typename ... on Member { name } ... on Space { slug } ... on Post { id } }
}`

func federated(t *testing.T, on bool, maxCost int) *community {
	t.Helper()
	return newCommunityOver(t, loopback, func(cfg *config.Config) { cfg.MaxCost, cfg.Federation = maxCost, on }, directly)
}

// A router fetches objects by `__typename` and `id`, each in its place; what it cannot have is null there.
func TestEntities(t *testing.T) {
	c := federated(t, true, 50)
	var known struct {
		Viewer struct{ Member struct{ ID, Name string } }
		Spaces []struct{ ID, Slug string }
		Feed   struct {
			Nodes []struct {
				Kind string `json:"__typename"`
				ID   string
			}
		} `json:"homeFeed"`
	}
	c.into(member, `{ viewer { member { id name } } spaces { id slug } homeFeed(first: 1) { nodes { __typename id } } }`,
		&known)
	who, space, post := known.Viewer.Member, known.Spaces[0], known.Feed.Nodes[0]
	theMember, thePost := `{"__typename":"Member","name":"`+who.Name+`"}`,
		`{"__typename":"`+post.Kind+`","id":"`+post.ID+`"}`
	stranger := scalar.FormatRef(circleclient.Ref{Type: circleclient.RefMember, ID: 987654})
	otherKind := "Event"
	if post.Kind == otherKind {
		otherKind = "ImagePost"
	}
	for _, tc := range []struct {
		name string
		r    []any
		data string
		fail string // what the error says, "" for none
	}{
		{"in their order", []any{
			map[string]any{"__typename": "Space", "id": space.ID}, map[string]any{"__typename": "Member", "id": who.ID},
		}, `[{"__typename":"Space","slug":"` + space.Slug + `"},{"__typename":"Member","name":"` + who.Name + `"}]`, ""},
		{"of a type that the id is not of", []any{
			map[string]any{"__typename": "Space", "id": who.ID}, map[string]any{"__typename": "Member", "id": who.ID},
		}, `[null,{"__typename":"Member","name":"` + who.Name + `"}]`, "`__typename`"},
		{"without an id", []any{map[string]any{"__typename": "Member"}}, `[null]`, "id"},
		{"of a type of another graph", []any{map[string]any{"__typename": "Product", "id": "7"}}, `[null]`, "id"},
		{"twice, a stranger between", []any{
			map[string]any{"__typename": "Member", "id": who.ID},
			map[string]any{"__typename": "Member", "id": stranger},
			map[string]any{"__typename": post.Kind, "id": post.ID},
			map[string]any{"__typename": "Member", "id": who.ID},
		}, `[` + theMember + `,null,` + thePost + `,` + theMember + `]`, "does not exist"},
		{"a post of another kind", []any{
			map[string]any{"__typename": otherKind, "id": post.ID}, map[string]any{"__typename": post.Kind, "id": post.ID},
		}, `[null,` + thePost + `]`, "`__typename`"},
		{"with a number for an id", []any{map[string]any{"__typename": "Member", "id": 7}}, `[null]`, "id"},
		{"without a type", []any{map[string]any{"id": who.ID}}, `[null]`, "`__typename`"},
		{"with fields of other graphs", []any{
			map[string]any{"__typename": "Member", "id": who.ID, "loyaltyPoints": 7, "deep": map[string]any{"a": []any{1}}},
		}, `[` + theMember + `]`, ""},
		{"none", []any{}, `[]`, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			answer, _ := c.ask(member, entities, map[string]any{"r": tc.r})
			var got struct {
				Data struct {
					Entities json.RawMessage `json:"_entities"`
				}
				Errors []struct {
					Message    string
					Extensions struct{ Code string }
				}
			}
			if err := json.Unmarshal(answer, &got); err != nil {
				t.Fatal(err)
			}
			if string(got.Data.Entities) != tc.data {
				t.Errorf("%s, want %s", got.Data.Entities, tc.data)
			}
			if (len(got.Errors) > 0) != (tc.fail != "") {
				t.Fatalf("errors %v, want one: %t", got.Errors, tc.fail != "")
			}
			if tc.fail == "" {
				return
			}
			code := "BAD_USER_INPUT"
			if tc.fail == "does not exist" {
				code = "NOT_FOUND"
			}
			if !strings.Contains(got.Errors[0].Message, tc.fail) || got.Errors[0].Extensions.Code != code {
				t.Errorf("error %+v, want %s with %s", got.Errors[0], code, tc.fail)
			}
		})
	}
}

// The way of routers is no way around the limits, nor around the token.
func TestEntitiesAreLimited(t *testing.T) {
	many := make([]any, 101)
	for i := range many {
		id := scalar.FormatRef(circleclient.Ref{Type: circleclient.RefMember, ID: int64(i + 1)})
		many[i] = map[string]any{"__typename": "Member", "id": id}
	}
	for _, tc := range []struct {
		name, as string
		r        []any
		maxCost  int
		code     string
	}{
		{"more than may be asked for at once", member, many, 200, "BAD_USER_INPUT"},
		{"more than an operation may cost", member, many[:60], 50, "COST_LIMIT_EXCEEDED"},
		{"nobody's", "", many[:1], 50, "UNAUTHENTICATED"},
	} {
		answer, calls := federated(t, true, tc.maxCost).ask(tc.as, entities, map[string]any{"r": tc.r})
		if !strings.Contains(string(answer), `"code":"`+tc.code+`"`) || len(calls) > 0 {
			t.Errorf("%s: %s, calls %v; want %s and no call", tc.name, answer, calls, tc.code)
		}
	}
}

// Without the setting there is nothing for routers, and nothing shows that there could be.
func TestFederationIsOffByDefault(t *testing.T) {
	c := federated(t, false, 50)
	for _, query := range []string{"{ _service { sdl } }", `{ _entities(representations: []) { __typename } }`} {
		answer, _ := c.ask("", query, nil)
		if !strings.Contains(string(answer), "GRAPHQL_VALIDATION_FAILED") {
			t.Errorf("%s: %s, want a refusal", query, answer)
		}
	}
	if strings.Contains(graph.SDL(), "_Service") || strings.Contains(graph.SDL(), "_entities") {
		t.Error("the printed schema shows what routers ask for")
	}
}

// The SDL of the subgraph says what can be fetched by whom.
func TestFederationSDL(t *testing.T) {
	sdl := graph.FederationSDL()
	for _, part := range []string{
		`@link(url: "https://specs.apollo.dev/federation/v2.3"`, `type Member implements Node @key(fields: "id")`,
		`type PageInfo @shareable`, "): Node @inaccessible", "): [Node]! @inaccessible",
	} {
		if !strings.Contains(sdl, part) {
			t.Errorf("the SDL lacks %s", part)
		}
	}
	var answer struct {
		Service struct{ SDL string } `json:"_service"`
	}
	federated(t, true, 50).into("", "{ _service { sdl } }", &answer)
	if answer.Service.SDL != sdl {
		t.Error("`_service` says something else than /federation.graphql")
	}
}

// into reads the data of an answer without errors.
func (c *community) into(as, query string, data any) {
	c.t.Helper()
	answer, _ := c.ask(as, query, nil)
	got := struct{ Data, Errors any }{Data: data}
	if err := json.Unmarshal(answer, &got); err != nil || got.Errors != nil {
		c.t.Fatalf("%v: %s", err, answer)
	}
}
