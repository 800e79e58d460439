package model

import "circlegraph/circleclient"

// Course is what a space of type course holds. It has no record of its own: its parts are read with its number.
type Course struct {
	// ID is the number of the course and of its space.
	ID int64
	// Holder is the space; nil where the course was reached from a lesson.
	Holder *circleclient.Space
	// Named is the space with name and slug only; nil where not even they are known.
	Named *circleclient.SpaceRef
}

// Quiz is a quiz as far as an attempt tells of it, which is all that Circle does.
type Quiz struct{ Attempt *circleclient.QuizAttempt }

// ID is Circle's number of the quiz.
func (q *Quiz) ID() int64 { return q.Attempt.QuizID }

// PassingGrade is the percentage that passes; nil where a person decides.
func (q *Quiz) PassingGrade() *int { return q.Attempt.PassingGrade }
