package circleclient

import (
	"errors"
	"slices"
)

// doneIf turns the refusal of what is done already into success, so that a write can be repeated: Circle answers 4xx to
// a second like. kinds are the sentinels that mean so for the operation.
func doneIf(err error, kinds ...error) error {
	var failure *Error
	if errors.As(err, &failure) && slices.Contains(kinds, failure.Kind) {
		return nil
	}
	return err
}

// AlreadyDone reports whether a write was refused because what it asks for is so already.
func AlreadyDone(err error) bool {
	var failure *Error
	return errors.As(err, &failure) && failure.Kind == ErrConflict && failure.Message == doneAlready
}

// doneAlready is what [Error.Message] says of a refusal that contains the word already.
const doneAlready = "It is done already."
