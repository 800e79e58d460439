package sandbox

import (
	"math"
	"slices"
)

func (s *Sandbox) quizRoutes() []route {
	return []route{
		{"GET /courses/{course_id}/quiz_attempts", found(s.openCourse, s.listQuizAttempts)},
		{"POST /quizzes/{quiz_id}/attempts", found(s.listedQuiz, s.createQuizAttempt)},
		{"GET /quizzes/{quiz_id}/attempts/{id}", found(s.ownAttempt, s.getQuizAttempt)},
		{"PUT /quizzes/{quiz_id}/attempts/{id}", found(s.ownAttempt, s.gradeQuizAttempt)},
	}
}

// attemptBrief is what every answer with an attempt has.
type attemptBrief struct {
	ID           int64  `json:"id"`
	QuizID       int64  `json:"quiz_id"`
	CreatedAt    stamp  `json:"created_at"`
	Grade        int    `json:"grade"`
	Result       string `json:"result"`
	PassingGrade *int   `json:"passing_grade"`
}

// attemptReview is what admins need to review an attempt.
type attemptReview struct {
	Attempts    int    `json:"quiz_attempts_count"`
	LessonName  string `json:"lesson_name"`
	SectionName string `json:"section_name"`
}

// attemptRow is an attempt in a list.
type attemptRow struct {
	attemptBrief
	Member quizTaker `json:"community_member"`
	attemptReview
}

type quizTaker struct {
	ID        int64   `json:"id"`
	PublicUID string  `json:"public_uid"`
	Name      string  `json:"name"`
	AvatarURL *string `json:"avatar_url"`
}

// attemptJSON is an attempt by itself.
type attemptJSON struct {
	attemptBrief
	Enforce     bool           `json:"enforce_passing_grade"` // of none: lessons are completed without passing
	HideAnswers bool           `json:"hide_answers"`
	Correct     int            `json:"correct_responses"`
	Questions   []questionJSON `json:"questions"`
	Description *string        `json:"description"`
	*attemptReview
}

type questionJSON struct {
	ID        int64        `json:"id"`
	Kind      string       `json:"question_type"`
	Statement string       `json:"statement"`
	Correct   *bool        `json:"correct,omitempty"` // missing if answers are hidden
	Options   []optionJSON `json:"options"`
}

type optionJSON struct {
	ID       int64  `json:"id"`
	Value    string `json:"value"`
	Selected bool   `json:"selected"`
}

// correct reports whether exactly the right options of a question were chosen.
func (a *attempt) correct(qu *question) bool {
	return !slices.ContainsFunc(qu.options, func(o option) bool { return o.right != a.chosen[o.id] })
}

// correctCount is how many questions were answered correctly.
func (a *attempt) correctCount() int {
	return len(filter(a.quiz.questions, a.correct))
}

// grade is the correct part in percent.
func (a *attempt) grade() int {
	return int(math.Round(100 * float64(a.correctCount()) / float64(len(a.quiz.questions))))
}

// decide sets the result; pending if an admin decides.
func (a *attempt) decide() {
	switch {
	case a.quiz.passingGrade == 0:
		a.result = "pending"
	case a.grade() >= a.quiz.passingGrade:
		a.result = "passed"
	default:
		a.result = "failed"
	}
}

func attemptBriefView(a *attempt) attemptBrief {
	v := attemptBrief{ID: a.id, QuizID: a.quiz.id, CreatedAt: stamp(a.createdAt), Grade: a.grade(), Result: a.result}
	if a.quiz.passingGrade != 0 {
		v.PassingGrade = &a.quiz.passingGrade
	}
	return v
}

// repeats reports whether both attempts are at the same quiz and by the same member.
func (a *attempt) repeats(b *attempt) bool { return b.quiz == a.quiz && b.memberID == a.memberID }

func (s *Sandbox) attemptReviewView(a *attempt) attemptReview {
	attempts := filter(s.store.attempts, a.repeats)
	return attemptReview{len(attempts), a.quiz.lesson.name, a.quiz.lesson.section.name}
}

func (s *Sandbox) attemptView(q *request, a *attempt) attemptJSON {
	v := attemptJSON{
		attemptBrief: attemptBriefView(a), HideAnswers: a.quiz.hideAnswers, Correct: a.correctCount(),
		Questions: []questionJSON{}, Description: orNull(a.quiz.description),
	}
	for _, qu := range a.quiz.questions {
		x := questionJSON{ID: qu.id, Kind: qu.kind, Statement: qu.statement}
		if !a.quiz.hideAnswers || q.member.roles.Admin {
			x.Correct = new(a.correct(qu))
		}
		for _, o := range qu.options {
			x.Options = append(x.Options, optionJSON{o.id, o.value, a.chosen[o.id]})
		}
		v.Questions = append(v.Questions, x)
	}
	return v
}

