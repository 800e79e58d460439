package scalar

import (
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"circlegraph/circleclient"
)

// maxID limits what is decoded. The longest id is a reply's, with four numbers of at most 19 digits.
const maxID = 200

// InputError is a value that a caller got wrong. Its message is meant for the caller, who sees it with the code
// BAD_USER_INPUT.
type InputError struct{ Message string }

// Error returns the sentence for the caller.
func (e *InputError) Error() string { return e.Message }

// MarshalRef writes a ref as an opaque id: the URL-safe base64 of its type and numbers.
func MarshalRef(r circleclient.Ref) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(FormatRef(r))) })
}

// UnmarshalRef reads an opaque id of any type.
func UnmarshalRef(v any) (circleclient.Ref, error) {
	s, err := UnmarshalID(v)
	if err != nil {
		return circleclient.Ref{}, err
	}
	return ParseRef(s)
}

// FormatRef returns the opaque id of a ref; "" for the zero ref.
func FormatRef(r circleclient.Ref) string {
	var numbers []int64
	parts := []string{string(r.Type)}
	switch r.Type {
	case circleclient.RefMember, circleclient.RefSpace, circleclient.RefChatThread:
		numbers = []int64{r.ID}
	case circleclient.RefChatRoom:
		parts = append(parts, r.Room)
	case circleclient.RefChatMessage:
		parts, numbers = append(parts, r.Room), []int64{r.ID}
	case circleclient.RefPost, circleclient.RefLesson:
		numbers = []int64{r.Space, r.ID}
	case circleclient.RefQuizAttempt:
		numbers = []int64{r.Quiz, r.ID}
	case circleclient.RefComment:
		numbers = []int64{r.Space, r.Post, r.Parent, r.ID}
	default:
		return ""
	}
	for _, n := range numbers {
		parts = append(parts, strconv.FormatInt(n, 10))
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, ":")))
}

// ParseRef reads an opaque id of any type; the error is an *InputError.
func ParseRef(id string) (circleclient.Ref, error) {
	malformed := &InputError{Message: fmt.Sprintf("%q is not an id of this server. Use the `id` of an object as it was "+
		"given.", clip(id))}
	if isForCaches(id) {
		malformed.Message = fmt.Sprintf("%q is an identifier for caches, or Circle's own, by which no object is fetched. "+
			"Use the `id` of an object whose type implements Node; other objects come only with what they belong to.", clip(id))
	}
	if len(id) > maxID {
		return circleclient.Ref{}, malformed
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(id)
	if err != nil {
		return circleclient.Ref{}, malformed
	}
	parts := strings.Split(string(raw), ":")
	r := circleclient.Ref{Type: circleclient.RefType(parts[0])}
	parts = parts[1:]
	if (r.Type == circleclient.RefChatRoom || r.Type == circleclient.RefChatMessage) && len(parts) > 0 {
		if !circleclient.IsUUID(parts[0]) {
			return circleclient.Ref{}, malformed
		}
		r.Room, parts = parts[0], parts[1:]
	}
	n := make([]int64, len(parts))
	for i, part := range parts {
		if n[i], err = strconv.ParseInt(part, 10, 64); err != nil || n[i] < 0 {
			return circleclient.Ref{}, malformed
		}
	}
	switch {
	case (r.Type == circleclient.RefMember || r.Type == circleclient.RefSpace) && len(n) == 1:
		r.ID = n[0]
	case (r.Type == circleclient.RefChatMessage || r.Type == circleclient.RefChatThread) && len(n) == 1:
		r.ID = n[0]
	case (r.Type == circleclient.RefPost || r.Type == circleclient.RefLesson) && len(n) == 2:
		r.Space, r.ID = n[0], n[1]
	case r.Type == circleclient.RefQuizAttempt && len(n) == 2:
		r.Quiz, r.ID = n[0], n[1]
	case r.Type == circleclient.RefComment && len(n) == 4:
		r.Space, r.Post, r.Parent, r.ID = n[0], n[1], n[2], n[3]
	}
	// Formatting again finds whatever FormatRef does not write, such as leading zeros.
	if id == "" || FormatRef(r) != id {
		return circleclient.Ref{}, malformed
	}
	return r, nil
}

// isForCaches reports whether an id has the form of those that this server gives to objects that are no Node, or as
// circleId.
func isForCaches(id string) bool {
	switch id {
	case "viewer", "notificationCounts", "liveStatus":
		return true
	}
	_, err := ParseCircleID(id)
	return err == nil || circleclient.IsUUID(id)
}

// ParseRefOf reads an opaque id that must be of one type; the error is an *InputError that names both types.
func ParseRefOf(want circleclient.RefType, id string) (circleclient.Ref, error) {
	r, err := ParseRef(id)
	if err != nil {
		return r, err
	}
	if r.Type != want {
		return circleclient.Ref{}, &InputError{Message: fmt.Sprintf("This is the id of a %s; the id of a %s is needed.",
			r.Type, want)}
	}
	return r, nil
}

// MarshalCircleID writes Circle's own number as a string: live numbers exceed 2^31, so they are never an Int.
func MarshalCircleID(n int64) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(strconv.FormatInt(n, 10))) })
}

// UnmarshalCircleID reads Circle's own number.
func UnmarshalCircleID(v any) (int64, error) {
	s, err := UnmarshalID(v)
	if err != nil {
		return 0, err
	}
	return ParseCircleID(s)
}

// ParseCircleID reads Circle's own number; the error is an *InputError.
func ParseCircleID(id string) (int64, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n <= 0 || strconv.FormatInt(n, 10) != id {
		return 0, &InputError{Message: fmt.Sprintf("%q is not a number of Circle, such as \"42\".", clip(id))}
	}
	return n, nil
}

// ParseCircleIDs reads several of Circle's own numbers.
func ParseCircleIDs(ids []string) ([]int64, error) {
	out := make([]int64, len(ids))
	for i, id := range ids {
		n, err := ParseCircleID(id)
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}
