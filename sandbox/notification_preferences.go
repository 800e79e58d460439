package sandbox

import (
	"slices"
)

// mediumInApp is the medium of the list of notifications. The others only keep their switches: the sandbox sends
// nothing.
const mediumInApp = "in_app"

// Choices for a space.
const (
	choiceAll     = "all"
	choiceMention = "mention"
	choiceNever   = "never"
)

func isMedium(medium string) bool {
	return slices.Contains([]string{mediumInApp, "push", "mobile"}, medium)
}

func isChoice(choice string) bool {
	return slices.Contains([]string{choiceAll, choiceMention, choiceNever}, choice)
}

// preferenceJSON is a switch as the settings show it.
type preferenceJSON struct {
	Kind    string `json:"type"`
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
}

// preferenceKinds lists all switches of a medium in Circle's order. Direct messages have no switch in the app, which
// always shows them.
func preferenceKinds(medium string) []preferenceJSON {
	kinds := []preferenceJSON{
		{Kind: "post_comment", Name: "Comments on my posts"},
		{Kind: "comment_reply", Name: "Replies to my comments"},
		{Kind: "mention", Name: "Mentions"},
		{Kind: "post_like", Name: "Likes on my posts"},
		{Kind: "comment_like", Name: "Likes on my comments"},
		{Kind: "live", Name: "Live streams/rooms"},
		{Kind: "new_course_content", Name: "New course content"},
		{Kind: "poll", Name: "Polls"},
	}
	if medium != mediumInApp {
		kinds = append(kinds, preferenceJSON{Kind: "direct_messages", Name: "Direct messages"})
	}
	return kinds
}

// enabled reports whether a switch is on. All are on until they are changed.
func (m *member) enabled(medium, kind string) bool {
	on, changed := m.preferences[preferenceKey{medium, kind}]
	return on || !changed
}

// spaceChoice is the member's choice for a space. The default is everything in the app and nothing elsewhere.
func (m *member) spaceChoice(medium string, spaceID int64) string {
	if choice := m.spacePrefs[spacePreferenceKey{medium, spaceID}]; choice != "" {
		return choice
	}
	if medium == mediumInApp {
		return choiceAll
	}
	return choiceNever
}

// preferencesJSON are all settings of a medium.
type preferencesJSON struct {
	Kinds  []preferenceJSON      `json:"notification_preferences"`
	Spaces []spacePreferenceJSON `json:"space_preferences"`
}

// spacePreferenceJSON is the choice for a space; its id is the membership's.
type spacePreferenceJSON struct {
	ID          int64  `json:"id"`
	SpaceID     int64  `json:"space_id"`
	SpaceName   string `json:"space_name"`
	Choice      string `json:"choice"`
	IsChatSpace bool   `json:"is_chat_space"`
}

func (s *Sandbox) listPreferences(q *request) answer {
	medium := q.PathValue("medium")
	if !isMedium(medium) {
		return missingRecord("notification_preference")
	}
	v := preferencesJSON{preferenceKinds(medium), []spacePreferenceJSON{}}
	for i := range v.Kinds {
		v.Kinds[i].Enabled = q.member.enabled(medium, v.Kinds[i].Kind)
	}
	for _, sp := range s.spacesOf(q.member, q.member) {
		seat := s.store.seat(sp.id, q.member.id)
		v.Spaces = append(v.Spaces, spacePreferenceJSON{
			seat.id, sp.id, sp.name, q.member.spaceChoice(medium, sp.id), sp.kind == spaceChat,
		})
	}
	return ok(v)
}

const (
	preferenceChanged = "Notification preference changed successfully"
	preferenceRefused = "Failed to change notification preference!"
)

// updatePreference takes its two parameters from the query, as Circle does.
func (s *Sandbox) updatePreference(q *request) answer {
	medium, kind, enabled := q.PathValue("medium"), q.param("type"), q.param("enabled")
	known := func(p preferenceJSON) bool { return p.Kind == kind }
	switch {
	case !isMedium(medium):
		return missingRecord("notification_preference")
	case kind == "":
		return missingParameter("type")
	case enabled == "":
		return missingParameter("enabled")
	// Circle takes the switch for direct messages on every medium, although the app's settings do not show it.
	case kind != "direct_messages" && !slices.ContainsFunc(preferenceKinds(medium), known):
		return notListed(preferenceRefused, "type")
	case enabled != "true" && enabled != "false":
		return notListed(preferenceRefused, "enabled")
	}
	q.member.preferences[preferenceKey{medium, kind}] = enabled == "true"
	return done(preferenceChanged)
}

// spaceChange reads the parameters of the two operations on spaces.
func spaceChange(q *request) (medium, choice string, refusal answer) {
	medium, choice = q.PathValue("notification_preference_medium"), q.param("choice")
	switch {
	case !isMedium(medium):
		return "", "", missingRecord("notification_preference")
	case choice == "":
		return "", "", missingParameter("choice")
	case !isChoice(choice):
		return "", "", notListed(preferenceRefused, "choice")
	}
	return medium, choice, answer{}
}

func (s *Sandbox) updateAllSpacePreferences(q *request) answer {
	medium, choice, refusal := spaceChange(q)
	if refusal.status != 0 {
		return refusal
	}
	for _, sp := range s.spacesOf(q.member, q.member) {
		q.member.spacePrefs[spacePreferenceKey{medium, sp.id}] = choice
	}
	return done(preferenceChanged)
}

// updateSpacePreference takes the space's id, not the membership's.
func (s *Sandbox) updateSpacePreference(q *request) answer {
	medium, choice, refusal := spaceChange(q)
	if refusal.status != 0 {
		return refusal
	}
	seat := s.store.seat(q.id("id"), q.member.id)
	if seat == nil {
		return missingRecord("space_member")
	}
	q.member.spacePrefs[spacePreferenceKey{medium, seat.spaceID}] = choice
	return done(preferenceChanged)
}

// spaceMemberPreferences answers only two of the three media, by the membership's id.
func (s *Sandbox) spaceMemberPreferences(q *request) answer {
	seat := s.store.seatByID[q.id("id")]
	if seat == nil || seat.memberID != q.member.id {
		return missingRecord("space_member")
	}
	return ok(struct {
		InApp string `json:"in_app"`
		Push  string `json:"push"`
	}{q.member.spaceChoice(mediumInApp, seat.spaceID), q.member.spaceChoice("push", seat.spaceID)})
}
