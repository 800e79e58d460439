package circleclient

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"circlegraph/circleclient/richtext"
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

// The words of [LessonProgress].
const (
	LessonIncomplete = "incomplete"
	LessonCompleted  = "completed"
)

// Lesson is a lesson of a course. The outline of the course ([SourceSections]) sends the first block of fields, reading
// the lesson ([SourceLesson]) sends all.
type Lesson struct {
	// Source is the operation that filled the record.
	Source Source `json:"-"`
	// CourseID is the course in the request: not all answers have it.
	CourseID int64 `json:"-"`

	// ID is Circle's number of the lesson.
	ID int64 `json:"id"`
	// Name is the title.
	Name string `json:"name"`
	// IsFeaturedMediaEnabled reports whether a video or sound stands above the text.
	IsFeaturedMediaEnabled bool `json:"is_featured_media_enabled"`
	// FeaturedMediaDuration is its length in whole seconds; nil if unknown.
	FeaturedMediaDuration *int `json:"featured_media_duration"`
	// DrippedAt is when the lesson is released, past or future; nil if it has no date.
	DrippedAt *time.Time `json:"dripped_at"`
	// Progress is the viewer's progress.
	Progress LessonProgress `json:"progress"`
	// NeedsToCompletePreviousLesson reports whether the lesson before it keeps this one locked.
	NeedsToCompletePreviousLesson bool `json:"needs_to_complete_previous_lesson"`

	// FeaturedMedia is the video or sound; nil if there is none.
	FeaturedMedia *LessonMedia `json:"featured_media"`
	// EnforceFeaturedMediaCompletion reports whether the lesson can only be completed after it was played to the end.
	EnforceFeaturedMediaCompletion bool `json:"enforce_featured_media_completion"`
	// AutocompleteOnFeaturedMediaCompletion reports whether playing it to the end completes the lesson.
	AutocompleteOnFeaturedMediaCompletion bool `json:"autocomplete_on_featured_media_completion"`
	// IsFeaturedMediaDownloadEnabled reports whether it may be downloaded.
	IsFeaturedMediaDownloadEnabled bool `json:"is_featured_media_download_enabled"`
	// IsCommentsEnabled reports whether the lesson can be discussed, in the room ChatRoomUUID.
	IsCommentsEnabled bool `json:"is_comments_enabled"`
	// ChatRoomUUID is the chat room of the lesson; nil if it has none.
	ChatRoomUUID *string `json:"chat_room_uuid"`
	// BookmarkID is the number of the viewer's bookmark; nil if there is none.
	BookmarkID *int64 `json:"bookmark_id"`
	// RichTextBody is the envelope around the text's document. Read [Lesson.RichText] instead.
	RichTextBody json.RawMessage `json:"rich_text_body"`
	// Space is the space of the course, with only id, name and slug.
	Space *SpaceRef `json:"space"`
	// LessonLabel and SectionLabel are what the course calls its lessons and sections, such as day and week. Only the
	// examples of the contract have them, not its schema.
	LessonLabel  *string `json:"lesson_label"`
	SectionLabel *string `json:"section_label"`

	// unreleased reports whether the section was not yet released when the outline was read.
	unreleased bool

	text *sharedText // made with the source
}

// Carries reports whether the record has the part: the outline of a course lacks [LessonDetails].
func (l *Lesson) Carries(part Part) bool { return l.Source.Carries(part) }

// wrappedLesson is a lesson with or without a wrapper.
type wrappedLesson struct {
	Wrapped *Lesson `json:"lesson"`
	Lesson
}

func (w *wrappedLesson) unwrapped() *Lesson {
	if w.Wrapped != nil {
		return w.Wrapped
	}
	return &w.Lesson
}

// RichText returns the text; empty without [LessonDetails].
func (l *Lesson) RichText() *richtext.Text {
	return l.text.of(func() *richtext.Text { return richtext.New(richtext.Source{Envelope: l.RichTextBody}) })
}

// Status is the viewer's progress: [LessonIncomplete], [LessonCompleted] or a word Circle adds.
func (l *Lesson) Status() string { return l.Progress.Status }

// Locked reports whether the viewer cannot open the lesson now: it is not yet released, or the lesson before it must be
// completed first.
func (l *Lesson) Locked(now time.Time) bool {
	return l.unreleased || l.NeedsToCompletePreviousLesson || l.DrippedAt != nil && l.DrippedAt.After(now)
}

func (l *Lesson) setSource(source Source) { l.Source, l.text = source, new(sharedText) }

// LessonProgress is the viewer's progress in a lesson.
type LessonProgress struct {
	// Status is [LessonIncomplete], [LessonCompleted] or a word Circle adds.
	Status string `json:"status"`
}

