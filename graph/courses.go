package graph

import (
	"context"
	"slices"
	"strconv"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/paging"
	"circlegraph/graph/scalar"
)

// courseOf is the course that a space holds; nil if it holds none.
func courseOf(ctx context.Context, s *circleclient.Space) (*model.Course, error) {
	kind, err := ofSpace(ctx, s, func(s *circleclient.Space) *string { return &s.Type })
	if err != nil || *kind != circleclient.SpaceTypeCourse {
		return nil, err
	}
	return &model.Course{ID: s.ID, Holder: s}, nil
}

// joinedCourses are the courses whose spaces the viewer has joined.
func joinedCourses(ctx context.Context) ([]*model.Course, error) {
	spaces, err := loaders.From(ctx).Spaces.Load(ctx, struct{}{})
	if err != nil {
		return nil, err
	}
	courses := []*model.Course{}
	for _, s := range spaces {
		if s.Type == circleclient.SpaceTypeCourse && s.IsMember {
			courses = append(courses, &model.Course{ID: s.ID, Holder: s})
		}
	}
	loaders.Announce(ctx, courses)
	return courses, nil
}

// holderOf is the space that holds a course. A lesson carries its name and slug, which suffice if nothing else is
// selected.
func holderOf(ctx context.Context, c *model.Course) (*circleclient.Space, error) {
	switch {
	case c.Holder != nil:
		return c.Holder, nil
	case c.Named != nil && paging.SelectsOnly(ctx, "id", "circleId", "name", "slug"):
		return model.SpaceOfRef(c.Named), nil
	}
	return loaders.From(ctx).Space.Load(ctx, c.ID)
}

// courseSections is the outline of a course.
func courseSections(ctx context.Context, courseID int64) ([]*circleclient.CourseSection, error) {
	sections, err := loaders.From(ctx).Sections.Load(ctx, courseID)
	if err != nil {
		return nil, err
	}
	return notNil(sections), nil
}

// courseProgress is how far the viewer has got with a course.
func courseProgress(ctx context.Context, courseID int64) (*circleclient.CourseProgress, error) {
	sections, err := courseSections(ctx, courseID)
	if err != nil {
		return nil, err
	}
	progress := circleclient.ProgressOf(sections)
	return &progress, nil
}

// lessonBy finds a lesson.
func (r *Resolver) lessonBy(ctx context.Context, by model.LessonBy) (*circleclient.Lesson, error) {
	ref, err := lessonRef(by)
	if err != nil {
		return nil, err
	}
	r.prefetch(ctx, ref)
	return loadLesson(ctx, ref)
}

// lessonRef reads how a lesson is named.
func lessonRef(by model.LessonBy) (circleclient.Ref, error) {
	if by.ID != nil {
		return scalar.ParseRefOf(circleclient.RefLesson, *by.ID)
	}
	courseID, err := scalar.ParseCircleID(by.CircleID.Course)
	if err != nil {
		return circleclient.Ref{}, err
	}
	lessonID, err := scalar.ParseCircleID(by.CircleID.Lesson)
	return circleclient.LessonRef(courseID, lessonID), err
}

// loadLesson reads a lesson, unless the outline of its course has had what is selected of it. Only the lesson itself
// names the space of the course.
func loadLesson(ctx context.Context, ref circleclient.Ref) (*circleclient.Lesson, error) {
	needs := paging.Parts(ctx)
	if paging.SelectsBeneath(ctx, "space") {
		needs |= circleclient.LessonDetails
	}
	return loaders.From(ctx).Lesson.LoadPart(ctx, ref, needs)
}

// ofLesson reads a part of a lesson that the outline of its course does not carry.
func ofLesson[T any](ctx context.Context, l *circleclient.Lesson, read func(*circleclient.Lesson) *T) (*T, error) {
	return loaders.OfPart(ctx, l, circleclient.LessonDetails, read)
}

// bookmarkOfLesson is the number of the viewer's bookmark; nil if there is none.
func bookmarkOfLesson(l *circleclient.Lesson) *string {
	if l.BookmarkID == nil {
		return nil
	}
	id := strconv.FormatInt(*l.BookmarkID, 10)
	return &id
}

// sectionOf finds the section of a lesson in the outline of its course.
func sectionOf(ctx context.Context, l *circleclient.Lesson) (*circleclient.CourseSection, error) {
	sections, err := courseSections(ctx, l.CourseID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(sections, func(s *circleclient.CourseSection) bool {
		return slices.ContainsFunc(s.Lessons, func(x *circleclient.Lesson) bool { return x.ID == l.ID })
	})
	if i < 0 {
		return nil, circleclient.ErrNotFound
	}
	return sections[i], nil
}

// updateLessonProgress marks a lesson as completed by the viewer, or not.
func (r *Resolver) updateLessonProgress(
	ctx context.Context, in model.UpdateLessonProgressInput,
) (*model.UpdateLessonProgressPayload, error) {
	ref, err := scalar.ParseRefOf(circleclient.RefLesson, in.LessonID)
	if err != nil {
		return nil, err
	}
	_, err = r.circle.Courses.UpdateLessonProgress(ctx, ref.Space, ref.ID, in.Status)
	problems, err := userErrors(err)
	if err != nil || len(problems) > 0 {
		ref = circleclient.Ref{}
	}
	return &model.UpdateLessonProgressPayload{LessonRef: ref, UserErrors: problems}, err
}

// changedLesson is the lesson in a payload; null if the change was refused.
func changedLesson(ctx context.Context, ref circleclient.Ref) (*circleclient.Lesson, error) {
	if ref.IsZero() {
		return nil, nil //nolint:nilnil // the payload's userErrors say why
	}
	return loadLesson(ctx, ref)
}

// changedCourse is the course in a payload; nil if the change was refused.
func changedCourse(ref circleclient.Ref) *model.Course {
	if ref.IsZero() {
		return nil
	}
	return &model.Course{ID: ref.Space}
}