// listQuizAttempts lists the latest attempt of each member at each quiz of the course, newest first, for admins.
func (s *Sandbox) listQuizAttempts(q *request, c *course) answer {
	if !q.member.roles.Admin {
		return forbidden()
	}
	var latest []*attempt
	for _, a := range slices.Backward(s.store.attempts) {
		if a.quiz.spaceID == c.spaceID && !slices.ContainsFunc(latest, a.repeats) {
			latest = append(latest, a)
		}
	}
	view := func(a *attempt) attemptRow {
		m := s.store.memberByID[a.memberID]
		taker := quizTaker{m.id, m.publicUID, m.name(), orNull(m.avatarURL)}
		return attemptRow{attemptBriefView(a), taker, s.attemptReviewView(a)}
	}
	return ok(listPage(q.paging(10), latest, view).withPageCount())
}

// listedQuiz finds the path's quiz if the member may know of it.
func (s *Sandbox) listedQuiz(q *request) (*quiz, answer) {
	qz := s.store.quizzes[q.id("quiz_id")]
	if qz == nil || !s.canList(q.member, s.store.spaceByID[qz.spaceID]) {
		return nil, missingRecord("quizzes/quiz")
	}
	return qz, answer{}
}

// createQuizAttempt grades answers. A missing question counts as wrong.
func (s *Sandbox) createQuizAttempt(q *request, qz *quiz) answer {
	if !s.canTake(q, s.store.courses[qz.spaceID], qz.lesson) {
		return forbidden()
	}
	var in struct {
		Responses []quizResponse `json:"responses"`
	}
	if refusal := q.decode(&in); refusal.status != 0 {
		return refusal
	}
	a := &attempt{memberID: q.member.id, quiz: qz, createdAt: q.now, chosen: map[int64]bool{}}
	for _, r := range in.Responses {
		if refusal := a.answer(r); refusal.status != 0 {
			return refusal
		}
	}
	a.decide()
	a.id = take(&s.store.nextAttempt)
	s.store.attempts = append(s.store.attempts, a)
	return created(s.attemptView(q, a))
}

type quizResponse struct {
	QuestionID int64   `json:"question_id"`
	Selected   []int64 `json:"selected_options"`
}

// answer records the options chosen for one question.
func (a *attempt) answer(r quizResponse) answer {
	qu := find(a.quiz.questions, func(qu *question) bool { return qu.id == r.QuestionID })
	if qu == nil {
		return missingRecord("quizzes/question")
	}
	if qu.kind == singleChoice && len(r.Selected) > 1 {
		return invalid("Failed to create quiz attempt!", "selected_options", "is too long")
	}
	for _, id := range r.Selected {
		if !slices.ContainsFunc(qu.options, func(o option) bool { return o.id == id }) {
			return missingRecord("quizzes/option")
		}
		a.chosen[id] = true
	}
	return answer{}
}

// ownAttempt finds the path's attempt: the member's own, or anybody's for an admin.
func (s *Sandbox) ownAttempt(q *request) (*attempt, answer) {
	qz, refusal := s.listedQuiz(q)
	if refusal.status != 0 {
		return nil, refusal
	}
	return foundRecord("quizzes/attempt", s.store.attempts, func(a *attempt) bool {
		return a.id == q.id("id") && a.quiz == qz && (a.memberID == q.member.id || q.member.roles.Admin)
	})
}

func (s *Sandbox) getQuizAttempt(q *request, a *attempt) answer {
	v := s.attemptView(q, a)
	if q.flag("for_admin_review") {
		v.attemptReview = new(s.attemptReviewView(a))
	}
	return ok(v)
}

// gradeQuizAttempt sets the result of a quiz without a passing grade. Only admins may.
func (s *Sandbox) gradeQuizAttempt(q *request, a *attempt) answer {
	if !q.member.roles.Admin || a.quiz.passingGrade != 0 {
		return forbidden()
	}
	var in struct {
		Result string `json:"result"`
	}
	if refusal := q.decode(&in); refusal.status != 0 {
		return refusal
	}
	switch in.Result {
	case "":
		return missingParameter("result")
	case "pending", "passed", "failed":
		a.result = in.Result
		return noContent()
	}
	return notListed("Failed to update quiz attempt!", "result")
}
