package scalar

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalString writes a text.
func MarshalString(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalString reads a text without control characters, but for white space. Circle's database refuses NUL with an
// error that looks like a failure of Circle's, and nobody types the others.
func UnmarshalString(v any) (string, error) {
	s, err := graphql.UnmarshalString(v)
	if err != nil {
		return "", err
	}
	return s, checkText(s)
}

// MarshalID writes an identifier.
func MarshalID(s string) graphql.Marshaler { return graphql.MarshalID(s) }

// UnmarshalID reads an identifier without control characters.
func UnmarshalID(v any) (string, error) {
	s, err := graphql.UnmarshalID(v)
	if err != nil {
		return "", err
	}
	return s, checkText(s)
}

// checkText refuses texts that hold control characters; the error is an *InputError.
func checkText(s string) error {
	i := strings.IndexFunc(s, isControl)
	if i < 0 {
		return nil
	}
	for _, r := range s[i:] {
		return &InputError{Message: fmt.Sprintf("The text holds the control character U+%04X, which cannot be stored. "+
			"Leave it out.", r)}
	}
	return nil
}

func isControl(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }

// checkTexts refuses values of JSON in which a text holds control characters.
func checkTexts(v any) error {
	switch v := v.(type) {
	case string:
		return checkText(v)
	case []any:
		for _, item := range v {
			if err := checkTexts(item); err != nil {
				return err
			}
		}
	case map[string]any:
		for key, item := range v {
			if err := checkText(key); err != nil {
				return err
			}
			if err := checkTexts(item); err != nil {
				return err
			}
		}
	}
	return nil
}