// LessonMedia is the video or sound above the text of a lesson.
type LessonMedia struct {
	Filename    string         `json:"filename"`
	ContentType string         `json:"content_type"`
	ByteSize    int64          `json:"byte_size"`
	Metadata    *MediaMetadata `json:"metadata"`
	// URL is where it can be loaded.
	URL *string `json:"url"`
	// WebVTTFileURL are subtitles; ChaptersURL and PreviewThumbnailsURL are what a player shows on its bar. Each may be
	// nil.
	WebVTTFileURL        *string `json:"webvtt_file_url"`
	ChaptersURL          *string `json:"chapters_url"`
	PreviewThumbnailsURL *string `json:"preview_thumbnails_url"`
	// ImageVariants are pictures of it.
	ImageVariants MediaImages `json:"image_variants"`
}

func (m *LessonMedia) found() MediaMetadata {
	if m.Metadata == nil {
		return MediaMetadata{}
	}
	return *m.Metadata
}

// Width is in pixels; nil for sounds, and if unknown.
func (m *LessonMedia) Width() *int { return m.found().Width }

// Height is in pixels; nil for sounds, and if unknown.
func (m *LessonMedia) Height() *int { return m.found().Height }

// DurationSeconds is how long it plays; nil if unknown.
func (m *LessonMedia) DurationSeconds() *float64 { return m.found().Duration }

// ThumbnailURL is a small picture; nil if there is none.
func (m *LessonMedia) ThumbnailURL() *string { return m.ImageVariants.Thumbnail }

// MediaMetadata is what Circle found in a video or sound.
type MediaMetadata struct {
	// Width and Height are in pixels; nil for sounds.
	Width  *int `json:"width"`
	Height *int `json:"height"`
	// Duration is in seconds; nil if Circle has not measured it.
	Duration *float64 `json:"duration"`
}

// MediaImages are pictures of a video.
type MediaImages struct {
	// Thumbnail is a small one; nil if there is none.
	Thumbnail *string `json:"thumbnail"`
}

// LessonFile is a file that comes with a lesson.
type LessonFile struct {
	ID          int64     `json:"id"`
	Filename    string    `json:"filename"`
	ContentType string    `json:"content_type"`
	ByteSize    int64     `json:"byte_size"`
	CreatedAt   time.Time `json:"created_at"`
	// URL is where it can be loaded.
	URL *string `json:"url"`
}

// Lesson reads a lesson of a course.
//
//circle:op GET /api/headless/v1/courses/{course_id}/lessons/{id}
func (s *CoursesService) Lesson(ctx context.Context, courseID, lessonID int64) (*Lesson, error) {
	w, err := get[wrappedLesson](ctx, s.client, member("/courses/{course_id}/lessons/{id}", id(courseID), id(lessonID)),
		nil)
	if err != nil {
		return nil, err
	}
	lesson, err := filled(w.unwrapped(), nil, SourceLesson)
	lesson.CourseID = courseID
	return lesson, err
}

// Listed returns a lesson as [PostsService.Listed] returns a post.
func (s *CoursesService) Listed(ctx context.Context, ref Ref, needs Part) (*Lesson, bool) {
	return listed(ctx, s.client, recordName{Ref: ref}, func(r *row) (*Lesson, bool) {
		l := recordOf(r, new(Lesson))
		l.CourseID, l.unreleased = ref.Space, r.locked
		return l, carriesAll(l, needs&LessonDetails)
	})
}

// LessonFiles reads the files of a lesson.
//
//circle:op GET /api/headless/v1/courses/{course_id}/lessons/{lesson_id}/files
func (s *CoursesService) LessonFiles(
	ctx context.Context, courseID, lessonID int64, opts PageOptions,
) (*Page[*LessonFile], error) {
	path := member("/courses/{course_id}/lessons/{lesson_id}/files", id(courseID), id(lessonID))
	return get[Page[*LessonFile]](ctx, s.client, path, opts.query())
}

// UpdateLessonProgress sets the viewer's progress: [LessonIncomplete] or [LessonCompleted]. Repeating it changes
// nothing.
//
//circle:op PATCH /api/headless/v1/courses/{course_id}/lessons/{lesson_id}/progress
func (s *CoursesService) UpdateLessonProgress(
	ctx context.Context, courseID, lessonID int64, status string,
) (*LessonProgress, error) {
	path := member("/courses/{course_id}/lessons/{lesson_id}/progress", id(courseID), id(lessonID))
	return write[LessonProgress](ctx, s.client, http.MethodPatch, path, LessonProgress{status})
}
