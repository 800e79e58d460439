package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// profileFieldsJSON are the questions of the profile with a member's answers.
type profileFieldsJSON struct {
	Visible    []fieldJSON `json:"visible"`
	NotVisible []fieldJSON `json:"not_visible"`
}

type fieldJSON struct {
	fieldCore
	CreatedAt stamp           `json:"created_at"`
	UpdatedAt stamp           `json:"updated_at"`
	Value     *fieldValueJSON `json:"community_member_profile_field"`
}

type fieldCore struct {
	ID            int64          `json:"id"`
	Label         string         `json:"label"`
	Kind          string         `json:"field_type"`
	Key           string         `json:"key"`
	Placeholder   *string        `json:"placeholder"`
	Description   *string        `json:"description"`
	Required      bool           `json:"required"`
	PlatformField bool           `json:"platform_field"`
	NumberOptions *numberOptions `json:"number_options"`
	Choices       []fieldChoice  `json:"choices"`
}

type fieldValueJSON struct {
	ID           int64         `json:"id"`
	Text         *string       `json:"text"`
	Textarea     *string       `json:"textarea"`
	CreatedAt    stamp         `json:"created_at"`
	UpdatedAt    stamp         `json:"updated_at"`
	DisplayValue string        `json:"display_value"`
	Choices      []choiceTaken `json:"community_member_choices"`
}

type choiceTaken struct {
	ID     int64       `json:"id"`
	Choice fieldChoice `json:"profile_field_choice"`
}

func fieldCoreView(f *profileField) fieldCore {
	return fieldCore{
		f.id, f.label, f.kind, f.key, orNull(f.placeholder), orNull(f.description), f.required, false, f.number,
		append([]fieldChoice{}, f.choices...), // never null
	}
}

func (s *Sandbox) profileFieldsOf(m *member) profileFieldsJSON {
	all := profileFieldsJSON{Visible: []fieldJSON{}, NotVisible: []fieldJSON{}}
	for _, f := range s.store.fields {
		view := fieldJSON{
			fieldCore: fieldCoreView(f), CreatedAt: stamp(f.createdAt), UpdatedAt: stamp(f.createdAt),
			Value: fieldValueView(f, m.fieldValues[f.id]),
		}
		if slices.Contains(f.pages, "profile_view") {
			all.Visible = append(all.Visible, view)
		} else {
			all.NotVisible = append(all.NotVisible, view)
		}
	}
	return all
}

func fieldValueView(f *profileField, v *fieldValue) *fieldValueJSON {
	if v == nil {
		return nil
	}
	return &fieldValueJSON{
		ID: v.id, Text: orNull(v.text), Textarea: orNull(v.textarea), CreatedAt: stamp(v.createdAt),
		UpdatedAt: stamp(v.updatedAt), Choices: takenChoices(f, v),
		DisplayValue: v.text, // as at Circle, only short texts
	}
}

// takenChoices are the choices that a member made; each has an id by which it can be removed.
func takenChoices(f *profileField, v *fieldValue) []choiceTaken {
	taken := []choiceTaken{}
	for i, c := range f.choices {
		if slices.Contains(v.choices, c.ID) {
			taken = append(taken, choiceTaken{v.id*100 + int64(i), c})
		}
	}
	return taken
}

type pageFieldJSON struct {
	fieldCore
	AllowNull bool `json:"allow_null"`
}

func (s *Sandbox) listProfileFields(q *request) answer {
	pages := []string{"signup", "edit_profile", "profile_view", "community_view"}
	if !slices.Contains(pages, q.param("page_name")) {
		return failure(http.StatusBadRequest,
			"Unsupported page_name param, supported values are "+strings.Join(pages, ", "))
	}
	fields := filter(s.store.fields, func(f *profileField) bool {
		return slices.Contains(f.pages, q.param("page_name"))
	})
	view := func(f *profileField) pageFieldJSON { return pageFieldJSON{fieldCoreView(f), !f.required} }
	return ok(listPage(q.paging(10), fields, view).withPageCount())
}

// profileInput is a change of the member's own profile; missing fields stay.
type profileInput struct {
	Name        *string `json:"name"`
	Avatar      *string `json:"avatar"` // signed id of an upload
	Headline    *string `json:"headline"`
	TimeZone    *string `json:"time_zone"`
	Preferences struct {
		Messaging   *bool `json:"messaging_enabled"`
		Listed      *bool `json:"visible_in_member_directory"`
		EmailPublic *bool `json:"make_my_email_public"`
	} `json:"preferences"`
	Fields []fieldInput `json:"community_member_profile_fields_attributes"`
}

