package circleclient

import (
	"context"
	"time"
)

// CoursesService reads courses and writes the viewer's progress. A course is a space of type course, with the space's
// number.
type CoursesService struct{ client *Client }

// CourseSection is a part of a course, with its lessons.
type CourseSection struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	// DripDelay is the number of days in the course after which it is released; 0 for at once.
	DripDelay int `json:"drip_delay"`
	// NotifyStudentsEnabled reports whether members are notified of its release.
	NotifyStudentsEnabled bool `json:"notify_students_enabled"`
	// IsDripped reports whether it has been released to the viewer. Circle does not explain the word; the official
	// examples have it true beside lessons that can be read. The contract's schema misspells it.
	IsDripped bool `json:"is_dripped"`
	// DrippedAt is when it is released, past or future; nil if it has no date.
	DrippedAt *time.Time `json:"dripped_at"`
	// Lessons are in order, each without its content ([SourceSections]).
	Lessons []*Lesson `json:"lessons"`
}

// Progress counts the lessons of the section.
func (s *CourseSection) Progress() CourseProgress { return ProgressOf([]*CourseSection{s}) }

// CourseProgress is the viewer's progress.
type CourseProgress struct {
	// Lessons is the number of lessons, locked ones included.
	Lessons int
	// Completed is the number of completed lessons.
	Completed int
}

// ProgressOf counts the lessons of sections.
func ProgressOf(sections []*CourseSection) CourseProgress {
	var p CourseProgress
	for _, s := range sections {
		p.Lessons += len(s.Lessons)
		for _, l := range s.Lessons {
			if l.Progress.Status == LessonCompleted {
				p.Completed++
			}
		}
	}
	return p
}

// Percent is the completed part in percent, rounded down so that 100 means all; 0 without lessons.
func (p CourseProgress) Percent() int {
	if p.Lessons == 0 {
		return 0
	}
	return p.Completed * 100 / p.Lessons
}

// Sections reads the outline of a course: all sections with their lessons, in order and in one answer.
//
//circle:op GET /api/headless/v1/courses/{course_id}/sections
func (s *CoursesService) Sections(ctx context.Context, courseID int64) ([]*CourseSection, error) {
	sections, err := getList[*CourseSection](ctx, s.client, member("/courses/{course_id}/sections", id(courseID)), nil)
	for _, section := range sections {
		for _, lesson := range section.Lessons {
			lesson.Source, lesson.CourseID, lesson.unreleased = SourceSections, courseID, !section.IsDripped
		}
	}
	return sections, err
}

// Topics reads the topics that courses of the community can have.
//
//circle:op GET /api/headless/v1/course_topics
func (s *CoursesService) Topics(ctx context.Context, opts PageOptions) (*Page[*Topic], error) {
	return get[Page[*Topic]](ctx, s.client, member("/course_topics"), opts.query())
}
