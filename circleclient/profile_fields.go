package circleclient

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
)

// ProfileFields are the fields of a member's profile with the member's values.
type ProfileFields struct {
	Visible    []*ProfileField `json:"visible"`
	NotVisible []*ProfileField `json:"not_visible"`
}

// ProfileField is a field that the community asks its members to fill.
type ProfileField struct {
	ID    int64  `json:"id"`
	Label string `json:"label"`
	// Key is the stable name of the field.
	Key *string `json:"key"`
	// FieldType is text, textarea, select, number and so on.
	FieldType   string                `json:"field_type"`
	Placeholder *string               `json:"placeholder"`
	Description *string               `json:"description"`
	Required    bool                  `json:"required"`
	Choices     []*ProfileFieldChoice `json:"choices"`
	// Answer is the member's value. Only reads of a member send it, [MembersService.PageProfileFields] does not.
	Answer *ProfileFieldAnswer `json:"community_member_profile_field"`
}

// Value is the member's value as shown; nil if it is empty or was not sent. Circle leaves display_value empty for long
// texts and for choices.
func (f *ProfileField) Value() *string {
	if f.Answer == nil {
		return nil
	}
	if value := cmp.Or(f.Answer.DisplayValue, f.Answer.Text, f.Answer.Textarea); value != nil {
		return value
	}
	var chosen []string
	for _, c := range f.Answer.Choices {
		if c.Choice != nil {
			chosen = append(chosen, c.Choice.Value)
		}
	}
	if text := strings.Join(chosen, ", "); text != "" {
		return &text
	}
	return nil
}

// TakesText reports whether the field takes a text or a number, not a choice.
func (f *ProfileField) TakesText() bool {
	return len(f.Choices) == 0 || slices.Contains([]string{"text", "textarea", "number"}, f.FieldType)
}

// ChosenIDs returns the numbers of the choices that the member made, as Choices has them.
func (f *ProfileField) ChosenIDs() []int64 {
	chosen := []int64{}
	if f.Answer == nil {
		return chosen
	}
	for _, c := range f.Answer.Choices {
		if c.Choice != nil {
			chosen = append(chosen, c.Choice.ID)
		}
	}
	return chosen
}

// Offers reports whether the field has a choice with that number.
func (f *ProfileField) Offers(choiceID int64) bool {
	return slices.ContainsFunc(f.Choices, func(c *ProfileFieldChoice) bool { return c.ID == choiceID })
}

// ProfileFieldChoice is one choice of a profile field.
type ProfileFieldChoice struct {
	ID    int64  `json:"id"`
	Value string `json:"value"`
}

// ProfileFieldAnswer is what a member filled in.
type ProfileFieldAnswer struct {
	// ID is the id of the answer, needed to change it.
	ID           int64                 `json:"id"`
	Text         *string               `json:"text"`
	Textarea     *string               `json:"textarea"`
	DisplayValue *string               `json:"display_value"`
	Choices      []*ProfileFieldChosen `json:"community_member_choices"`
}

// ProfileFieldChosen is a choice that a member made.
type ProfileFieldChosen struct {
	// ID is the id of the chosen choice, needed to take it back.
	ID     int64               `json:"id"`
	Choice *ProfileFieldChoice `json:"profile_field_choice"`
}

// ProfileUpdateRequest changes the viewer's profile. Nil leaves a part as it is, an empty string empties it.
type ProfileUpdateRequest struct {
	Name *string `json:"name,omitempty"`
	// Avatar is the signed id of an uploaded picture.
	Avatar   *string `json:"avatar,omitempty"`
	Headline *string `json:"headline,omitempty"`
	// TimeZone is an IANA name.
	TimeZone      *string                    `json:"time_zone,omitempty"`
	Preferences   *ProfilePreferencesRequest `json:"preferences,omitempty"`
	ProfileFields []ProfileFieldValueRequest `json:"community_member_profile_fields_attributes,omitempty"`
}

// ProfilePreferencesRequest sets what others may do and see. Nil leaves a switch as it is.
type ProfilePreferencesRequest struct {
	MessagingEnabled         *bool `json:"messaging_enabled,omitempty"`
	VisibleInMemberDirectory *bool `json:"visible_in_member_directory,omitempty"`
	MakeMyEmailPublic        *bool `json:"make_my_email_public,omitempty"`
}

// ProfileFieldValueRequest is the value of one profile field.
type ProfileFieldValueRequest struct {
	// ID is the id of the present answer; 0 if there is none.
	ID             int64                       `json:"id,omitempty"`
	ProfileFieldID int64                       `json:"profile_field_id,omitempty"`
	Text           *string                     `json:"text,omitempty"`
	Textarea       *string                     `json:"textarea,omitempty"`
	Choices        []ProfileFieldChoiceRequest `json:"community_member_choices_attributes,omitempty"`
}

// ProfileFieldChoiceRequest makes a choice, or takes one back.
type ProfileFieldChoiceRequest struct {
	// ID is the id of a chosen choice to take back; 0 for a new one.
	ID                   int64 `json:"id,omitempty"`
	ProfileFieldChoiceID int64 `json:"profile_field_choice_id,omitempty"`
	Destroy              bool  `json:"_destroy,omitempty"`
}

type profileBody struct {
	CommunityMember ProfileUpdateRequest `json:"community_member"`
}

type profileReply struct {
	Message                string         `json:"message"`
	CurrentCommunityMember SearchedMember `json:"current_community_member"`
}

// UpdateProfile changes the viewer's profile.
//
//circle:op PUT /api/headless/v1/profile
func (s *MembersService) UpdateProfile(ctx context.Context, req ProfileUpdateRequest) error {
	_, err := write[profileReply](ctx, s.client, http.MethodPut, member("/profile"), profileBody{req})
	return err
}

// CompleteSignup completes the profile of a new member. [ErrConflict] is a member who already has one.
//
//circle:op PUT /api/headless/v1/signup/profile
func (s *MembersService) CompleteSignup(ctx context.Context, req ProfileUpdateRequest) error {
	_, err := write[profileReply](ctx, s.client, http.MethodPut, member("/signup/profile"), profileBody{req})
	return err
}

// PageProfileFields reads the profile fields that the community shows on a page: signup, edit_profile, profile_view or
// community_view (the directory).
//
//circle:op GET /api/headless/v1/page_profile_fields
func (s *MembersService) PageProfileFields(
	ctx context.Context, page string, opts PageOptions,
) (*Page[*ProfileField], error) {
	return get[Page[*ProfileField]](ctx, s.client, member("/page_profile_fields"), opts.query().str("page_name", page))
}
