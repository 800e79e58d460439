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
const rightAnswers = `{"responses":[{"question_id":210001,"selected_options":[840002]},
	{"question_id":210002,"selected_options":[840004,840006]},{"question_id":210003,"selected_options":[840009]}]}`

func TestQuizzesAreHeldToTheirRules(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		attempts := path("/quizzes/%d/attempts", idQuiz)
		answers := func(question, option int64) string {
			return fmt.Sprintf(`{"responses":[{"question_id":%d,"selected_options":[%d]}]}`, firstQuestionID+question,
				firstOptionID+option)
		}
		mayas := w.as(asMember).must(201, "POST", attempts, rightAnswers).id("id")
		own, byHand := path("/quizzes/%d/attempts/%d", idQuiz, mayas), path("/quizzes/%d/attempts", idByHand)
		const two = `{"responses":[{"question_id":210001,"selected_options":[840001,840002]}]}`
		const gone = "Missing record: quizzes/attempt"
		walkSteps(t, w, []step{
			{"all right", asMember, "POST", attempts, rightAnswers, 201, `"grade":100,"result":"passed","passing_grade":66`},
			{"one of three", asMember, "POST", attempts, answers(0, 1), 201, `"grade":33,"result":"failed"`},
			{"half of what is right is wrong", asMember, "POST", attempts, answers(1, 3), 201, `"correct_responses":0`},
			{"nothing", asMember, "POST", attempts, `{}`, 201, `"grade":0,"result":"failed"`},
			{"no such question", asMember, "POST", attempts, answers(99, 1), 404, "Missing record: quizzes/question"},
			{"an option of another question", asMember, "POST", attempts, answers(0, 3), 404, "Missing record: quizzes/option"},
			{"two of a single choice", asMember, "POST", attempts, two, 400, `"selected_options"`},
			{"no such quiz", asMember, "POST", "/quizzes/1/attempts", `{}`, 404, "Missing record: quizzes/quiz"},
			{"a lesson that is locked", asMember, "POST", byHand, `{}`, 401, denied},
			{"own attempt", asMember, "GET", own, "", 200, `"selected":true`},
			{"for review", asMember, "GET", own + "?for_admin_review=true", "", 200, `"section_name":"Late winter: soil"`},
			{"of another quiz", asMember, "GET", byHand + path("/%d", mayas), "", 404, gone},
			{"somebody else's", asOutsider, "GET", own, "", 404, gone},
			{"somebody else's, as admin", asAdmin, "GET", own, "", 200, ""},
			{"grade oneself", asMember, "PUT", own, `{"result":"passed"}`, 401, denied},
			{"grade what grades itself", asAdmin, "PUT", own, `{"result":"passed"}`, 401, denied},
			{"the list", asMember, "GET", path("/courses/%d/quiz_attempts", idCourse), "", 401, denied},
			{"the list of no course", asAdmin, "GET", "/courses/1/quiz_attempts", "", 404, "Missing record: space"},
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
