package scalar

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalJSON writes a document as it is. An empty one is null.
func MarshalJSON(doc json.RawMessage) graphql.Marshaler {
	if len(doc) == 0 {
		return graphql.Null
	}
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(doc) })
}

// UnmarshalJSON reads any value and keeps it as a document.
func UnmarshalJSON(v any) (json.RawMessage, error) {
	doc, err := json.Marshal(v)
	if err != nil {
		return nil, &InputError{Message: "That is not a JSON value."}
	}
	return doc, nil
}

// MarshalURL writes an address as Circle gave it. An empty one is null.
func MarshalURL(s string) graphql.Marshaler {
	if s == "" {
		return graphql.Null
	}
	return graphql.MarshalString(s)
}

// UnmarshalURL reads an absolute http or https address.
func UnmarshalURL(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", &InputError{Message: "A URL is a string such as \"https://example.com\"."}
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", &InputError{Message: fmt.Sprintf("%q is not a URL such as \"https://example.com\".", clip(s))}
	}
	return s, nil
}
