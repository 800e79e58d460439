package circleclient

import (
	"testing"
	"time"
)

const outline = `[
 {"id":1,"name":"Soil","is_dripped":true,"lessons":[
  {"id":11,"name":"Dig","progress":{"status":"completed"}},
  {"id":12,"name":"Or not","progress":{"status":"incomplete"}},
  {"id":13,"name":"Rest","progress":{"status":"a new word"},"needs_to_complete_previous_lesson":true}]},
 {"id":2,"name":"Seeds","is_dripped":true,
"lessons":[{"id":21,"name":"Sow","dripped_at":"2026-03-09T10:00:00.000Z","progress":null}]},
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
		if tt.lesson.Carries(LessonDetails) || tt.lesson.NodeRef() != LessonRef(7, tt.lesson.ID) {
			t.Errorf("lesson %q: source %d, ref %v", tt.lesson.Name, tt.lesson.Source, tt.lesson.NodeRef())
		}
	}
}

// TestWhoMadeAnAttempt compares [QuizAttempt.Member] with the official examples: only the list has it.
func TestWhoMadeAnAttempt(t *testing.T) {
	for source, want := range map[Source]bool{
		SourceQuizAttempts: true, SourceQuizAttempt: false,
		SourceQuizReview: false,
	} {
		for _, record := range exampleRecords(t, examples[source][0]) {
			if got := record["community_member"] != nil; got != want {
				t.Errorf("%s: an example has the member: %t, want %t", examples[source], got, want)
			}
		}
	}
}

func TestHiddenAnswersAreNotWrongAnswers(t *testing.T) {
	c := testClient(t, say(200, "application/json",
		`{"id":1,"quiz_id":2,"hide_answers":true,"passing_grade":null,"result":"pending","questions":[{"id":3},{"id":4,
			"correct":false}]}`))
	a, err := c.Quizzes.Attempt(asMember(t), 2, 1, false)
	if err != nil {
		t.Fatal(err)
	}
	if a.Questions[0].Correct != nil || a.Questions[1].Correct == nil {
		t.Errorf("correct = %v and %v, want unknown and false", a.Questions[0].Correct, a.Questions[1].Correct)
	}
	if a.PassingGrade != nil || a.Carries(AttemptReview) || !a.Carries(AttemptDetails) {
		t.Errorf("passing grade %v, source %d", a.PassingGrade, a.Source)
	}
}
