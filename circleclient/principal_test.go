package circleclient

import (
	"net/http"
	"testing"
)

// notes are principals that can be looked at.
type notes map[TokenHash]int64

func (n notes) Prove(token TokenHash, memberID int64) { n[token] = max(n[token], memberID) }

func (n notes) Member(token TokenHash) (int64, bool) { id, ok := n[token]; return id, ok }

func (n notes) Forget(token TokenHash) { delete(n, token) }

func TestSuccessProvesTheToken(t *testing.T) {
	n := notes{}
	c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case memberAPI + "/community_member":
			say(200, "application/json", `{"id":7}`)(w, r)
		case memberAPI + "/spaces/1":
			say(200, "application/json", `{"id":1}`)(w, r)
		case authAPI + "/auth_token":
			say(200, "application/json", `{"access_token":"made","community_member_id":9}`)(w, r)
		default:
			say(401, "application/json", `{"message":"The access token is invalid."}`)(w, r)
		}
	}), func(cfg *Config) { cfg.Principals = n })
	want := func(when string, memberID int64, proven bool) {
		t.Helper()
		if id, ok := n.Member(HashToken(testToken)); id != memberID || ok != proven {
			t.Errorf("%s: member %d, proven %v, want %d, %v", when, id, ok, memberID, proven)
		}
	}
	_, _ = c.Spaces.Get(asMember(t), 2)
	want("a refusal", 0, false)
	_, _ = c.Spaces.Get(asMember(t), 1)
	want("a success", 0, true)
	_, _ = c.Members.Current(asMember(t))
	want("the answer that says whose it is", 7, true)
	_, _ = c.Spaces.Get(asMember(t), 1)
	want("a success after it", 7, true)
	_, _ = c.Auth.CreateToken(t.Context(), TokenRequest{Email: "ada@example.com"})
	if len(n) != 1 {
		t.Errorf("%d tokens are proven, want one: the community's secret is none", len(n))
	}
}
