// Package scalar converts values between Go and GraphQL: ids, times, addresses, documents and enums.
package scalar

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// dateTimeLayout is RFC 3339 with the milliseconds that Circle sends, always in UTC.
const dateTimeLayout = "2006-01-02T15:04:05.000Z07:00"

// MarshalDateTime writes a time as RFC 3339; null for the zero time, which is one that Circle left out.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	if t.IsZero() {
		return graphql.Null
	}
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, strconv.Quote(t.UTC().Format(dateTimeLayout)))
	})
}

// UnmarshalDateTime reads RFC 3339.
func UnmarshalDateTime(v any) (time.Time, error) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, &InputError{Message: "A DateTime is a string such as \"2026-03-01T18:30:00Z\"."}
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, &InputError{Message: fmt.Sprintf("%q is not a DateTime such as \"2026-03-01T18:30:00Z\".",
			clip(s))}
	}
	return t, nil
}

// MarshalDate writes a calendar day, held as "YYYY-MM-DD".
func MarshalDate(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalDate reads a calendar day.
func UnmarshalDate(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", &InputError{Message: "A Date is a string such as \"2026-03-01\"."}
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", &InputError{Message: fmt.Sprintf("%q is not a Date such as \"2026-03-01\".", clip(s))}
	}
	return s, nil
}

// clip shortens what an error message repeats.
func clip(s string) string {
	const limit = 40
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}
