package scalar

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"golang.org/x/net/idna"
)

// MarshalJSON writes a document as it is. An empty one is null.
func MarshalJSON(doc json.RawMessage) graphql.Marshaler {
	if len(doc) == 0 {
		return graphql.Null
	}
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(doc) })
}

// UnmarshalJSON reads any value without control characters in its texts and keeps it as a document.
func UnmarshalJSON(v any) (json.RawMessage, error) {
	if err := checkTexts(v); err != nil {
		return nil, err
	}
	doc, err := json.Marshal(v)
	if err != nil {
		return nil, &InputError{Message: "That is not a JSON value."}
	}
	return doc, nil
}

// MarshalURL writes an address that a client may open: http or https and absolute, in the links of a community mailto
// too. A path is completed by the address of [WithBase]. Everything else is null: members type some of the addresses,
// and a client that opens what it is given would carry out a javascript address.
func MarshalURL(s string) graphql.ContextMarshaler {
	return graphql.ContextWriterFunc(func(ctx context.Context, w io.Writer) error {
		if s = address(ctx, s); s == "" {
			graphql.Null.MarshalGQL(w)
			return nil
		}
		graphql.MarshalString(s).MarshalGQL(w)
		return nil
	})
}

type baseKey struct{}

// WithBase puts the address of the community's pages into the context, for paths; nil for none.
func WithBase(ctx context.Context, base *url.URL) context.Context {
	if base == nil {
		return ctx
	}
	return context.WithValue(ctx, baseKey{}, base)
}

// address returns an address to write; "" for anything else.
func address(ctx context.Context, s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	if u.Scheme == "" && isPath(s) && !strings.ContainsAny(s, `\ `) {
		base, _ := ctx.Value(baseKey{}).(*url.URL)
		switch {
		case base != nil:
			u = base.ResolveReference(u)
		case u.Host != "":
			u.Scheme = "https"
		}
		s = u.String()
	}
	switch u.Scheme {
	case "http", "https":
		host, ok := asciiHost(u)
		if !ok {
			return ""
		}
		if !strings.EqualFold(host, u.Host) {
			u.Host = host
			s = u.String()
		}
	case "mailto":
		if !isLink(ctx) || u.Opaque == "" {
			return ""
		}
	default:
		return ""
	}
	if strings.ContainsFunc(s, isUnprintable) || strings.ContainsAny(s, oddInQuery) {
		u.RawQuery = escapeQuery(u.RawQuery)
		return u.String()
	}
	return s
}

// isPath reports whether an address leaves out the host: it begins with a slash, a dot, or as Circle's pages and files
// do. Anything else without a scheme is something that a member typed.
func isPath(s string) bool {
	return slices.ContainsFunc([]string{"/", "./", "../", "c/", "u/", "messages/", "rails/"}, func(start string) bool {
		return strings.HasPrefix(s, start)
	})
}

// asciiHost returns the host of an address, and its port, as every client reads them: names of other scripts in
// Punycode. ok is false for a host that clients refuse.
func asciiHost(u *url.URL) (host string, ok bool) {
	host, port := u.Hostname(), u.Port()
	if port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "", false
		}
	}
	if strings.Contains(host, ":") || endsInNumber(host) {
		addr, err := netip.ParseAddr(host)
		if err != nil || addr.Zone() != "" {
			return "", false
		}
		if addr.Is6() {
			host = "[" + host + "]"
		}
	} else {
		var err error
		if strings.ContainsFunc(host, isNotASCII) || strings.Contains(strings.ToLower(host), "xn--") {
			host, err = domains.ToASCII(host)
		}
		if err != nil || host == "" || strings.ContainsFunc(host, isUnprintable) ||
			strings.ContainsAny(host, oddInHost) || endsInNumber(host) {
			return "", false
		}
	}
	if port != "" {
		host += ":" + port
	}
	return host, true
}

// domains writes names of hosts as browsers do.
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

func isNotASCII(r rune) bool { return r > '~' }

func isUnprintable(r rune) bool { return r <= ' ' || r > '~' }

// What cannot stand in an address, besides what is unprintable.
const (
	oddInHost  = `"#%/:<>?@[\]^|`
	oddInQuery = "<>\"\\^`{|}"
)

// endsInNumber reports whether clients take a name for an address of IPv4.
func endsInNumber(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := strings.ToLower(host[strings.LastIndexByte(host, '.')+1:])
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

// escapeQuery escapes what cannot stand in a query.
func escapeQuery(q string) string {
	var b strings.Builder
	for _, c := range []byte(q) {
		if isUnprintable(rune(c)) || strings.IndexByte(oddInQuery, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// isLink reports whether the field being written is of a link that the community put up.
func isLink(ctx context.Context) bool {
	field := graphql.GetFieldContext(ctx)
	return field != nil && (field.Object == "CommunityLink" || field.Object == "PinnedLink")
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
