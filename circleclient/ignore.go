package circleclient

import (
	"errors"
	"slices"
)

// ignore returns nil for a refusal of one of these kinds. It makes writes repeatable whose refusal means that they are
// done already: Circle answers a second like with 4xx.
func ignore(err error, kinds ...error) error {
	var failure *Error
	if errors.As(err, &failure) && slices.Contains(kinds, failure.Kind) {
		return nil
	}
	return err
}

// AlreadyDone reports whether a write was refused because what it asks for is already so.
func AlreadyDone(err error) bool {
	var failure *Error
	return errors.As(err, &failure) && failure.Kind == ErrConflict && failure.Message == alreadyDone
}

// alreadyDone is the [Error.Message] of a refusal that contains the word already.
const alreadyDone = "It is done already."
