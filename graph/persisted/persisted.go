// Package persisted lets clients send the id of a document instead of its text: documents that the operator trusts,
// because they come out of the build of an app, and, where others are let in too, documents that a client has sent
// before (automatic persisted queries).
package persisted

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"circlegraph/graph/transport"
	"circlegraph/internal/memory"
)

// Mode says how a document that is not trusted is handled.
type Mode string

// The modes.
const (
	ModeOff     Mode = "off"     // it is carried out
	ModeLog     Mode = "log"     // it is carried out, and its hash is logged
	ModeEnforce Mode = "enforce" // it is refused
)

const (
	// remembered is how many bytes of clients' documents are kept; the least used go first.
	remembered = 8 << 20
	// maxRemembered is the largest document of a client that is kept, in bytes; a larger one is carried out each time it
	// is sent whole.
	maxRemembered = 16 << 10
	// hashPrefix is what GraphQL over HTTP puts before an id that is a hash.
	hashPrefix = "sha256:"
)

// Documents is the extension of the server. It is safe for concurrent use.
type Documents struct {
	trusted map[string]string // text by id
	texts   map[string]bool   // the same texts
	mode    Mode
	log     *slog.Logger
	count   func(trusted bool)
	sent    *memory.Cache[string] // text by SHA-256 in hexadecimal
}

var (
	_ graphql.HandlerExtension          = (*Documents)(nil)
	_ graphql.OperationParameterMutator = (*Documents)(nil)
	_ graphql.OperationContextMutator   = (*Documents)(nil)
)

// New makes the extension with trusted documents, text by id, as [Load] reads them. Without any, the mode must be
// [ModeOff] or nothing can be asked. If there are some, count is called for each request, with whether its document is
// one of them, whatever the mode; it may be nil.
func New(trusted map[string]string, mode Mode, log *slog.Logger, count func(trusted bool)) *Documents {
	d := &Documents{trusted: trusted, texts: map[string]bool{}, mode: mode, log: log, count: count}
	if count == nil || len(trusted) == 0 {
		d.count = func(bool) {}
	}
	d.sent = memory.NewCache(remembered, func(_, text string) int64 { return int64(len(text)) })
	for _, text := range trusted {
		d.texts[text] = true
	}
	return d
}

// ExtensionName names the extension in gqlgen's messages.
func (*Documents) ExtensionName() string { return "Documents" }

// Validate warns of trusted documents that the schema has left behind. Apps with such a document are still out there,
// and their other documents may fit.
func (d *Documents) Validate(s graphql.ExecutableSchema) error {
	for id, text := range d.trusted {
		if _, err := gqlparser.LoadQueryWithRules(s.Schema(), text, rules.NewDefaultRules()); err != nil {
			d.log.Warn("a trusted document does not fit the schema", "id", id, "error", err.Error())
		}
	}
	return nil
}

// MutateOperationParameters puts the text in the place of the id, and refuses what may not be asked.
func (d *Documents) MutateOperationParameters(ctx context.Context, p *graphql.RawParams) *gqlerror.Error {
	id, automatic, err := identify(p.Extensions)
	if err != nil {
		return err
	}
	text, trusted := d.trusted[id]
	switch {
	case id == "":
	case p.Query == "" && trusted:
		p.Query = text
	case p.Query == "" && d.mode == ModeEnforce:
		d.count(false)
		return refuse("PERSISTED_QUERY_NOT_IN_LIST", "This server knows no document of this id, and carries out no others.")
	case p.Query == "":
		known := false
		if p.Query, known = d.sent.Get(ctx, id); !known {
			return refuse(transport.CodeNotFound, "PersistedQueryNotFound") // clients look for exactly this
		}
	case trusted && p.Query == text:
	case !automatic && len(d.trusted) == 0: // the client's own name for it: react-relay-network-modern sends one always
	case trusted || hash(p.Query) != id:
		return refuse(transport.CodeHashMismatch, "The document is not the one that its id belongs to.")
	}
	d.count(d.texts[p.Query])
	if d.mode == ModeOff || d.texts[p.Query] {
		return nil
	}
	if d.mode == ModeEnforce {
		return refuse("QUERY_NOT_IN_SAFELIST", "This server carries out no documents but those it knows.")
	}
	d.log.WarnContext(ctx, "a document is not trusted", "sha256", hash(p.Query))
	return nil
}

// MutateOperationContext remembers a document that came with its hash, now that it is known to fit the schema.
func (d *Documents) MutateOperationContext(ctx context.Context, oc *graphql.OperationContext) *gqlerror.Error {
	id, automatic, err := identify(oc.Extensions)
	if err != nil || !automatic || d.mode == ModeEnforce || len(oc.RawQuery) > maxRemembered {
		return err
	}
	if _, trusted := d.trusted[id]; !trusted {
		d.sent.Add(ctx, id, oc.RawQuery)
	}
	return nil
}

// identify reads the id of a request's document, if it has one, and whether it comes as an automatic persisted query
// does.
func identify(extensions map[string]any) (id string, automatic bool, refusal *gqlerror.Error) {
	persisted := extensions["persistedQuery"]
	if persisted == nil {
		id, _ = extensions[transport.DocumentID].(string)
		return strings.TrimPrefix(id, hashPrefix), false, nil
	}
	fields, _ := persisted.(map[string]any)
	id, _ = fields["sha256Hash"].(string)
	id = strings.TrimPrefix(id, hashPrefix)
	if id == "" || fmt.Sprint(fields["version"]) != "1" {
		return "", false, refuse(transport.CodeBadRequest,
			"`extensions.persistedQuery` must hold `version` 1 and a `sha256Hash`.")
	}
	return id, true, nil
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func refuse(code, message string) *gqlerror.Error {
	err := &gqlerror.Error{Message: message}
	errcode.Set(err, code)
	return err
}
