package transport

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// plain answers an operation by one piece of JSON. What a query by GET has read without a failure may be kept by its
// client, who asks each time whether it still holds.
func (x *exchange) plain(oc *graphql.OperationContext, response *graphql.Response) {
	media := x.media()
	if x.r.Method == http.MethodGet && oc.Operation.Operation == ast.Query && len(response.Errors) == 0 {
		tag := entityTag(media, response.Data)
		x.w.Header().Set("ETag", tag)
		x.w.Header().Set("Cache-Control", "private, no-cache")
		if known(x.r.Header.Values("If-None-Match"), tag) {
			x.w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	x.answer(http.StatusOK, media, encode(response))
}

// weak begins a tag that says that two answers mean the same, though what they have cost may differ.
const weak = "W/"

// entityTag names what was read, whatever it has cost and however it is compressed.
func entityTag(media string, data []byte) string {
	hash := sha256.New()
	hash.Write([]byte(media + "\n"))
	hash.Write(data)
	return weak + `"` + base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:16]) + `"`
}

// known reports whether If-None-Match names a tag. No tag has a quotation mark inside, so looking for the whole of it
// finds no part of another.
func known(lists []string, tag string) bool {
	return slices.ContainsFunc(lists, func(list string) bool {
		return strings.TrimSpace(list) == "*" || strings.Contains(list, strings.TrimPrefix(tag, weak))
	})
}
