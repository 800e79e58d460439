package sandbox

import (
	"math"
	"net/http"
	"slices"
)

func (s *Sandbox) quizRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/courses/{course_id}/quiz_attempts", handle: s.listQuizAttempts},
		{method: http.MethodPost, path: "/quizzes/{quiz_id}/attempts", handle: s.createQuizAttempt},
		{method: http.MethodGet, path: "/quizzes/{quiz_id}/attempts/{id}", handle: s.getQuizAttempt},
		{method: http.MethodPut, path: "/quizzes/{quiz_id}/attempts/{id}", handle: s.gradeQuizAttempt},
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
	Correct   *bool        `json:"correct,omitempty"` // missing where answers are hidden
	Options   []optionJSON `json:"options"`
}

type optionJSON struct {
	ID       int64  `json:"id"`
	Value    string `json:"value"`
	Selected bool   `json:"selected"`
}

// correct says whether exactly the right options of a question were chosen.
func (a *attempt) correct(qu *question) bool {
	return !slices.ContainsFunc(qu.options, func(o option) bool { return o.right != a.chosen[o.id] })
}

// correctCount is how many questions were answered correctly.
func (a *attempt) correctCount() int {
	n := 0
	for _, qu := range a.quiz.questions {
		if a.correct(qu) {
			n++
		}
	}
	return n
}

// grade is the correct part in percent.
func (a *attempt) grade() int {
	return int(math.Round(100 * float64(a.correctCount()) / float64(len(a.quiz.questions))))
}

// decide sets the result, where the quiz decides by itself.
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

func (s *Sandbox) attemptReviewView(a *attempt) attemptReview {
	v := attemptReview{LessonName: a.quiz.lesson.name, SectionName: a.quiz.lesson.section.name}
	for _, b := range s.store.attempts {
		if b.quiz == a.quiz && b.memberID == a.memberID {
			v.Attempts++
		}
	}
	return v
}

func (s *Sandbox) attemptView(q *request, a *attempt) attemptJSON {
	v := attemptJSON{
		attemptBrief: attemptBriefView(a), HideAnswers: a.quiz.hideAnswers, Correct: a.correctCount(),
		Questions: []questionJSON{}, Description: orNull(a.quiz.description),
	}
	for _, qu := range a.quiz.questions {
		x := questionJSON{ID: qu.id, Kind: qu.kind, Statement: qu.statement}
		if !a.quiz.hideAnswers || q.member.roles.Admin {
			correct := a.correct(qu)
			x.Correct = &correct
		}
		for _, o := range qu.options {
			x.Options = append(x.Options, optionJSON{o.id, o.value, a.chosen[o.id]})
		}
		v.Questions = append(v.Questions, x)
	}
	return v
}

// listQuizAttempts lists the latest attempt of each member at each quiz of the
// course, newest first, for admins.
func (s *Sandbox) listQuizAttempts(q *request) answer {
	c, refusal := s.openCourse(q)
	switch {
	case refusal.status != 0:
		return refusal
	case !q.member.roles.Admin:
		return forbidden()
	}
	var latest []*attempt
	for _, a := range slices.Backward(s.store.attempts) {
		same := func(b *attempt) bool { return b.quiz == a.quiz && b.memberID == a.memberID }
		if a.quiz.spaceID == c.spaceID && !slices.ContainsFunc(latest, same) {
			latest = append(latest, a)
		}
	}
	view := func(a *attempt) attemptRow {
		m := s.store.memberByID[a.memberID]
		return attemptRow{
			attemptBriefView(a),
			quizTaker{m.id, m.publicUID, m.name(), orNull(m.avatarURL)},
			s.attemptReviewView(a),
		}
	}
	return ok(listPage(q.paging(10), latest, view).withPageCount())
}

// listedQuiz finds the path's quiz, which the member may know of.
func (s *Sandbox) listedQuiz(q *request) (*quiz, answer) {
	qz := s.store.quizzes[q.id("quiz_id")]
	if qz == nil || !s.canList(q.member, s.store.spaceByID[qz.spaceID]) {
		return nil, missingRecord("quizzes/quiz")
	}
	return qz, answer{}
}

// createQuizAttempt takes and grades answers. A question left out is answered
// wrongly.
func (s *Sandbox) createQuizAttempt(q *request) answer {
	qz, refusal := s.listedQuiz(q)
	switch {
	case refusal.status != 0:
		return refusal
	case !s.canTake(q, s.store.courses[qz.spaceID], qz.lesson):
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

// answer notes the options chosen for one question.
func (a *attempt) answer(r quizResponse) answer {
	i := slices.IndexFunc(a.quiz.questions, func(qu *question) bool { return qu.id == r.QuestionID })
	if i < 0 {
		return missingRecord("quizzes/question")
	}
	qu := a.quiz.questions[i]
	if qu.kind == singleChoice && len(r.Selected) > 1 {
		return invalid("Failed to create quiz attempt!", map[string][]string{"selected_options": {"is too long"}})
	}
	for _, id := range r.Selected {
		if !slices.ContainsFunc(qu.options, func(o option) bool { return o.id == id }) {
			return missingRecord("quizzes/option")
		}
		a.chosen[id] = true
	}
	return answer{}
}

// ownAttempt finds the path's attempt: the member's own, or anybody's for an
// admin.
func (s *Sandbox) ownAttempt(q *request) (*attempt, answer) {
	qz, refusal := s.listedQuiz(q)
	if refusal.status != 0 {
		return nil, refusal
	}
	for _, a := range s.store.attempts {
		if a.id == q.id("id") && a.quiz == qz && (a.memberID == q.member.id || q.member.roles.Admin) {
			return a, answer{}
		}
	}
	return nil, missingRecord("quizzes/attempt")
}

func (s *Sandbox) getQuizAttempt(q *request) answer {
	a, refusal := s.ownAttempt(q)
	if refusal.status != 0 {
		return refusal
	}
	v := s.attemptView(q, a)
	if q.flag("for_admin_review") {
		review := s.attemptReviewView(a)
		v.attemptReview = &review
	}
	return ok(v)
}

// gradeQuizAttempt decides what the quiz itself does not: only admins, and only
// where there is no passing grade.
func (s *Sandbox) gradeQuizAttempt(q *request) answer {
	a, refusal := s.ownAttempt(q)
	switch {
	case refusal.status != 0:
		return refusal
	case !q.member.roles.Admin || a.quiz.passingGrade != 0:
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
	return invalid("Failed to update quiz attempt!", map[string][]string{"result": {"is not included in the list"}})
}
