package scalar

import "github.com/99designs/gqlgen/graphql"

// searchEnums are the enums of searches and web sessions.
var searchEnums = struct {
	searchType, searchEventStatus, mentionScope, cookieSameSite words
}{
	searchType: words{
		{"GENERAL", "general"},
		{"MEMBERS", "members"},
		{"POSTS", "posts"},
		{"COMMENTS", "comments"},
		{"SPACES", "spaces"},
		{"LESSONS", "lessons"},
		{"EVENTS", "events"},
		{"ENTITY_LIST", "entity_list"},
		{
			"MENTIONS",
			"mentions",
		},
	},
	searchEventStatus: words{{"UPCOMING", "upcoming"}, {"PAST", "past"}},
	mentionScope:      words{{"SPACE", "space"}, {"GROUP_CHAT", "group_chat"}, {"THREAD", "thread"}, {"DIRECT", "direct"}},
	cookieSameSite:    words{{"NONE", "none"}, {"LAX", "lax"}, {"STRICT", "strict"}},
}

// MarshalSearchType writes Circle's word as a SearchType.
func MarshalSearchType(word string) graphql.Marshaler {
	return searchEnums.searchType.marshal(word)
}

// UnmarshalSearchType reads a SearchType as Circle's word.
func UnmarshalSearchType(v any) (string, error) {
	return searchEnums.searchType.unmarshal(v)
}

// MarshalSearchEventStatus writes Circle's word as a SearchEventStatus.
func MarshalSearchEventStatus(word string) graphql.Marshaler {
	return searchEnums.searchEventStatus.marshal(word)
}

// UnmarshalSearchEventStatus reads a SearchEventStatus as Circle's word.
func UnmarshalSearchEventStatus(v any) (string, error) {
	return searchEnums.searchEventStatus.unmarshal(v)
}

// MarshalMentionScope writes Circle's word as a MentionScope.
func MarshalMentionScope(word string) graphql.Marshaler {
	return searchEnums.mentionScope.marshal(word)
}

// UnmarshalMentionScope reads a MentionScope as Circle's word.
func UnmarshalMentionScope(v any) (string, error) {
	return searchEnums.mentionScope.unmarshal(v)
}

// MarshalCookieSameSite writes Circle's word as a CookieSameSite.
func MarshalCookieSameSite(word string) graphql.Marshaler {
	return searchEnums.cookieSameSite.marshal(word)
}

// UnmarshalCookieSameSite reads a CookieSameSite as Circle's word.
func UnmarshalCookieSameSite(v any) (string, error) {
	return searchEnums.cookieSameSite.unmarshal(v)
}
