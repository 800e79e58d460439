package graph

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/paging"
	"circlegraph/graph/scalar"
)

// changeProfile carries a change of the viewer's profile out, with the values of profile fields put in. The page is
// where the fields are shown that may be filled.
func (r *Resolver) changeProfile(
	ctx context.Context, page string, change circleclient.ProfileUpdateRequest, values []*model.ProfileFieldValueInput,
	send func(context.Context, circleclient.ProfileUpdateRequest) error,
) (*model.Viewer, []*model.UserError, error) {
	var err error
	if change.ProfileFields, err = r.fieldValues(ctx, page, values); err != nil {
		problems, err := fieldProblems(err)
		return nil, problems, err
	}
	err = send(ctx, change)
	loaders.From(ctx).CurrentMember.Clear(struct{}{}) // it was read for the answers' numbers
	problems, err := userErrors(err)
	return viewerUnless(problems), problems, err
}

// fieldValues reads the values of profile fields. What a field does not take is a *fieldError: Circle would pass over
// it in silence.
func (r *Resolver) fieldValues(
	ctx context.Context, page string, values []*model.ProfileFieldValueInput,
) ([]circleclient.ProfileFieldValueRequest, error) {
	if len(values) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(values))
	for i, v := range values {
		id, err := scalar.ParseCircleID(v.ID)
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	fields, err := r.fieldsByID(ctx, page, ids)
	if err != nil {
		return nil, err
	}
	requests := make([]circleclient.ProfileFieldValueRequest, len(values))
	for i, v := range values {
		choices, err := scalar.ParseCircleIDs(v.ChoiceIds)
		if err != nil {
			return nil, err
		}
		if complaint := unfit(fields[ids[i]], v, choices); complaint != "" {
			return nil, &fieldError{i, complaint}
		}
		requests[i] = profileValue(fields[ids[i]], v, choices)
	}
	return requests, nil
}

// fieldsByID gives the profile fields by number. Changing an answer needs the answer's number, so the viewer's own
// fields are read; those of the page only where one is missing there, since Circle does not say that a field without an
// answer is.
func (r *Resolver) fieldsByID(
	ctx context.Context, page string, ids []int64,
) (map[int64]*circleclient.ProfileField, error) {
	own, err := viewersFields(ctx)
	if err != nil {
		return nil, err
	}
	fields := map[int64]*circleclient.ProfileField{}
	for _, f := range own {
		fields[f.ID] = f
	}
	if !slices.ContainsFunc(ids, func(id int64) bool { return fields[id] == nil }) {
		return fields, nil
	}
	shown, err := r.pageFields(ctx, page)
	if err != nil {
		return nil, err
	}
	for _, f := range shown {
		if fields[f.ID] == nil {
			fields[f.ID] = f
		}
	}
	return fields, nil
}

// pageFields are the profile fields that a page shows.
func (r *Resolver) pageFields(ctx context.Context, page string) ([]*circleclient.ProfileField, error) {
	return paging.AllPages(func(o circleclient.PageOptions) (*circleclient.Page[*circleclient.ProfileField], error) {
		return r.circle.Members.PageProfileFields(ctx, page, o)
	})
}

// withAnswers are the fields of a page with what the viewer has filled in, which Circle sends with the viewer only: a
// field is one object to clients' caches, wherever it comes from.
func withAnswers(ctx context.Context, fields []*circleclient.ProfileField) ([]*circleclient.ProfileField, error) {
	own, err := viewersFields(ctx)
	if err != nil {
		return nil, err
	}
	answers := map[int64]*circleclient.ProfileFieldAnswer{}
	for _, f := range own {
		answers[f.ID] = f.Answer
	}
	filled := make([]*circleclient.ProfileField, len(fields))
	for i, f := range fields {
		with := *f
		if with.Answer == nil {
			with.Answer = answers[f.ID]
		}
		filled[i] = &with
	}
	return filled, nil
}

// viewersFields are the profile fields that Circle sends with the viewer.
func viewersFields(ctx context.Context) ([]*circleclient.ProfileField, error) {
	current, err := currentMember(ctx)
	if err != nil {
		return nil, err
	}
	fields := current.ProfileFields
	return slices.Concat([]*circleclient.ProfileField{}, fields.Visible, fields.NotVisible), nil
}

// fieldError is a value that a profile field does not take.
type fieldError struct {
	index   int
	message string
}

func (e *fieldError) Error() string { return e.message }

// fieldProblems gives what the person can mend in the values of profile fields, and every other error back.
func fieldProblems(err error) ([]*model.UserError, error) {
	unfit, ok := errors.AsType[*fieldError](err)
	if !ok {
		return nil, err
	}
	return refused(model.UserErrorCodeInvalid, unfit.message, "profileFields", strconv.Itoa(unfit.index)), nil
}

// unfit returns why a field does not take a value; empty if it does.
func unfit(field *circleclient.ProfileField, v *model.ProfileFieldValueInput, choices []int64) string {
	switch {
	case field == nil:
		return fmt.Sprintf("There is no profile field %s.", v.ID)
	case v.Text != nil && !field.TakesText():
		return fmt.Sprintf("%q takes `choiceIds`, not `text`.", field.Label)
	}
	for _, choice := range choices {
		if !field.Offers(choice) {
			return fmt.Sprintf("%q has no choice %d.", field.Label, choice)
		}
	}
	return ""
}

// profileValue is the change of one profile field: choices that are no longer chosen are taken back.
func profileValue(
	field *circleclient.ProfileField, v *model.ProfileFieldValueInput, wanted []int64,
) circleclient.ProfileFieldValueRequest {
	value := circleclient.ProfileFieldValueRequest{ProfileFieldID: field.ID, Text: v.Text}
	if field.FieldType == "textarea" {
		value.Text, value.Textarea = nil, v.Text
	}
	chosen := map[int64]bool{}
	if field.Answer != nil {
		value.ID = field.Answer.ID
		for _, c := range field.Answer.Choices {
			if c.Choice == nil {
				continue
			}
			chosen[c.Choice.ID] = true
			if v.ChoiceIds != nil && !slices.Contains(wanted, c.Choice.ID) {
				value.Choices = append(value.Choices, circleclient.ProfileFieldChoiceRequest{ID: c.ID, Destroy: true})
			}
		}
	}
	for _, choice := range wanted {
		if !chosen[choice] {
			value.Choices = append(value.Choices, circleclient.ProfileFieldChoiceRequest{ProfileFieldChoiceID: choice})
		}
	}
	return value
}

func preferencesRequest(p *model.ProfilePreferencesInput) *circleclient.ProfilePreferencesRequest {
	if p == nil {
		return nil
	}
	return &circleclient.ProfilePreferencesRequest{
		MessagingEnabled: p.MessagingEnabled, VisibleInMemberDirectory: p.VisibleInMemberDirectory,
		MakeMyEmailPublic: p.EmailPublic,
	}
}
