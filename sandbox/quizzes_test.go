package sandbox

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const (
	idQuiz   = firstQuizID     // of soil: it grades itself
	idByHand = firstQuizID + 1 // an admin grades it
)

// rightAnswers are the answers that pass the quiz of soil.
const rightAnswers = `{"responses":[{"question_id":210001,"selected_options":[840002]},{"question_id":210002,"selected_options":[840004,840006]},{"question_id":210003,"selected_options":[840009]}]}`

func TestQuizzesAreHeldToTheirRules(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		attempts := path("/quizzes/%d/attempts", idQuiz)
		answers := func(question, option int64) string {
			return fmt.Sprintf(`{"responses":[{"question_id":%d,"selected_options":[%d]}]}`, firstQuestionID+question,
				firstOptionID+option)
		}
		mayas := w.as(asMember).must(201, "POST", attempts, rightAnswers).id("id")
		walkSteps(t, w, []step{
			{
				name: "all right", method: "POST", path: attempts, body: rightAnswers, status: 201,
				want: `"grade":100,"result":"passed","passing_grade":66`,
			},
			{
				name: "one of three", method: "POST", path: attempts, body: answers(0, 1), status: 201,
				want: `"grade":33,"result":"failed"`,
			},
			{
				name: "half of what is right is wrong", method: "POST", path: attempts, body: answers(1, 3), status: 201,
				want: `"correct_responses":0`,
			},
			{name: "nothing", method: "POST", path: attempts, body: `{}`, status: 201, want: `"grade":0,"result":"failed"`},
			{
				name: "no such question", method: "POST", path: attempts, body: answers(99, 1), status: 404,
				want: "Missing record: quizzes/question",
			},
			{
				name: "an option of another question", method: "POST", path: attempts, body: answers(0, 3), status: 404,
				want: "Missing record: quizzes/option",
			},
			{
				name: "two of a single choice", method: "POST", path: attempts,
				body: `{"responses":[{"question_id":210001,"selected_options":[840001,840002]}]}`, status: 400, want: `"selected_options"`,
			},
			{
				name: "no such quiz", method: "POST", path: "/quizzes/1/attempts", body: `{}`, status: 404,
				want: "Missing record: quizzes/quiz",
			},
			{
				name: "a lesson that is locked", method: "POST", path: path("/quizzes/%d/attempts", idByHand), body: `{}`,
				status: 401, want: "You cannot perform this action.",
			},
			{
				name: "own attempt", method: "GET", path: path("/quizzes/%d/attempts/%d", idQuiz, mayas), status: 200,
				want: `"selected":true`,
			},
			{
				name: "for review", method: "GET", path: path("/quizzes/%d/attempts/%d?for_admin_review=true", idQuiz, mayas),
				status: 200, want: `"section_name":"Late winter: soil"`,
			},
			{
				name: "of another quiz", method: "GET", path: path("/quizzes/%d/attempts/%d", idByHand, mayas), status: 404,
				want: "Missing record: quizzes/attempt",
			},
			{
				name: "somebody else's", who: asOutsider, method: "GET", path: path("/quizzes/%d/attempts/%d", idQuiz, mayas),
				status: 404, want: "Missing record: quizzes/attempt",
			},
			{
				name: "somebody else's, as admin", who: asAdmin, method: "GET",
				path: path("/quizzes/%d/attempts/%d", idQuiz, mayas), status: 200,
			},
			{
				name: "grade oneself", method: "PUT", path: path("/quizzes/%d/attempts/%d", idQuiz, mayas),
				body: `{"result":"passed"}`, status: 401, want: "You cannot perform this action.",
			},
			{
				name: "grade what grades itself", who: asAdmin, method: "PUT", path: path("/quizzes/%d/attempts/%d", idQuiz, mayas),
				body: `{"result":"passed"}`, status: 401, want: "You cannot perform this action.",
			},
			{
				name: "the list", method: "GET", path: path("/courses/%d/quiz_attempts", idCourse), status: 401,
				want: "You cannot perform this action.",
			},
			{
				name: "the list of no course", who: asAdmin, method: "GET", path: "/courses/1/quiz_attempts", status: 404,
				want: "Missing record: space",
			},
		})
	})
}

func TestOnlyAdminsDecideWhatNoGradeDoes(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		ruth := w.as(asAdmin)
		a := ruth.must(201, "POST", path("/quizzes/%d/attempts", idByHand), `{}`)
		if a.at("result") != "pending" || a.at("passing_grade") != nil {
			t.Errorf("result %v, passing grade %v, want pending and none", a.at("result"), a.at("passing_grade"))
		}
		attempt := path("/quizzes/%d/attempts/%d", idByHand, a.id("id"))
		ruth.must(404, "PUT", attempt, `{}`)
		ruth.must(400, "PUT", attempt, `{"result":"splendid"}`)
		ruth.must(204, "PUT", attempt, `{"result":"failed"}`)
		if got := ruth.must(200, "GET", attempt, "").at("result"); got != "failed" {
			t.Errorf("after grading the result is %v, want failed", got)
		}
	})
}

func TestHiddenAnswersAreShownToAdminsOnly(t *testing.T) {
	w := newWorld(t)
	w.mu.Lock()
	for id := int64(idQuizLesson); id < firstLessonID+16; id++ {
		w.store.completed[lessonSeat{id, firstMemberID + 3}] = true
	}
	w.mu.Unlock()
	mayas := w.as(asMember).must(201, "POST", path("/quizzes/%d/attempts", idByHand), `{}`)
	if strings.Contains(string(mayas.raw), `"correct":`) {
		t.Errorf("Maya is told what was correct: %s", mayas.raw)
	}
	review := w.as(asAdmin).must(200, "GET", path("/quizzes/%d/attempts/%d", idByHand, mayas.id("id")), "")
	if !strings.Contains(string(review.raw), `"correct":`) {
		t.Errorf("Ruth is not told what was correct: %s", review.raw)
	}
}

func TestTheLatestAttemptsAreListed(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		list := func() reply {
			return w.as(asAdmin).must(200, "GET", path("/courses/%d/quiz_attempts?per_page=100", idCourse), "")
		}
		before := list()
		for _, want := range []string{`"result":"pending"`, `"result":"failed"`, `"quiz_attempts_count":2`} {
			if !strings.Contains(string(before.raw), want) {
				t.Errorf("the seed has no attempt with %s", want)
			}
		}
		seen := map[string]bool{}
		for i := range before.records() {
			key := fmt.Sprint(before.id("records", i, "quiz_id"), before.id("records", i, "community_member", "id"))
			if seen[key] {
				t.Errorf("two attempts of the same member at the same quiz: %s", key)
			}
			seen[key] = true
		}
		w.clock.Advance(time.Minute)
		a := w.as(asMember).must(201, "POST", path("/quizzes/%d/attempts", idQuiz), rightAnswers)
		after := list()
		if after.id("count") != before.id("count") || after.id("records", 0, "id") != a.id("id") {
			t.Errorf("the list begins with %v, want the new attempt in the old one's place", after.at("records", 0))
		}
		if got := after.id("records", 0, "quiz_attempts_count"); got != 2 {
			t.Errorf("Maya has tried %d times, want 2", got)
		}
	})
}
