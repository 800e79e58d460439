package sandbox

import (
	"net/http"
)

func (s *Sandbox) courseRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/courses/{course_id}/sections", handle: s.listSections},
		{method: http.MethodGet, path: "/courses/{course_id}/lessons/{id}", handle: s.getLesson},
		{method: http.MethodGet, path: "/courses/{course_id}/lessons/{lesson_id}/files", handle: s.listLessonFiles},
		{method: http.MethodPatch, path: "/courses/{course_id}/lessons/{lesson_id}/progress", handle: s.updateLessonProgress},
		{method: http.MethodGet, path: "/course_topics", handle: s.listCourseTopics},
	}
}

type sectionJSON struct {
	ID        int64         `json:"id"`
	Name      string        `json:"name"`
	Days      int           `json:"drip_delay"`
	Notify    bool          `json:"notify_students_enabled"`
	Released  bool          `json:"is_dripped"`
	OpeningAt stamp         `json:"dripped_at"`
	Lessons   []lessonBrief `json:"lessons"`
}

// lessonBrief is a lesson in the outline.
type lessonBrief struct {
	ID            int64        `json:"id"`
	Name          string       `json:"name"`
	MediaEnabled  bool         `json:"is_featured_media_enabled"`
	MediaSeconds  *int         `json:"featured_media_duration"`
	OpeningAt     stamp        `json:"dripped_at"`
	Progress      progressJSON `json:"progress"`
	NeedsPrevious bool         `json:"needs_to_complete_previous_lesson"`
}

type progressJSON struct {
	Status string `json:"status"`
}

// Words of progress.
const (
	statusIncomplete = "incomplete"
	statusCompleted  = "completed"
)

func (s *Sandbox) lessonBriefView(q *request, c *course, l *lesson) lessonBrief {
	v := lessonBrief{
		ID: l.id, Name: l.name, MediaEnabled: l.media != nil, OpeningAt: stamp(s.opening(q.member, c, l.section)),
		Progress: progressJSON{statusIncomplete}, NeedsPrevious: s.needsPrevious(q.member, c, l),
	}
	if l.media != nil {
		seconds := int(l.media.seconds)
		v.MediaSeconds = &seconds
	}
	if s.completed(q.member, l) {
		v.Progress.Status = statusCompleted
	}
	return v
}

// lessonJSON is a lesson by itself.
type lessonJSON struct {
	lessonBrief
	Enforce      bool        `json:"enforce_featured_media_completion"`
	Autocomplete bool        `json:"autocomplete_on_featured_media_completion"`
	Comments     bool        `json:"is_comments_enabled"`
	Media        *mediaJSON  `json:"featured_media"`
	Downloadable bool        `json:"is_featured_media_download_enabled"`
	Space        lessonSpace `json:"space"`
	BookmarkID   *int64      `json:"bookmark_id"` // the sandbox keeps none of lessons
	ChatRoomUUID string      `json:"chat_room_uuid"`
	Body         *envelope   `json:"rich_text_body"`
	SectionID    int64       `json:"section_id"`
	LessonLabel  string      `json:"lesson_label"`
	SectionLabel string      `json:"section_label"`
}

type lessonSpace struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Slug string `json:"slug"`
}

type mediaJSON struct {
	Filename     string        `json:"filename"`
	ContentType  string        `json:"content_type"`
	Metadata     mediaMetadata `json:"metadata"`
	ByteSize     int64         `json:"byte_size"`
	Type         string        `json:"type"`
	URL          string        `json:"url"`
	Subtitles    *string       `json:"webvtt_file_url"`
	Chapters     *string       `json:"chapters_url"`
	Previews     *string       `json:"preview_thumbnails_url"`
	Downloadable bool          `json:"is_downloadable"`
	Images       mediaImages   `json:"image_variants"`
	SignedID     string        `json:"signed_id"`
}

type mediaMetadata struct {
	attachmentMetadata
	Analyzed bool `json:"analyzed"`
}

type mediaImages struct {
	Thumbnail *string `json:"thumbnail"`
}

