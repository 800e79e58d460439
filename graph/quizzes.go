package graph

import (
	"context"
	"slices"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/paging"
	"circlegraph/graph/scalar"
)

// attemptBy finds an attempt at a quiz.
func attemptBy(ctx context.Context, by model.QuizAttemptBy) (*circleclient.QuizAttempt, error) {
	if by.ID != nil {
		ref, err := scalar.ParseRefOf(circleclient.RefQuizAttempt, *by.ID)
		if err != nil {
			return nil, err
		}
		return loadAttempt(ctx, ref)
	}
	quizID, err := scalar.ParseCircleID(by.CircleID.Quiz)
	if err != nil {
		return nil, err
	}
	attemptID, err := scalar.ParseCircleID(by.CircleID.Attempt)
	if err != nil {
		return nil, err
	}
	return loadAttempt(ctx, circleclient.QuizAttemptRef(quizID, attemptID))
}

// loadAttempt reads the attempt that the present field gives. Circle tells what reviewers need only where it is asked
// for; it is asked for where it is selected, so that one request does.
func loadAttempt(ctx context.Context, ref circleclient.Ref) (*circleclient.QuizAttempt, error) {
	review := slices.ContainsFunc(graphql.CollectAllFields(ctx), func(field string) bool {
		return field == "attemptsCount" || field == "lessonTitle" || field == "sectionTitle"
	})
	return loaders.From(ctx).QuizAttempt.Load(ctx, loaders.AttemptKey{Ref: ref, Review: review})
}

// attemptQuestions are the questions of an attempt; an attempt of which Circle forgot them has none.
func attemptQuestions(ctx context.Context, a *circleclient.QuizAttempt) ([]*circleclient.QuizQuestion, error) {
	return loaders.OfPart(ctx, a, circleclient.AttemptDetails,
		func(a *circleclient.QuizAttempt) []*circleclient.QuizQuestion { return notNil(a.Questions) })
}

// courseAttempts pages through the latest attempts at the quizzes of a course.
func (r *Resolver) courseAttempts(
	ctx context.Context, c *model.Course, first int, after *string,
) (*model.QuizAttemptConnection, error) {
	return paging.Paginate(ctx, paging.Of("Course.quizAttempts", c.ID), first, after,
		func(o circleclient.PageOptions) (*circleclient.Page[*circleclient.QuizAttempt], error) {
			return r.circle.Quizzes.Attempts(ctx, c.ID, o)
		}, paging.Itself)
}

// memberOfAttempt is who made an attempt; nil if the record does not say.
func memberOfAttempt(a *circleclient.QuizAttempt) *model.Member {
	return model.MemberOfTaker(a.Member)
}

// submitQuizAttempt hands in answers to a quiz.
func (r *Resolver) submitQuizAttempt(
	ctx context.Context, in model.SubmitQuizAttemptInput,
) (*model.SubmitQuizAttemptPayload, error) {
	quizID, err := scalar.ParseCircleID(in.QuizID)
	if err != nil {
		return nil, err
	}
	responses, problems, err := quizResponses(in.Answers)
	if err != nil || len(problems) > 0 {
		return &model.SubmitQuizAttemptPayload{UserErrors: problems}, err
	}
	attempt, problems, err := idempotently(ctx, r.idempotency, "submitQuizAttempt", in.IdempotencyKey, in,
		func(ctx context.Context) (*circleclient.QuizAttempt, error) {
			return r.circle.Quizzes.Submit(ctx, quizID, responses)
		})
	return &model.SubmitQuizAttemptPayload{Attempt: attempt, UserErrors: problems}, err
}

// quizResponses reads answers, as far as they can be judged without the questions.
func quizResponses(answers []*model.QuizAnswerInput) ([]circleclient.QuizResponse, []*model.UserError, error) {
	if len(answers) == 0 {
		return nil, refused(model.UserErrorCodeInvalid, "Answer at least one question.", "answers"), nil
	}
	responses := make([]circleclient.QuizResponse, len(answers))
	for i, answer := range answers {
		response, err := quizResponse(answer)
		if err != nil {
			return nil, nil, err
		}
		place := []string{"answers", strconv.Itoa(i)}
		switch options := slices.Sorted(slices.Values(response.SelectedOptions)); {
		case slices.ContainsFunc(responses[:i],
			func(r circleclient.QuizResponse) bool { return r.QuestionID == response.QuestionID }):
			return nil, refused(model.UserErrorCodeInvalid, "This question is answered twice.", place...), nil
		case len(options) == 0:
			return nil, refused(model.UserErrorCodeInvalid, "Choose at least one option.",
				append(place, "multipleChoice", "optionIds")...), nil
		case len(slices.Compact(options)) < len(response.SelectedOptions):
			return nil, refused(model.UserErrorCodeInvalid, "Choose each option once.",
				append(place, "multipleChoice", "optionIds")...), nil
		}
		responses[i] = response
	}
	return responses, nil, nil
}

// quizResponse reads an answer to one question.
func quizResponse(in *model.QuizAnswerInput) (circleclient.QuizResponse, error) {
	var question string
	var options []string
	if in.SingleChoice != nil {
		question, options = in.SingleChoice.QuestionID, []string{in.SingleChoice.OptionID}
	} else {
		question, options = in.MultipleChoice.QuestionID, in.MultipleChoice.OptionIds
	}
	questionID, err := scalar.ParseCircleID(question)
	if err != nil {
		return circleclient.QuizResponse{}, err
	}
	optionIDs, err := scalar.ParseCircleIDs(options)
	return circleclient.QuizResponse{QuestionID: questionID, SelectedOptions: optionIDs}, err
}

// gradeQuizAttempt decides an attempt.
func (r *Resolver) gradeQuizAttempt(
	ctx context.Context, in model.GradeQuizAttemptInput,
) (*model.GradeQuizAttemptPayload, error) {
	ref, err := scalar.ParseRefOf(circleclient.RefQuizAttempt, in.AttemptID)
	if err != nil {
		return nil, err
	}
	problems, err := userErrors(r.circle.Quizzes.Grade(ctx, ref.Quiz, ref.ID, in.Result))
	if err != nil || len(problems) > 0 {
		ref = circleclient.Ref{}
	}
	return &model.GradeQuizAttemptPayload{AttemptRef: ref, UserErrors: problems}, err
}

// changedAttempt is the attempt in a payload; null if the change was refused.
func changedAttempt(ctx context.Context, ref circleclient.Ref) (*circleclient.QuizAttempt, error) {
	if ref.IsZero() {
		return nil, nil //nolint:nilnil // the payload's userErrors say why
	}
	return loadAttempt(ctx, ref)
}
