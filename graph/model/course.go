package model

import "circlegraph/circleclient"

// Course is what a space of type course holds. It has no record of its own: its parts are read by its number.
type Course struct {
	// ID is the number of the course and of its space.
	ID int64
	// Holder is the space; nil if the course was reached from a lesson.
	Holder *circleclient.Space
	// Named is the space with name and slug only; nil if not even those are known.
	Named *circleclient.SpaceRef
}

// Quiz is what an attempt says about its quiz: Circle sends no more.
type Quiz struct{ Attempt *circleclient.QuizAttempt }

// ID is Circle's number of the quiz.
func (q *Quiz) ID() int64 { return q.Attempt.QuizID }

// PassingGrade is the percentage that passes; nil if a person decides.
func (q *Quiz) PassingGrade() *int { return q.Attempt.PassingGrade }
