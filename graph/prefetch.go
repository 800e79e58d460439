package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
)

// An object that is named by its number must have been read before its fields are asked for, although the lists that
// hang on it need nothing of it but the number. The functions here start to read such lists beside the object, so that
// a screen waits once and not twice. What they read is shared with the fields, which come for it later and tell of
// errors. They start only what is certain to be needed where the object is there.

// aheadOf starts what hangs on an object that is about to be read.
func (r *Resolver) aheadOf(ctx context.Context, ref circleclient.Ref) {
	switch ref.Type {
	case circleclient.RefMember:
		r.aheadOfMember(ctx, ref.ID)
	case circleclient.RefSpace:
		r.aheadOfSpace(ctx, ref.ID)
	case circleclient.RefLesson:
		r.aheadOfLesson(ctx, ref)
	case circleclient.RefChatRoom:
		r.aheadOfChatRoom(ctx, ref.Room)
	case circleclient.RefPost, circleclient.RefComment, circleclient.RefChatMessage, circleclient.RefChatThread, circleclient.RefQuizAttempt:
	}
}

// pageArgs are the arguments of a list, as far as they are about its pages.
type pageArgs struct {
	first, last   *int
	after, before *string
}

// readAhead starts to answer a field of an object.
type readAhead func(context.Context, pageArgs) error

// ahead starts those of the reads whose fields are asked for beneath the present one, which is an object of that type.
// A field with other arguments waits for its turn.
func ahead(ctx context.Context, object string, reads map[string]readAhead) {
	variables := graphql.GetOperationContext(ctx).Variables
	for _, field := range graphql.CollectFieldsCtx(ctx, []string{object, "Node"}) {
		read, known := reads[field.Name]
		if !known {
			continue
		}
		args, ok := pageArgsOf(field.ArgumentMap(variables))
		if !ok {
			continue
		}
		ctx := graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: object, Field: field})
		go func() {
			defer func() { _ = recover() }() // the field itself will panic too, where it is noticed
			_ = read(ctx, args)
		}()
	}
}

// pageArgsOf reads the arguments of a list; false where there are others.
func pageArgsOf(args map[string]any) (pageArgs, bool) {
	var p pageArgs
	numbers, cursors := map[string]**int{"first": &p.first, "last": &p.last}, map[string]**string{
		"after":  &p.after,
		"before": &p.before,
	}
	for name, value := range args {
		if value == nil {
			continue
		}
		if cursor, ok := value.(string); ok && cursors[name] != nil {
			*cursors[name] = &cursor
			continue
		}
		n, err := graphql.UnmarshalInt(value)
		if err != nil || numbers[name] == nil {
			return p, false
		}
		*numbers[name] = &n
	}
	return p, true
}

func (r *Resolver) aheadOfMember(ctx context.Context, memberID int64) {
	m, fields := &model.Member{ID: memberID}, r.Member()
	ahead(ctx, "Member", map[string]readAhead{
		"posts": func(ctx context.Context, p pageArgs) error {
			_, err := fields.Posts(ctx, m, deref(p.first), p.after)
			return err
		},
		"comments": func(ctx context.Context, p pageArgs) error {
			_, err := fields.Comments(ctx, m, deref(p.first), p.after)
			return err
		},
		"spaces": func(ctx context.Context, p pageArgs) error {
			_, err := fields.Spaces(ctx, m, deref(p.first), p.after)
			return err
		},
	})
}

func (r *Resolver) aheadOfChatRoom(ctx context.Context, uuid string) {
	room, fields := chatRoom(uuid), r.ChatRoom()
	ahead(ctx, "ChatRoom", map[string]readAhead{
		"messages": func(ctx context.Context, p pageArgs) error {
			_, err := fields.Messages(ctx, room, p.first, p.after, p.last, p.before)
			return err
		},
		"participants": func(ctx context.Context, p pageArgs) error {
			_, err := fields.Participants(ctx, room, deref(p.first), p.after)
			return err
		},
	})
}

// aheadOfSpace starts what hangs on a space. The outline of a course is started for spaces that hold none too, which
// nobody asks for it.
func (r *Resolver) aheadOfSpace(ctx context.Context, spaceID int64) {
	if spaceID == 0 { // the home space, where all is different
		return
	}
	s, fields := &circleclient.Space{ID: spaceID}, r.Space()
	ahead(ctx, "Space", map[string]readAhead{
		"posts": func(ctx context.Context, p pageArgs) error {
			_, err := fields.Posts(ctx, s, nil, nil, deref(p.first), p.after)
			return err
		},
		"members": func(ctx context.Context, p pageArgs) error {
			_, err := fields.Members(ctx, s, nil, nil, deref(p.first), p.after)
			return err
		},
		"course": func(ctx context.Context, _ pageArgs) error {
			if !mentions(ctx, "sections", "viewerProgress") {
				return nil
			}
			_, err := courseSections(ctx, spaceID)
			return err
		},
	})
}

// aheadOfSpaceNamed starts the first page of the posts of a space that is looked up by its slug, since they can be read
// by the slug too; all else takes the number. Where a number is expected Circle reads one from the beginning of a slug,
// so such slugs have to wait.
func (r *Resolver) aheadOfSpaceNamed(ctx context.Context, slug string) {
	if slug == "" || slug[0] >= '0' && slug[0] <= '9' {
		return
	}
	variables := graphql.GetOperationContext(ctx).Variables
	for _, field := range graphql.CollectFieldsCtx(ctx, []string{"Space", "Node"}) {
		args, ok := pageArgsOf(field.ArgumentMap(variables))
		if field.Name != "posts" || !ok || args.after != nil || checkFirst(deref(args.first)) != nil {
			continue
		}
		first := *args.first
		if ctx := graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: "Space", Field: field}); selectsOnly(ctx,
			"totalCount") {
			if !selected(ctx, "totalCount") {
				continue
			}
			first = 1
		}
		loaders.From(ctx).SlugPosts.Begin(ctx, loaders.SlugPosts{Slug: slug, First: first})
	}
}

func (r *Resolver) aheadOfLesson(ctx context.Context, ref circleclient.Ref) {
	l, fields := &circleclient.Lesson{ID: ref.ID, CourseID: ref.Space}, r.Lesson()
	outline := func(ctx context.Context, _ pageArgs) error {
		_, err := courseSections(ctx, ref.Space)
		return err
	}
	ahead(ctx, "Lesson", map[string]readAhead{
		"files":   func(ctx context.Context, _ pageArgs) error { _, err := fields.Files(ctx, l); return err },
		"section": outline,
		"course": func(ctx context.Context, p pageArgs) error {
			if !mentions(ctx, "sections", "viewerProgress") {
				return nil
			}
			return outline(ctx, p)
		},
	})
}
