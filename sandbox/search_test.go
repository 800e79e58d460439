package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// kinds counts what a search found by type.
func (r reply) kinds() map[string]int {
	counts := map[string]int{}
	for i := range r.records() {
		kind, _ := r.at("records", i, "type").(string)
		counts[kind]++
	}
	return counts
}

func TestAdvancedSearch(t *testing.T) {
	w := newContractWorld(t, Options{})
	for _, test := range []struct {
		name, who, query string
		want             string // kinds, in order
		part             string // of the answer
	}{
		{
			name: "everything", query: "query=tomatoes&per_page=100", want: "comment post",
			part: "about <strong>tomatoes</strong>",
		},
		{
			name: "posts", query: "query=TOMATOES&type=posts", want: "post",
			part: `"highlighted_name":"Everything we know about <strong>tomatoes</strong>"`,
		},
		{
			name: "all words", query: "query=tomatoes+know+everything&type=posts", want: "post",
			part: "<strong>Everything</strong> we <strong>know</strong> about",
		},
		{name: "no such words", query: "query=tomatoes+aeroplanes", want: ""},
		{
			name: "members", query: "query=maya&type=members", want: "member",
			part: `"highlighted_name":"<strong>Maya</strong> Fielding"`,
		},
		{name: "members of a tag", query: "query=a&type=members&filters[member_tag_ids][]=0", want: ""},
		{name: "spaces", query: "query=veg&type=spaces", want: "space", part: `"slug":"vegetables"`},
		{name: "comments", query: "query=the&type=comments", want: "comment", part: `"post_slug"`},
		{name: "events", query: "query=a&type=events&filters[status]=past", want: "event", part: `"starts_at"`},
		{name: "lessons", query: "query=soil&type=lessons&per_page=100", want: "lesson", part: `"section_name"`},
		{name: "lessons for those outside", who: asNewcomer, query: "query=soil&type=lessons", want: ""},
		{name: "another space", query: "query=tomatoes&type=posts&filters[space_ids][]=2700008", want: ""},
		{
			name: "its own space", query: "query=tomatoes&type=posts&filters[space_ids][]=2700006&filters[space_ids][]=2700003",
			want: "post",
		},
		{name: "another author", query: "query=bean+poles&type=posts&filters[author_name]=ruth", want: ""},
		{
			name: "its author", query: "query=bean+poles&type=posts&filters[author_name]=MAYA", want: "post",
			part: "Maya Fielding",
		},
		{name: "no topic", query: "query=a&type=posts&filters[topic_ids][]=77", want: ""},
		{name: "a topic", query: "query=a&type=posts&filters[topic_ids][]=1180", want: "post"},
		{name: "what can be referred to", query: "query=plot&type=entity_list&per_page=100", want: "event lesson post space"},
		{
			name: "everyone", who: asAdmin, query: "query=everyone&type=mentions&mention_scope=group_chat",
			want: "group_mention", part: `"mention_scope":"group_chat"`,
		},
		{name: "everyone is for staff", query: "query=everyone&type=mentions", want: ""},
		{name: "secret spaces", query: "query=committee&type=spaces", want: ""},
		{name: "secret spaces for admins", who: asAdmin, query: "query=committee&type=spaces", want: "space"},
	} {
		who := test.who
		if who == "" {
			who = asMember
		}
		r := w.as(who).must(200, "GET", "/advanced_search?"+strings.NewReplacer("[", "%5B", "]", "%5D").Replace(test.query),
			"")
		var kinds []string
		for kind := range r.kinds() {
			kinds = append(kinds, kind)
		}
		slices.Sort(kinds)
		if got := strings.Join(kinds, " "); got != test.want || !strings.Contains(string(r.raw), test.part) {
			t.Errorf("%s finds %q in %.600s, want %q with %s", test.name, got, r.raw, test.want, test.part)
		}
	}
	w.as(asMember).must(404, "GET", "/advanced_search", "")
}

func TestQuickSearchKnowsTitlesAlone(t *testing.T) {
	w := newContractWorld(t, Options{})
	c := w.as(asMember)
	body := "Six or eight, about two metres"
	if r := c.must(200, "GET", "/search?search_text="+url.QueryEscape(body), ""); len(r.records()) != 0 {
		t.Errorf("words of a text find %s", r.raw)
	}
	r := c.must(200, "GET", "/search?search_text=bean+poles", "")
	if kinds := r.kinds(); kinds["post"] != 1 || r.at("records", 0, "id") != fmt.Sprintf("post_%d", w.eventID(slugMaya)) {
		t.Errorf("a title finds %s", r.raw)
	}
	r = c.must(200, "GET", "/search?search_text=maya", "")
	if r.at("records", 0, "type") != "community_member" || r.at("records", 0, "attributes", "id") == nil ||
		strings.Contains(string(r.raw), "@") {
		t.Errorf("a name finds %s, want a member without an address", r.raw)
	}
	if _, isText := r.at("records", 0, "attributes", "id").(string); !isText {
		t.Errorf("the id of a member is no text: %s", r.raw)
	}
	c.must(404, "GET", "/search", "")
}

func TestCookiesOfTheWebSession(t *testing.T) {
	w := newContractWorld(t, Options{})
	c := w.as(asMember)
	find := func(r reply) *http.Cookie {
		cookies := (&http.Response{Header: r.header}).Cookies()
		i := slices.IndexFunc(cookies, func(c *http.Cookie) bool { return c.Name == sessionCookie })
		if i < 0 {
			t.Fatalf("no session among %v", cookies)
		}
		return cookies[i]
	}
	made := find(c.must(200, "POST", "/cookies", ""))
	if made.Value == "" || !made.Secure || made.SameSite != http.SameSiteNoneMode || made.Path != "/" ||
		made.Expires.Before(testNow.Add(sessionLife-1e9)) {
		t.Errorf("the cookie is %v", made)
	}
	if gone := find(c.must(200, "DELETE", "/cookies", "")); gone.MaxAge >= 0 {
		t.Errorf("the cookie is not deleted: %v", gone)
	}
	if again := find(c.must(200, "POST", "/cookies", "")); again.Value == made.Value {
		t.Error("two sessions have one value")
	}
}
