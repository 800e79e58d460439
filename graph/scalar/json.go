package scalar

import (
	"context"
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

// MarshalURL writes an address as Circle sent it. An address that Circle left out is null, or empty in a non-null
// field.
func MarshalURL(s string) graphql.ContextMarshaler {
	return graphql.ContextWriterFunc(func(ctx context.Context, w io.Writer) error {
		if s == "" && !required(ctx) {
			graphql.Null.MarshalGQL(w)
			return nil
		}
		graphql.MarshalString(s).MarshalGQL(w)
		return nil
	})
}

// required reports whether the field being written, or the items of its list, must not be null.
func required(ctx context.Context) bool {
	field := graphql.GetFieldContext(ctx)
	for ; field != nil; field = field.Parent { // the items of a list have contexts of their own
		if field.Field.Field == nil || field.Field.Definition == nil {
			continue
		}
		kind := field.Field.Definition.Type
		for kind.Elem != nil {
			kind = kind.Elem
		}
		return kind.NonNull
	}
	return false
}

// UnmarshalURL reads an absolute http or https address.
func UnmarshalURL(_ context.Context, v any) (string, error) {
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
