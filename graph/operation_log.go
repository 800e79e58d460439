package graph

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Note adds to the line that is written for the request of a context, and makes it as severe as that. It reports false,
// and adds nothing, if there is no such line, or one that is taken or far away.
type Note func(ctx context.Context, level slog.Level, attrs ...slog.Attr) bool

// logOperation writes what was asked and its outcome: the name that the client gives the operation, never its text or
// variables. It goes on the line of the request, or on one of its own if note does not take it. What failed on the way
// to Circle, or here, is a warning.
func logOperation(ctx context.Context, log *slog.Logger, note Note, operation Operation, answered Answered) {
	level := slog.LevelInfo
	switch {
	case slices.ContainsFunc(answered.Codes, isOurs):
		level = slog.LevelWarn
	case operation.Kind == string(ast.Subscription) && len(answered.Codes) == 0:
		level = slog.LevelDebug // one line for each event would be too much
	}
	attrs := []slog.Attr{
		slog.String("kind", operation.Kind), slog.String("operation", operation.Name),
		slog.Int64("upstream", answered.Usage.Requests()), slog.Int64("cost", answered.Estimated),
	}
	if len(answered.Codes) > 0 {
		attrs = append(attrs, slog.String("errors", strings.Join(answered.Codes, ",")))
	}
	if graphql.HasOperationContext(ctx) {
		if client := clientOf(graphql.GetOperationContext(ctx).Headers); client != "" {
			attrs = append(attrs, slog.String("app", client))
		}
	}
	if note == nil || !note(ctx, level, attrs...) {
		log.LogAttrs(ctx, level, "operation", attrs...)
	}
}

// isOurs reports whether a code says that Circle, the way to it or this server failed.
func isOurs(code string) bool {
	return code == codeUnavailable || code == codeTimeout || code == codeInternal
}

// clientOf is the app that a request says it is of, as Apollo's clients do: its name and version.
func clientOf(header http.Header) string {
	for _, prefix := range []string{"Apollographql-Client-", "Graphql-Client-"} {
		name, version := clip(header.Get(prefix+"Name")), clip(header.Get(prefix+"Version"))
		switch {
		case name != "" && version != "":
			return name + " " + version
		case name != "" || version != "":
			return name + version
		}
	}
	return ""
}

// maxClipped is the longest word of a client in the log, in bytes: shorter than a token.
const maxClipped = 64

// clip makes a word of a client fit for the log: short, and empty if it has characters that the names of apps and
// versions do not need, since it may be an e-mail address or something else that is nobody's business.
func clip(word string) string {
	strange := func(r rune) bool {
		return r >= 0x7f || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" ._-/()", r)
	}
	if strings.ContainsFunc(word, strange) {
		return ""
	}
	return word[:min(len(word), maxClipped)]
}
