package sandbox

import (
	"cmp"
	"time"
)

// First ids of what belongs to courses, which has counters of its own so that the ids of everything else do not depend
// on it.
const (
	firstSectionID    = 410_001
	firstLessonID     = 1_900_001
	firstLessonFileID = 7_300_001
	firstQuizID       = 52_001
	firstQuestionID   = 210_001
	firstOptionID     = 840_001
	firstAttemptID    = 3_300_001
	firstCourseTopic  = 77_001
)

// course is what a space of kind course holds; its id is the space's.
type course struct {
	spaceID      int64
	inOrder      bool // a lesson opens when the one before it is completed
	lessonLabel  string
	sectionLabel string
	sections     []*section
}

// section is a part of a course. It opens a number of days after the member has joined.
type section struct {
	id      int64
	name    string
	days    int
	notify  bool
	lessons []*lesson
}

type lesson struct {
	id       int64
	name     string
	content  content
	media    *media // nil: none
	files    []lessonFile
	quiz     *quiz // nil: none
	section  *section
	previous *lesson // across sections; nil for the first
	room     *chatRoom
}

// media is the video or sound at the head of a lesson.
type media struct {
	id            int64
	filename      string
	contentType   string
	byteSize      int64
	width, height int     // 0: a sound
	seconds       float64 // how long it plays
	subtitled     bool
	downloadable  bool
	enforced      bool // must be played to the end
	autocomplete  bool // played to the end, the lesson is completed
}

type lessonFile struct {
	id          int64
	filename    string
	contentType string
	byteSize    int64
	createdAt   time.Time
}

// quiz belongs to a lesson.
type quiz struct {
	id           int64
	spaceID      int64
	lesson       *lesson
	description  string
	passingGrade int // in percent; 0: an admin decides
	hideAnswers  bool
	questions    []*question
}

// Kinds of question.
const (
	singleChoice   = "single_choice"
	multipleChoice = "multiple_choice"
)

type question struct {
	id        int64
	kind      string
	statement string
	options   []option
}

type option struct {
	id    int64
	value string
	right bool
}

// attempt is a member's answers to a quiz.
type attempt struct {
	id, memberID int64
	quiz         *quiz
	createdAt    time.Time
	chosen       map[int64]bool // by option id
	result       string         // pending, passed, failed
}

// lessonSeat is a member before a lesson.
type lessonSeat struct{ lessonID, memberID int64 }

// lessons are all lessons of the course, in order.
func (c *course) lessons() []*lesson {
	var all []*lesson
	for _, sec := range c.sections {
		all = append(all, sec.lessons...)
	}
	return all
}

// opening is when a section opens for a member; zero if it is always open or the member has not joined.
func (s *Sandbox) opening(m *member, c *course, sec *section) time.Time {
	seat := s.store.seat(c.spaceID, m.id)
	if sec.days == 0 || seat == nil {
		return time.Time{}
	}
	return seat.joinedAt.Add(time.Duration(sec.days) * day)
}

// released reports whether a section is open to the member. Admins see all.
func (s *Sandbox) released(q *request, c *course, sec *section) bool {
	if sec.days == 0 || q.member.roles.Admin {
		return true
	}
	at := s.opening(q.member, c, sec)
	return !at.IsZero() && !q.now.Before(at)
}

// needsPrevious reports whether the member must first complete the previous lesson.
func (s *Sandbox) needsPrevious(m *member, c *course, l *lesson) bool {
	return c.inOrder && !m.roles.Admin && l.previous != nil && !s.completed(m, l.previous) && !s.completed(m, l)
}

// completed reports whether the member has completed the lesson.
func (s *Sandbox) completed(m *member, l *lesson) bool {
	return s.store.completed[lessonSeat{l.id, m.id}]
}

// openCourse finds the path's course. Everybody who may view the space may see its outline.
func (s *Sandbox) openCourse(q *request) (*course, answer) {
	sp, refusal := s.numberedSpace(q)
	if refusal.status != 0 {
		return nil, refusal
	}
	c := s.store.courses[sp.id]
	switch {
	case c == nil:
		return nil, missingRecord("space")
	case !s.canView(q.member, sp):
		return nil, forbidden()
	}
	return c, answer{}
}

// openLesson finds the path's lesson if the member may take it: they have joined the course, its section is open and
// the lesson before it is completed.
func (s *Sandbox) openLesson(q *request) (*lesson, answer) {
	c, refusal := s.openCourse(q)
	if refusal.status != 0 {
		return nil, refusal
	}
	id := parseID(cmp.Or(q.PathValue("lesson_id"), q.PathValue("id")))
	l := find(c.lessons(), func(l *lesson) bool { return l.id == id })
	switch {
	case l == nil:
		return nil, missingRecord("courses/lesson")
	case !s.canTake(q, c, l):
		return nil, forbidden()
	}
	return l, answer{}
}

// canTake reports whether a lesson is open to the member.
func (s *Sandbox) canTake(q *request, c *course, l *lesson) bool {
	return s.canParticipate(q.member, s.store.spaceByID[c.spaceID]) && s.released(q, c, l.section) &&
		!s.needsPrevious(q.member, c, l)
}
