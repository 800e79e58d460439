package sandbox

func (s *Sandbox) courseRoutes() []route {
	return []route{
		{"GET /courses/{course_id}/sections", found(s.openCourse, s.listSections)},
		{"GET /courses/{course_id}/lessons/{id}", found(s.openLesson, s.getLesson)},
		{"GET /courses/{course_id}/lessons/{lesson_id}/files", found(s.openLesson, s.listLessonFiles)},
		{"PATCH /courses/{course_id}/lessons/{lesson_id}/progress", found(s.openLesson, s.updateLessonProgress)},
		{"GET /course_topics", s.listCourseTopics},
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
		v.MediaSeconds = new(int(l.media.seconds))
	}
	if s.completed(q.member, l) {
		v.Progress.Status = statusCompleted
	}
	return v
}

// lessonJSON is a lesson by itself.
type lessonJSON struct {
	lessonBrief
	Enforce      bool          `json:"enforce_featured_media_completion"`
	Autocomplete bool          `json:"autocomplete_on_featured_media_completion"`
	Comments     bool          `json:"is_comments_enabled"`
	Media        *mediaJSON    `json:"featured_media"`
	Downloadable bool          `json:"is_featured_media_download_enabled"`
	Space        quickSpaceRef `json:"space"`
	BookmarkID   *int64        `json:"bookmark_id"` // the sandbox keeps none of lessons
	ChatRoomUUID string        `json:"chat_room_uuid"`
	Body         *envelope     `json:"rich_text_body"`
	SectionID    int64         `json:"section_id"`
	LessonLabel  string        `json:"lesson_label"`
	SectionLabel string        `json:"section_label"`
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
		Metadata:     mediaMetadata{attachmentMetadata{true, m.width, m.height, m.seconds}, true},
		Downloadable: m.downloadable, SignedID: id,
	}
	if m.subtitled {
		v.Subtitles = orNull(s.blobURL(signedID("subtitles", m.id), "subtitles.vtt"))
	}
	if m.width > 0 {
		v.Images.Thumbnail = orNull(s.storageURL + variantPath + signedID("thumbnail", m.id) + "/thumbnail.jpg")
	}
	return v
}

func (s *Sandbox) lessonView(q *request, c *course, l *lesson) lessonJSON {
	sp := s.store.spaceByID[c.spaceID]
	v := lessonJSON{
		lessonBrief: s.lessonBriefView(q, c, l), Comments: true, Media: s.mediaView(l.media),
		Space: quickSpaceRef{sp.id, sp.slug, sp.name}, ChatRoomUUID: l.room.uuid, Body: l.content.envelope,
		SectionID: l.section.id, LessonLabel: c.lessonLabel, SectionLabel: c.sectionLabel,
	}
	if l.media != nil {
		v.Enforce, v.Autocomplete, v.Downloadable = l.media.enforced, l.media.autocomplete, l.media.downloadable
	}
	return v
}

func (s *Sandbox) listSections(q *request, c *course) answer {
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

func (s *Sandbox) getLesson(q *request, l *lesson) answer {
	c := s.store.courses[q.id("course_id")]
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

func (s *Sandbox) listLessonFiles(q *request, l *lesson) answer {
	view := func(f lessonFile) lessonFileJSON {
		id := signedID("lesson-file", f.id)
		url := s.blobURL(id, f.filename)
		return lessonFileJSON{f.id, stamp(f.createdAt), f.byteSize, f.filename, f.contentType, id, url, "file"}
	}
	return ok(listPage(q.paging(10), l.files, view).withPageCount())
}

func (s *Sandbox) updateLessonProgress(q *request, l *lesson) answer {
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
		return notListed("Failed to update progress!", "status")
	}
	return ok(in)
}

func (s *Sandbox) listCourseTopics(q *request) answer {
	view := func(t *topic) topic { return *t }
	return ok(listPage(q.paging(10), s.store.courseTopics, view).withPageCount())
}
