package circleclient

import (
	"encoding/json"
	"testing"
	"time"

	"circlegraph/internal/contract"
)

const outline = `[
 {"id":1,"name":"Soil","is_dripped":true,"lessons":[
  {"id":11,"name":"Dig","progress":{"status":"completed"}},
  {"id":12,"name":"Or not","progress":{"status":"incomplete"}},
  {"id":13,"name":"Rest","progress":{"status":"a new word"},"needs_to_complete_previous_lesson":true}]},
 {"id":2,"name":"Seeds","is_dripped":true,"lessons":[{"id":21,"name":"Sow","dripped_at":"2026-03-09T10:00:00.000Z","progress":null}]},
 {"id":3,"name":"Harvest","is_dripped":false,"dripped_at":null,"lessons":[{"id":31,"name":"Eat"}, null]},
 {"id":4,"name":"Winter"}]`

func TestOutline(t *testing.T) {
	c := testClient(t, say(200, "application/json", outline))
	sections, err := c.Courses.Sections(asMember(t), 7)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := ProgressOf(sections), (CourseProgress{Lessons: 5, Completed: 1}); got != want {
		t.Errorf("ProgressOf(outline) = %v, want %v", got, want)
	}
	if got := sections[0].Progress().Percent(); got != 33 {
		t.Errorf("one of three lessons is %d %%, want 33", got)
	}
	if got := sections[3].Progress().Percent(); got != 0 {
		t.Errorf("of no lessons %d %% are completed, want 0", got)
	}
	early, late := time.Date(2026, 3, 9, 9, 59, 0, 0, time.UTC), time.Date(2026, 3, 9, 10, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		lesson *Lesson
		now    time.Time
		want   bool
	}{
		{sections[0].Lessons[0], early, false},
		{sections[0].Lessons[2], late, true},
		{sections[1].Lessons[0], early, true},
		{sections[1].Lessons[0], late, false},
		{sections[2].Lessons[0], late, true},
	} {
		if got := tt.lesson.Locked(tt.now); got != tt.want {
			t.Errorf("lesson %q is locked at %v: %t, want %t", tt.lesson.Name, tt.now, got, tt.want)
		}
		if tt.lesson.Whole() || tt.lesson.NodeRef() != LessonRef(7, tt.lesson.ID) {
			t.Errorf("lesson %q: whole %t, ref %v", tt.lesson.Name, tt.lesson.Whole(), tt.lesson.NodeRef())
		}
	}
}

// TestLessonsCarryWhatExamplesShow holds [Lesson.Whole] to the official examples: the outline sends the fields of the
// first block and no other.
func TestLessonsCarryWhatExamplesShow(t *testing.T) {
	const sections, lesson = "GET /api/headless/v1/courses/{course_id}/sections", "GET /api/headless/v1/courses/{course_id}/lessons/{id}"
	brief := []string{
		"name", "is_featured_media_enabled", "featured_media_duration", "dripped_at", "progress",
		"needs_to_complete_previous_lesson",
	}
	rest := []string{
		"featured_media", "enforce_featured_media_completion", "autocomplete_on_featured_media_completion", "is_featured_media_download_enabled",
		"is_comments_enabled", "chat_room_uuid", "bookmark_id", "rich_text_body", "section_id", "lesson_label", "section_label",
	}
	check := func(op string, record map[string]json.RawMessage, keys []string, want bool) {
		for _, key := range keys {
			if _, there := record[key]; there != want {
				t.Errorf("%s: an example has %q: %t, want %t", op, key, there, want)
			}
		}
	}
	for _, example := range contract.Load(t).Examples(sections, 200) {
		var outline []struct{ Lessons []map[string]json.RawMessage }
		if err := json.Unmarshal(example.Body, &outline); err != nil {
			t.Fatal(err)
		}
		for _, section := range outline {
			for _, record := range section.Lessons {
				check(sections, record, brief, true)
				check(sections, record, rest, false)
			}
		}
	}
	for _, record := range exampleRecords(t, lesson) {
		check(lesson, record, brief, true)
		check(lesson, record, rest, true)
	}
}

// TestQuizAttemptsCarryWhatExamplesShow is the same for attempts.
func TestQuizAttemptsCarryWhatExamplesShow(t *testing.T) {
	const list, one, submit = "GET /api/headless/v1/courses/{course_id}/quiz_attempts",
		"GET /api/headless/v1/quizzes/{quiz_id}/attempts/{id}", "POST /api/headless/v1/quizzes/{quiz_id}/attempts"
	for _, tt := range []struct {
		op                    string
		member, review, whole bool
	}{{list, true, true, false}, {one, false, true, true}, {submit, false, false, true}} {
		for _, record := range exampleRecords(t, tt.op) {
			for key, want := range map[string]bool{
				"result": true, "grade": true, "passing_grade": true, "created_at": true, "quiz_id": true, "community_member": tt.member,
				"quiz_attempts_count": tt.review, "lesson_name": tt.review, "section_name": tt.review,
				"correct_responses": tt.whole, "enforce_passing_grade": tt.whole, "hide_answers": tt.whole, "description": tt.whole, "questions": tt.whole,
			} {
				if _, there := record[key]; there != want {
					t.Errorf("%s: an example has %q: %t, want %t", tt.op, key, there, want)
				}
			}
		}
	}
}

func TestHiddenAnswersAreNotWrongAnswers(t *testing.T) {
	c := testClient(t, say(200, "application/json",
		`{"id":1,"quiz_id":2,"hide_answers":true,"passing_grade":null,"result":"pending","questions":[{"id":3},{"id":4,"correct":false}]}`))
	a, err := c.Quizzes.Attempt(asMember(t), 2, 1, false)
	if err != nil {
		t.Fatal(err)
	}
	if a.Questions[0].Correct != nil || a.Questions[1].Correct == nil {
		t.Errorf("correct = %v and %v, want unknown and false", a.Questions[0].Correct, a.Questions[1].Correct)
	}
	if a.PassingGrade != nil || a.Reviewed() || !a.Whole() {
		t.Errorf("passing grade %v, reviewed %t, whole %t", a.PassingGrade, a.Reviewed(), a.Whole())
	}
}
