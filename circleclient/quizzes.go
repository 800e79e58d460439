package circleclient

import (
	"context"
	"net/http"
	"time"
)

// QuizzesService reads and writes attempts at quizzes. Circle cannot read a quiz itself: only attempts have its number
// and questions.
type QuizzesService struct{ client *Client }

// QuizAttempt is a member's graded answers to a quiz. The list of a course ([SourceQuizAttempts]) sends the first two
// blocks of fields. Reading one ([SourceQuizAttempt]) and submitting one send the first and the third, a review also
// the second.
type QuizAttempt struct {
	// Source is the operation that filled the record.
	Source Source `json:"-"`

	// ID is Circle's number of the attempt.
	ID int64 `json:"id"`
	// QuizID is the quiz.
	QuizID int64 `json:"quiz_id"`
	// Result is pending, passed, failed or a word Circle adds.
	Result string `json:"result"`
	// Grade is in percent.
	Grade int `json:"grade"`
	// PassingGrade is the percentage that passes; nil if an admin decides.
	PassingGrade *int `json:"passing_grade"`
	// CreatedAt is when it was submitted.
	CreatedAt time.Time `json:"created_at"`

	// Member is who made it; nil if the operation does not say.
	Member *QuizTaker `json:"community_member"`
	// AttemptsCount is how often the member has tried the quiz so far; nil if the operation does not say.
	AttemptsCount *int `json:"quiz_attempts_count"`
	// LessonName and SectionName are the titles of the quiz's lesson and section; nil if the operation does not say.
	LessonName  *string `json:"lesson_name"`
	SectionName *string `json:"section_name"`

	// CorrectResponses is the number of questions answered correctly.
	CorrectResponses int `json:"correct_responses"`
	// EnforcePassingGrade reports whether the lesson cannot be completed without passing.
	EnforcePassingGrade bool `json:"enforce_passing_grade"`
	// HideAnswers reports whether members do not see which answers were correct.
	HideAnswers bool `json:"hide_answers"`
	// Description says what the quiz is about; nil if it has none.
	Description *string `json:"description"`
	// Questions are the questions with the member's answers.
	Questions []*QuizQuestion `json:"questions"`
}

// Carries reports whether the record has the part, or shows that there is none.
func (a *QuizAttempt) Carries(part Part) bool {
	return part == AttemptReview && (a.LessonName != nil || a.AttemptsCount != nil) || a.Source.Carries(part)
}

func (a *QuizAttempt) setSource(source Source) { a.Source = source }

// QuizTaker is the author of an attempt.
type QuizTaker struct {
	// ID is the community member id.
	ID        int64   `json:"id"`
	PublicUID string  `json:"public_uid"`
	Name      string  `json:"name"`
	AvatarURL *string `json:"avatar_url"`
}

// MemberID is the member's number in the community.
func (t *QuizTaker) MemberID() int64 { return t.ID }

// QuizQuestion is a question with the answer given.
type QuizQuestion struct {
	ID int64 `json:"id"`
	// Type is single_choice, multiple_choice or a word Circle adds; the official examples only show the first.
	Type string `json:"question_type"`
	// Statement is the question itself.
	Statement string `json:"statement"`
	// Correct reports whether the answer was correct; nil if members do not see it.
	Correct *bool `json:"correct"`
	// Options are the possible answers.
	Options []*QuizOption `json:"options"`
}

// QuizOption is a possible answer.
type QuizOption struct {
	ID    int64  `json:"id"`
	Value string `json:"value"`
	// Selected reports whether it was chosen.
	Selected bool `json:"selected"`
}

// QuizResponse is the answer to a question: the options chosen.
type QuizResponse struct {
	QuestionID      int64   `json:"question_id"`
	SelectedOptions []int64 `json:"selected_options"`
}

// Attempts reads the latest attempt of each member at each quiz of a course, newest first. It is only for admins:
// others get [ErrForbidden].
//
//circle:op GET /api/headless/v1/courses/{course_id}/quiz_attempts
func (s *QuizzesService) Attempts(ctx context.Context, courseID int64, opts PageOptions) (*Page[*QuizAttempt], error) {
	page, err := get[Page[*QuizAttempt]](ctx, s.client, member("/courses/{course_id}/quiz_attempts", id(courseID)),
		opts.query())
	return filledBy(page, err, SourceQuizAttempts)
}

// Attempt reads an attempt. A review, which is meant for admins, also has lesson, section and number of attempts.
//
//circle:op GET /api/headless/v1/quizzes/{quiz_id}/attempts/{id}
func (s *QuizzesService) Attempt(ctx context.Context, quizID, attemptID int64, review bool) (*QuizAttempt, error) {
	q, source := query{}, SourceQuizAttempt
	if review {
		q, source = q.flag("for_admin_review", &review), SourceQuizReview
	}
	attempt, err := get[QuizAttempt](ctx, s.client, member("/quizzes/{quiz_id}/attempts/{id}", id(quizID), id(attemptID)),
		q)
	return filled(attempt, err, source)
}

// Submit submits answers to a quiz and returns them graded.
//
//circle:op POST /api/headless/v1/quizzes/{quiz_id}/attempts
func (s *QuizzesService) Submit(ctx context.Context, quizID int64, responses []QuizResponse) (*QuizAttempt, error) {
	body := struct {
		Responses []QuizResponse `json:"responses"`
	}{responses}
	attempt, err := write[QuizAttempt](ctx, s.client, http.MethodPost, member("/quizzes/{quiz_id}/attempts", id(quizID)),
		body)
	return filled(attempt, err, SourceQuizAttempt)
}

// Grade decides an attempt at a quiz without a passing grade; result is pending, passed or failed. It is only for
// admins.
//
//circle:op PUT /api/headless/v1/quizzes/{quiz_id}/attempts/{id}
func (s *QuizzesService) Grade(ctx context.Context, quizID, attemptID int64, result string) error {
	body := struct {
		Result string `json:"result"`
	}{result}
	return exec(ctx, s.client, http.MethodPut, member("/quizzes/{quiz_id}/attempts/{id}", id(quizID), id(attemptID)), body)
}
