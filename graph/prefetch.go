package graph

import (
	"context"
	"iter"

	"github.com/99designs/gqlgen/graphql"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/paging"
)

// An object that is named by its number must have been read before its fields are asked for, although the lists that
// hang on it need only the number. The functions here start to read such lists beside the object, so that a screen
// waits once and not twice. The fields find what is read in the loaders, and report its errors. Only what is certain to
// be needed is started, if the object is there.

// prefetch starts what hangs on an object that is about to be read.
func (r *Resolver) prefetch(ctx context.Context, ref circleclient.Ref) {
	switch ref.Type {
	case circleclient.RefMember:
		m, fields := &model.Member{ID: ref.ID}, r.Member()
		prefetchFields(ctx, "Member", map[string]prefetchField{
			"posts":    prefetchList(m, fields.Posts),
			"comments": prefetchList(m, fields.Comments),
			"spaces":   prefetchList(m, fields.Spaces),
		})
	case circleclient.RefSpace:
		if ref.ID == 0 { // the home space, where all is different
			return
		}
		s, fields := &circleclient.Space{ID: ref.ID}, r.Space()
		prefetchFields(ctx, "Space", map[string]prefetchField{
			"posts": func(ctx context.Context, p pageArgs) {
				_, _ = fields.Posts(ctx, s, nil, nil, nil, deref(p.first), p.after)
			},
			"members": func(ctx context.Context, p pageArgs) {
				_, _ = fields.Members(ctx, s, nil, nil, deref(p.first), p.after)
			},
			"course": prefetchOutline(ref.ID, "sections", "viewerProgress"), // also for spaces without a course
		})
	case circleclient.RefLesson:
		l, fields := &circleclient.Lesson{ID: ref.ID, CourseID: ref.Space}, r.Lesson()
		prefetchFields(ctx, "Lesson", map[string]prefetchField{
			"files":   func(ctx context.Context, _ pageArgs) { _, _ = fields.Files(ctx, l) },
			"section": prefetchOutline(ref.Space),
			"course":  prefetchOutline(ref.Space, "sections", "viewerProgress"),
		})
	case circleclient.RefChatRoom:
		room, fields := chatRoom(ref.Room), r.ChatRoom()
		prefetchFields(ctx, "ChatRoom", map[string]prefetchField{
			"messages": func(ctx context.Context, p pageArgs) {
				_, _ = fields.Messages(ctx, room, p.first, p.after, p.last, p.before)
			},
			"participants": prefetchList(room, fields.Participants),
		})
	case circleclient.RefPost, circleclient.RefComment, circleclient.RefChatMessage, circleclient.RefChatThread,
		circleclient.RefQuizAttempt:
	}
}

// prefetchSlug starts the first page of the posts of a space that is looked up by its slug, since they can be read by
// the slug too; all else takes the number. Circle takes a slug that begins with a digit for a number, so such slugs
// have to wait.
func prefetchSlug(ctx context.Context, slug string) {
	if slug == "" || slug[0] >= '0' && slug[0] <= '9' {
		return
	}
	posts := func(ctx context.Context, p pageArgs) {
		if p.after != nil || paging.CheckFirst(deref(p.first)) != nil {
			return
		}
		first := *p.first
		if paging.SelectsOnly(ctx, "totalCount") {
			if !paging.Selects(ctx, "totalCount") {
				return
			}
			first = 1
		}
		loaders.From(ctx).SlugPosts.Begin(ctx, loaders.SlugPosts{Slug: slug, First: first})
	}
	for read := range readsBeneath(ctx, "Space", map[string]prefetchField{"posts": posts}) {
		read()
	}
}

// prefetchField reads what a field of an object answers.
type prefetchField func(context.Context, pageArgs)

// prefetchList reads a list by its resolver.
func prefetchList[O, C any](
	object O, resolver func(ctx context.Context, object O, first int, after *string) (C, error),
) prefetchField {
	return func(ctx context.Context, p pageArgs) { _, _ = resolver(ctx, object, deref(p.first), p.after) }
}

// prefetchOutline reads the outline of a course, if one of the fields that need it is selected.
func prefetchOutline(courseID int64, needed ...string) prefetchField {
	return func(ctx context.Context, _ pageArgs) {
		if len(needed) == 0 || paging.SelectsBeneath(ctx, needed...) {
			loaders.From(ctx).Sections.Begin(ctx, courseID)
		}
	}
}

// prefetchFields starts the reads of those fields that are selected beneath the present one, which is an object of that
// type.
func prefetchFields(ctx context.Context, object string, reads map[string]prefetchField) {
	for read := range readsBeneath(ctx, object, reads) {
		go func() {
			defer func() { _ = recover() }() // the field itself will panic too, and is noticed there
			read()
		}()
	}
}

// readsBeneath yields the reads of selected fields. A field with other arguments than those of pages waits for its
// turn.
func readsBeneath(ctx context.Context, object string, reads map[string]prefetchField) iter.Seq[func()] {
	return func(yield func(func()) bool) {
		variables := graphql.GetOperationContext(ctx).Variables
		for _, field := range graphql.CollectFieldsCtx(ctx, []string{object, "Node"}) {
			read := reads[field.Name]
			if read == nil {
				continue
			}
			args, ok := pageArgsOf(field.ArgumentMap(variables))
			if !ok {
				continue
			}
			ctx := graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: object, Field: field})
			if !yield(func() { read(ctx, args) }) {
				return
			}
		}
	}
}

// pageArgs are the arguments of a list, as far as they are about its pages.
type pageArgs struct {
	first, last   *int
	after, before *string
}

// pageArgsOf reads the arguments of a list; false if there are others.
func pageArgsOf(args map[string]any) (p pageArgs, ok bool) {
	numbers := map[string]**int{"first": &p.first, "last": &p.last}
	cursors := map[string]**string{"after": &p.after, "before": &p.before}
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
