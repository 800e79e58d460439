package transport

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// encode writes a response as JSON. The data is JSON already and is copied as it is: marshalling the response as a
// whole would read through all of it again.
func encode(r *graphql.Response) []byte {
	var out bytes.Buffer
	out.Grow(len(r.Data) + 64)
	out.WriteByte('{')
	if len(r.Errors) > 0 {
		out.WriteString(`"errors":`)
		out.Write(marshal(r.Errors))
		out.WriteByte(',')
	}
	out.WriteString(`"data":`)
	if len(r.Data) > 0 {
		out.Write(r.Data)
	} else {
		out.WriteString("null")
	}
	if r.HasNext != nil {
		out.WriteString(`,"hasNext":` + strconv.FormatBool(*r.HasNext))
	}
	if len(r.Extensions) > 0 {
		out.WriteString(`,"extensions":`)
		out.Write(marshal(r.Extensions))
	}
	out.WriteByte('}')
	return out.Bytes()
}

// encodeRefusal writes the answer to what was not carried out.
func encodeRefusal(r *graphql.Response) []byte {
	return marshal(struct {
		Errors     gqlerror.List  `json:"errors"`
		Extensions map[string]any `json:"extensions,omitempty"`
	}{r.Errors, r.Extensions})
}

func marshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil { // an extension of ours that JSON cannot hold: a mistake in this program
		panic(err)
	}
	return text
}