func (s *Sandbox) mediaView(m *media) *mediaJSON {
	if m == nil {
		return nil
	}
	id := signedID("media", m.id)
	v := &mediaJSON{
		Filename: m.filename, ContentType: m.contentType, ByteSize: m.byteSize, Type: "file", URL: s.blobURL(id, m.filename),
		Metadata: mediaMetadata{attachmentMetadata{
			Identified: true, Width: m.width, Height: m.height,
			Duration: m.seconds,
		}, true},
		Downloadable: m.downloadable, SignedID: id,
	}
	if m.subtitled {
		v.Subtitles = orNull(s.blobURL(id, "subtitles.vtt"))
	}
	if m.width > 0 {
		v.Images.Thumbnail = orNull(s.blobURL(id, "thumbnail.jpg"))
	}
	return v
}

func (s *Sandbox) lessonView(q *request, c *course, l *lesson) lessonJSON {
	sp := s.store.spaceByID[c.spaceID]
	v := lessonJSON{
		lessonBrief: s.lessonBriefView(q, c, l), Comments: true, Media: s.mediaView(l.media), Space: lessonSpace{
			sp.id,
			sp.name, sp.slug,
		},
		ChatRoomUUID: l.room.uuid, Body: l.content.envelope, SectionID: l.section.id, LessonLabel: c.lessonLabel, SectionLabel: c.sectionLabel,
	}
	if l.media != nil {
		v.Enforce, v.Autocomplete, v.Downloadable = l.media.enforced, l.media.autocomplete, l.media.downloadable
	}
	return v
}

func (s *Sandbox) listSections(q *request) answer {
	c, refusal := s.openCourse(q)
	if refusal.status != 0 {
		return refusal
	}
	list := []sectionJSON{}
	for _, sec := range c.sections {
		v := sectionJSON{
			ID: sec.id, Name: sec.name, Days: sec.days, Notify: sec.notify, Released: s.released(q, c, sec),
			OpeningAt: stamp(s.opening(q.member, c, sec)), Lessons: []lessonBrief{},
		}
		for _, l := range sec.lessons {
			v.Lessons = append(v.Lessons, s.lessonBriefView(q, c, l))
		}
		list = append(list, v)
	}
	return ok(list)
}

func (s *Sandbox) getLesson(q *request) answer {
	c, l, refusal := s.openLesson(q, "id")
	if refusal.status != 0 {
		return refusal
	}
	return ok(s.lessonView(q, c, l))
}

type lessonFileJSON struct {
	ID          int64  `json:"id"`
	CreatedAt   stamp  `json:"created_at"`
	ByteSize    int64  `json:"byte_size"`
	Filename    string `json:"filename"`
	ContentType string `json:"content_type"`
	SignedID    string `json:"signed_id"`
	URL         string `json:"url"`
	Type        string `json:"type"`
}

func (s *Sandbox) listLessonFiles(q *request) answer {
	_, l, refusal := s.openLesson(q, "lesson_id")
	if refusal.status != 0 {
		return refusal
	}
	view := func(f lessonFile) lessonFileJSON {
		id := signedID("lesson-file", f.id)
		return lessonFileJSON{
			f.id, stamp(f.createdAt), f.byteSize, f.filename, f.contentType, id, s.blobURL(id, f.filename),
			"file",
		}
	}
	return ok(listPage(q.paging(10), l.files, view).withPageCount())
}

func (s *Sandbox) updateLessonProgress(q *request) answer {
	_, l, refusal := s.openLesson(q, "lesson_id")
	if refusal.status != 0 {
		return refusal
	}
	var in progressJSON
	if refusal := q.decode(&in); refusal.status != 0 {
		return refusal
	}
	switch in.Status {
	case "":
		return missingParameter("status")
	case statusIncomplete:
		delete(s.store.completed, lessonSeat{l.id, q.member.id})
	case statusCompleted:
		s.store.completed[lessonSeat{l.id, q.member.id}] = true
	default:
		return invalid("Failed to update progress!", map[string][]string{"status": {"is not included in the list"}})
	}
	return ok(in)
}

func (s *Sandbox) listCourseTopics(q *request) answer {
	view := func(t *topic) topic { return *t }
	return ok(listPage(q.paging(10), s.store.courseTopics, view).withPageCount())
}