type fieldInput struct {
	ID       int64   `json:"id"` // of the answer, when it is changed
	FieldID  int64   `json:"profile_field_id"`
	Text     *string `json:"text"`
	Textarea *string `json:"textarea"`
	Choices  []struct {
		ID       int64 `json:"id"`
		ChoiceID int64 `json:"profile_field_choice_id"`
		Destroy  bool  `json:"_destroy"`
	} `json:"community_member_choices_attributes"`
}

type changedProfile struct {
	Message string         `json:"message"`
	Member  profileChanged `json:"current_community_member"`
}

type profileChanged struct {
	foundMember
	*signupSwitches
	ProfileFields profileFieldsJSON `json:"profile_fields"`
}

type signupSwitches struct {
	Messaging         bool `json:"messaging_enabled"`
	MessagingByMember bool `json:"messaging_enabled_by_member"`
	MessagingByAdmin  bool `json:"messaging_enabled_by_admin"`
	Listed            bool `json:"visible_in_member_directory"`
}

func (s *Sandbox) updateProfile(q *request) answer {
	if refusal := s.changeProfile(q); refusal.status != 0 {
		return refusal
	}
	return ok(changedProfile{"Profile updated!", profileChanged{
		foundMemberView(q.member), nil, s.profileFieldsOf(q.member),
	}})
}

// completeSignup is for invited members without a profile; for all others it is a conflict.
func (s *Sandbox) completeSignup(q *request) answer {
	m := q.member
	if m.confirmed {
		return failure(http.StatusConflict, "You already created profile")
	}
	if refusal := s.changeProfile(q); refusal.status != 0 {
		return refusal
	}
	m.confirmed, m.homePage = true, true
	return ok(changedProfile{"Profile confirmed!", profileChanged{
		foundMemberView(m), &signupSwitches{m.messaging, m.messaging, true, m.listed}, s.profileFieldsOf(m),
	}})
}

func (s *Sandbox) changeProfile(q *request) answer {
	var in struct {
		Member *profileInput `json:"community_member"`
	}
	if refusal := q.decode(&in); refusal.status != 0 {
		return refusal
	}
	if in.Member == nil {
		return missingParameter("community_member")
	}
	m, p := q.member, in.Member
	if p.Name != nil && strings.TrimSpace(*p.Name) == "" {
		return invalid("Failed to update profile!", "name", "can't be blank")
	}
	if p.Avatar != nil {
		picture, refusal := s.uploadsOf("avatar", *p.Avatar)
		if refusal.status != 0 {
			return refusal
		}
		m.avatarURL = picture[0].URL
	}
	if p.Name != nil {
		m.firstName, m.lastName, _ = strings.Cut(strings.TrimSpace(*p.Name), " ")
	}
	set(&m.headline, p.Headline)
	set(&m.timeZone, p.TimeZone)
	set(&m.messaging, p.Preferences.Messaging)
	set(&m.listed, p.Preferences.Listed)
	set(&m.emailPublic, p.Preferences.EmailPublic)
	for _, f := range p.Fields {
		s.changeFieldValue(q, f)
	}
	return answer{}
}

func (s *Sandbox) changeFieldValue(q *request, in fieldInput) {
	f := find(s.store.fields, func(f *profileField) bool {
		v := q.member.fieldValues[f.id]
		return f.id == in.FieldID || (v != nil && in.ID != 0 && v.id == in.ID)
	})
	if f == nil {
		return
	}
	v := q.member.fieldValues[f.id]
	if v == nil {
		v = &fieldValue{id: s.store.smallID(), createdAt: q.now}
		q.member.fieldValues[f.id] = v
	}
	v.updatedAt = q.now
	set(&v.text, in.Text)
	set(&v.textarea, in.Textarea)
	before := takenChoices(f, v)
	for _, c := range in.Choices {
		switch i := slices.IndexFunc(before, func(taken choiceTaken) bool { return taken.ID == c.ID }); {
		case i >= 0 && c.Destroy:
			v.choices = slices.DeleteFunc(v.choices, func(id int64) bool { return id == before[i].Choice.ID })
		case i < 0 && !c.Destroy && !slices.Contains(v.choices, c.ChoiceID) &&
			slices.ContainsFunc(f.choices, func(x fieldChoice) bool { return x.ID == c.ChoiceID }):
			v.choices = append(v.choices, c.ChoiceID)
		}
	}
}

// set overwrites a value if there is a new one.
func set[T any](value, with *T) {
	if with != nil {
		*value = *with
	}
}
