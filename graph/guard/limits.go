package guard

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"circlegraph/internal/memory"
)

// What a request may be at most. All of it is looked at before the document is validated, because validating takes the
// square of the time: two thousand times the same field are half a second. In brackets what a large screen of an app
// has.
const (
	maxDocumentBytes = 64 << 10 // (5 KB)
	MaxTokens        = 2000     // (200, as has GraphiQL's own introspection)
	maxOperations    = 20       // in a document, of which one is carried out (1)
	maxDepth         = 15       // fields within fields, without introspection, which has a limit of its own (11)
	maxRootFields    = 20       // (5)
	maxAliases       = 30       // (10)
	maxDirectives    = 50       // (10)
	maxRepeats       = 50       // of one field in one selection, fragments included (5)
	maxFields        = 300      // in one selection, fragments included (60)
)

// Limits returns what a document may hold at most, by what is counted, for people to read. Beyond it is refused before
// anything is asked of Circle.
func Limits() iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		_ = yield("bytes of a document", maxDocumentBytes) && yield("tokens of a document", MaxTokens) &&
			yield("fields within each other", maxDepth) && yield("fields at the root", maxRootFields) &&
			yield("fields in one selection", maxFields) && yield("aliases of a document", maxAliases) &&
			yield("directives of a document", maxDirectives)
	}
}

// onceOnly are mutations that could serve to guess secrets, many to a request.
var onceOnly = []string{
	"login", "refreshAccessToken", "revokeAccessToken", "revokeRefreshToken", "logout",
	"acceptInvitation",
}

// limits refuses documents and variables that cost much to read. It is safe for concurrent use.
type limits struct {
	passed *memory.Cache[bool] // documents that keep within the limits
}

var (
	_ graphql.HandlerExtension          = (*limits)(nil)
	_ graphql.OperationParameterMutator = (*limits)(nil)
)

func newLimits() *limits {
	return &limits{passed: memory.NewCache(rememberedDocuments, func(string, bool) int64 { return 0 })}
}

// ExtensionName names the extension in gqlgen's messages.
func (*limits) ExtensionName() string { return "Limits" }

// Validate implements [graphql.HandlerExtension].
func (*limits) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters refuses what is beyond a limit.
func (l *limits) MutateOperationParameters(ctx context.Context, p *graphql.RawParams) *gqlerror.Error {
	if _, ok := l.passed.Get(ctx, p.Query); ok {
		return nil
	}
	if len(p.Query) > maxDocumentBytes {
		return beyond("documentBytes", maxDocumentBytes, "The document is too long: %d bytes, of at most %d.", len(p.Query),
			maxDocumentBytes)
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: p.Query}, MaxTokens)
	if err != nil {
		if strings.Contains(err.Error(), "exceeded token limit") {
			return beyond("tokens", MaxTokens, "The document has more than %d tokens.", MaxTokens)
		}
		return nil // the executor says what is wrong with it
	}
	if err := (&measure{doc: doc}).check(); err != nil {
		return err
	}
	l.passed.Add(ctx, p.Query, true)
	return nil
}

func beyond(limit string, most int, format string, args ...any) *gqlerror.Error {
	return &gqlerror.Error{
		Message:    fmt.Sprintf(format, args...),
		Extensions: map[string]any{"code": CodeQueryLimit, "limit": limit, "max": most},
	}
}
