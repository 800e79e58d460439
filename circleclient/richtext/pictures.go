package richtext

import (
	"cmp"
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Pictures says whose pictures HTML shows. Whoever serves a picture learns who looks at it, and when. nil shows all.
type Pictures struct{ hosts []string }

// NewPictures shows the pictures of hosts: example.com, *.example.com for all beneath it, or * for any.
func NewPictures(hosts ...string) *Pictures {
	if slices.Contains(hosts, "*") {
		return nil
	}
	p := &Pictures{}
	for _, host := range hosts {
		p.hosts = append(p.hosts, strings.ToLower(host))
	}
	return p
}

// plainHost is a name that browsers take as it is. Others they may read as another one.
var plainHost = regexp.MustCompile(`^[a-z0-9.-]+$`)

// shows reports whether a picture may be loaded from an address.
func (p *Pictures) shows(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	return plainHost.MatchString(host) && slices.ContainsFunc(p.hosts, func(known string) bool {
		beneath, wild := strings.CutPrefix(known, "*")
		return host == known || wild && strings.HasSuffix(host, beneath)
	})
}

type picturesKey struct{}

// WithPictures returns a context in which [Text.Shown] shows only some pictures.
func WithPictures(ctx context.Context, p *Pictures) context.Context {
	return context.WithValue(ctx, picturesKey{}, p)
}

// Shown is [Text.HTML], but pictures of hosts that ctx does not know are links. What was uploaded to Circle is shown
// wherever it is.
func (t *Text) Shown(ctx context.Context) string {
	if t == nil {
		return ""
	}
	p, _ := ctx.Value(picturesKey{}).(*Pictures)
	if p == nil {
		return t.HTML()
	}
	t.shownOnce.Do(func() {
		t.shown = p.link(t.HTML(), t.uploaded)
	})
	return t.shown
}

// uploaded reports whether Circle says that something was uploaded there. What the document says anybody may have
// written.
func (t *Text) uploaded(address string) bool {
	t.parse()
	is := func(o *object) bool {
		return o != nil && o.SignedID != "" && (WebURL(o.URL) == address || WebURL(o.OriginalURL) == address)
	}
	for _, o := range t.envelope.Objects {
		if is(o) {
			return true
		}
	}
	return slices.ContainsFunc(t.envelope.Attachments, is) || slices.ContainsFunc(t.envelope.InlineAttachments, is) ||
		t.body != nil && slices.ContainsFunc(t.body.attachments, is)
}

// link makes links of the pictures in sanitised HTML that are not shown.
func (p *Pictures) link(source string, uploaded func(address string) bool) string {
	if !strings.Contains(source, "<img") {
		return source
	}
	var out strings.Builder
	links := 0 // open around what is read: a link cannot stand in another
	for z := html.NewTokenizer(strings.NewReader(source)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out.String()
		}
		raw := string(z.Raw())
		t := z.Token()
		switch {
		case t.Data == "a" && kind == html.StartTagToken:
			links++
		case t.Data == "a" && kind == html.EndTagToken:
			links--
		case t.Data == "img" && kind != html.TextToken:
			attrs := attributes(t)
			address := attrs["src"]
			if address == "" || p.shows(address) || uploaded(address) {
				break
			}
			raw = html.EscapeString(cmp.Or(strings.TrimSpace(attrs["alt"]), address))
			if links == 0 {
				raw = "<a" + attr("href", address) + attr("rel", "nofollow noreferrer") + ">" + raw + "</a>"
			}
		}
		out.WriteString(raw)
	}
}
