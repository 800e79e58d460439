package graph_test

import (
	"strings"
	"testing"
	"time"

	"circlegraph/tokens"
)

// Clients attach an old header to every call. It says why a member's fields cannot be answered, and never stands in the
// way of signing in, refreshing, signing out or reading the schema.
func TestExpiredHeaderBlocksNoSignIn(t *testing.T) {
	c := newCommunity(t)
	session, err := c.Sessions.Login(t.Context(), tokens.LoginRequest{Email: member})
	if err != nil {
		t.Fatal(err)
	}
	c.clock.Advance(2 * time.Hour)
	for _, tc := range []struct{ name, query, want string }{
		{"viewer", `{ viewer { email } }`, `"reason":"TOKEN_EXPIRED"`},
		{"schema", `{ __schema { queryType { name } } }`, `"Query"`},
		{
			"login", `mutation { login(input: {email: "member@example.com"}) { viewer { email } userErrors { message } } }`,
			`"email":"member@example.com"`,
		},
		{"refresh", `mutation { refreshAccessToken(input: {refreshToken: "` + session.RefreshToken +
			`"}) { accessToken userErrors { message } } }`, `"accessToken":"ey`},
		{"revoke", `mutation { revokeAccessToken(input: {accessToken: "` + session.AccessToken +
			`"}) { revoked userErrors { message } } }`, `"revoked":true`},
		{"logout", `mutation { logout { loggedOut userErrors { message } } }`, `"loggedOut":true`},
		{"logout everywhere", `mutation { logout(input: {everywhere: true, refreshToken: "` + session.RefreshToken +
			`"}) { loggedOut userErrors { message } } }`, `"loggedOut":true`},
		{"refresh after it", `mutation { refreshAccessToken(input: {refreshToken: "` + session.RefreshToken +
			`"}) { accessToken userErrors { message } } }`, `"accessToken":null`},
	} {
		if answer, _ := c.ask(session.AccessToken, tc.query, nil); !strings.Contains(string(answer), tc.want) {
			t.Errorf("%s: answered %s, want %s", tc.name, answer, tc.want)
		}
	}
}

// A login counts for what is beneath it and for nothing beside it.
func TestLoginIsForItsOwnFieldOnly(t *testing.T) {
	c := newCommunity(t)
	answer, _ := c.ask("", `mutation {
		login(input: {email: "member@example.com"}) { viewer { email } }
		resetNewNotificationsCount { userErrors { message } }
	}`, nil)
	if s := string(answer); !strings.Contains(s, `"email":"member@example.com"`) ||
		!strings.Contains(s, `"reason":"TOKEN_MISSING"`) {
		t.Errorf("answered %s", s)
	}
}

// Circle sends hidden places to everybody; this server does not.
func TestHiddenPlacesAreHidden(t *testing.T) {
	c := newCommunity(t)
	const query = `{ events(first: 40) { nodes { title isLocationHiddenFromNonAttendees isAttendedByViewer location { name
		} virtualLocationUrl } } }`
	nodes, ok := at(c.data(member, query, nil), "events.nodes").([]any)
	if !ok {
		t.Fatal("no events")
	}
	hidden, shown := 0, 0
	for _, e := range nodes {
		place := at(e, "location") != nil || at(e, "virtualLocationUrl") != nil
		switch {
		case at(e, "isLocationHiddenFromNonAttendees") == true && at(e, "isAttendedByViewer") == false:
			hidden++
			if place {
				t.Errorf("%v shows its place to a member who does not come", at(e, "title"))
			}
		case place:
			shown++
		}
	}
	if hidden == 0 || shown == 0 {
		t.Errorf("%d hidden and %d shown places: the seed lacks one of them", hidden, shown)
	}
}
