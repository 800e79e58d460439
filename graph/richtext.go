package graph

import (
	"context"

	"golang.org/x/sync/errgroup"

	"circlegraph/circleclient"
	"circlegraph/circleclient/richtext"
	"circlegraph/graph/guard"
	"circlegraph/graph/idempotency"
	"circlegraph/graph/model"
	"circlegraph/graph/scalar"
	"circlegraph/internal/panics"
)

// richText reads a text to write, in whichever way it is written, with uploads attached to it by their signed ids.
// Every mutation that takes a text comes through here.
func (r *Resolver) richText(
	ctx context.Context, in model.RichTextInput, attachments []string,
) (*richtext.Document, error) {
	body, err := r.parsedText(ctx, in)
	if err != nil {
		return nil, err
	}
	return body.Attach(attachments...)
}

func (r *Resolver) optionalText(ctx context.Context, in *model.RichTextInput) (*richtext.Document, error) {
	if in == nil {
		return nil, nil //nolint:nilnil // no text
	}
	return r.richText(ctx, *in, nil)
}

// parsedText parses a text. Nothing is parsed for callers that Circle has not accepted, nor once the time is over.
func (r *Resolver) parsedText(ctx context.Context, in model.RichTextInput) (*richtext.Document, error) {
	size, most := len(deref(in.Text))+len(deref(in.HTML))+len(in.Document), richtext.MaxBytes
	if in.Markdown != nil {
		size, most = len(*in.Markdown), richtext.MaxMarkdownBytes
	}
	if err := guard.AllowanceFrom(ctx).TakeText(size, most); err != nil {
		return nil, err
	}
	if err := r.circle.Members.Prove(ctx); err != nil {
		return nil, err
	}
	if err := idempotency.Late(ctx); err != nil {
		return nil, err
	}
	switch {
	case in.Markdown != nil:
		return richtext.FromMarkdown(*in.Markdown, r.mentions(ctx))
	case in.HTML != nil:
		return richtext.FromHTML(*in.HTML, r.mentions(ctx))
	case in.Document != nil:
		return richtext.FromDocument(in.Document, r.mentions(ctx))
	default:
		return richtext.FromText(deref(in.Text))
	}
}

const (
	// mentionsAtOnce is how many members of a text are looked up side by side.
	mentionsAtOnce = 4
	// requestsPerMention is how many requests it takes at most to find one.
	requestsPerMention = 3
)

// mentions looks up the members whom a text mentions, each once. Who is not found is "": the text says where.
func (r *Resolver) mentions(ctx context.Context) richtext.MentionLookup {
	return func(members []richtext.MentionedMember) ([]string, error) {
		err := guard.AllowanceFrom(ctx).Price(len(members), requestsPerMention*len(members), circleclient.AllowanceFrom(ctx))
		if err != nil {
			return nil, err
		}
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(mentionsAtOnce)
		numbers := make([]int64, len(members))
		found := map[int64]*string{}
		for i, m := range members {
			numbers[i] = mentionedNumber(m.ID)
			if number := numbers[i]; found[number] == nil {
				sgid := new(string)
				found[number] = sgid
				group.Go(func() error { return r.mention(ctx, number, m.Name, sgid) })
			}
		}
		err = group.Wait()
		signedIDs := make([]string, len(members))
		for i, number := range numbers {
			signedIDs[i] = *found[number]
		}
		return signedIDs, err
	}
}

// mention finds the signed id of one member; without one it leaves the mention as it is.
func (r *Resolver) mention(ctx context.Context, memberID int64, name string, sgid *string) (err error) {
	defer panics.Recover(&err)
	if memberID == 0 {
		return nil
	}
	*sgid, err = r.circle.Members.MentionSGID(ctx, memberID, name)
	if isNotFound(err) {
		return nil
	}
	return err
}

// mentionedNumber reads the `id` of a Member, or Circle's number; 0 for what is neither.
func mentionedNumber(id string) int64 {
	if number, err := scalar.ParseCircleID(id); err == nil {
		return number
	}
	ref, err := scalar.ParseRefOf(circleclient.RefMember, id)
	if err != nil {
		return 0
	}
	return ref.ID
}
