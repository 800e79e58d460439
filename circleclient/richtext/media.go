package richtext

import (
	"cmp"
	"mime"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plainMedia returns the HTML of a text with each player (a frame, film or sound, uploaded or of another site) as a
// link, and each picture with the address that it is loaded from. Browsers would show the players, but [sanitise] drops
// them. The attachments are what it found, in order of appearance; find returns what is known of one, or nil.
//
// If byAddress, it is HTML to take the plain text of: links show their address instead of the player's title, and
// pictures are their alternative text.
//
// It reads only the tokens, like [checkHTML].
func plainMedia(source string, byAddress bool, find func(nodeAttrs) *object) (string, []Attachment) {
	w := mediaWriter{z: html.NewTokenizer(strings.NewReader(source)), byAddress: byAddress, find: find}
	for w.next() {
	}
	w.closePlayer()
	return w.String(), w.found
}

type mediaWriter struct {
	strings.Builder
	z         *html.Tokenizer
	byAddress bool
	find      func(nodeAttrs) *object
	found     []Attachment

	line     lineState
	player   *player
	fallback bool            // inside <noscript>, which repeats what scripts would load
	repeated map[string]bool // addresses seen, and whether only in a <noscript>
}

// lineState is what stands before on the line.
type lineState uint8

const (
	lineEmpty lineState = iota
	lineText
	lineLink // a link made of a player: what follows starts a new line
)

// player is an element that shows something loaded, while its content is read.
type player struct {
	tag    string
	depth  int // elements of the same name open within it
	kind   string
	attrs  nodeAttrs
	second string // an address in its content, which old browsers show
	media  object
}

// next reads a token, and reports whether there was one.
func (w *mediaWriter) next() bool {
	kind := w.z.Next()
	raw := string(w.z.Raw()) // before the tag is read, which changes it
	switch kind {
	case html.ErrorToken:
		return false
	case html.TextToken:
		if w.player != nil || w.fallback {
			return true
		}
		if strings.TrimSpace(raw) != "" {
			w.startLine(lineText)
		}
		w.WriteString(raw)
	case html.StartTagToken, html.SelfClosingTagToken:
		w.start(w.z.Token(), raw, kind == html.SelfClosingTagToken)
	case html.EndTagToken:
		name, _ := w.z.TagName()
		w.end(string(name), raw)
	case html.CommentToken, html.DoctypeToken:
	}
	return true
}

// startLine breaks the line if a link and something else would stand on one.
func (w *mediaWriter) startLine(next lineState) {
	if w.line == lineLink || w.line == lineText && next == lineLink {
		w.WriteString("<br>")
	}
	w.line = next
}

func (w *mediaWriter) start(t html.Token, raw string, closed bool) {
	attrs := attributes(t)
	if p := w.player; p != nil {
		p.inside(t.Data, attrs, closed)
		return
	}
	switch t.Data {
	case "iframe":
		if closed { // XHTML: no browser reads it so, but everything after it would be lost
			w.z.NextIsNotRawText()
		}
		fallthrough
	case "video", "audio", "object", "embed", "oembed", "action-text-attachment":
		p := newPlayer(t.Data, attrs)
		if p.attrs.URL == "" && t.Data == "action-text-attachment" && w.known(p) == nil {
			return // its content shows it
		}
		w.player = p
		if closed || t.Data == "embed" {
			w.closePlayer()
		}
	case "img":
		w.image(attrs, raw)
	case "script", "style":
		if !closed {
			w.player = &player{tag: t.Data} // shows nothing
		}
	case "noscript":
		w.z.NextIsNotRawText()
		w.fallback = !closed
	default:
		if w.fallback {
			return
		}
		if tag := atom.Lookup([]byte(t.Data)); tag != atom.Span && tag != atom.Mark && !isFormatting(tag) {
			w.line = lineEmpty
		}
		w.WriteString(raw)
	}
}

func (w *mediaWriter) end(tag, raw string) {
	switch p := w.player; {
	case p != nil && p.tag != tag:
	case p != nil && p.depth > 0:
		p.depth--
	case p != nil:
		w.closePlayer()
	case tag == "noscript":
		w.fallback = false
	case w.fallback:
	default:
		if a := atom.Lookup([]byte(tag)); a != atom.Span && a != atom.Mark && !isFormatting(a) {
			w.line = lineEmpty
		}
		w.WriteString(raw)
	}
}

func newPlayer(tag string, attrs map[string]string) *player {
	p := &player{tag: tag, kind: AttachmentEmbed}
	p.attrs.Label = cmp.Or(attrs["title"], attrs["aria-label"])
	p.attrs.Width, p.attrs.Height = pixels(attrs["width"]), pixels(attrs["height"])
	p.attrs.URL = loadedFrom(attrs, "src")
	p.media.ContentType = mediaType(attrs["type"])
	switch tag {
	case "object":
		p.attrs.URL = loadedFrom(attrs, "data")
	case "oembed":
		p.attrs.URL = loadedFrom(attrs, "url")
	case "action-text-attachment":
		p.attrs.URL, p.attrs.SGID = loadedFrom(attrs, "url", "href"), attrs["sgid"]
		p.attrs.Label = cmp.Or(attrs["caption"], attrs["filename"], p.attrs.Label)
		p.media.ContentType, p.media.Filename = mediaType(attrs["content-type"]), attrs["filename"]
		if size, err := strconv.ParseInt(attrs["filesize"], 10, 64); err == nil && size >= 0 {
			p.media.ByteSize = &size
		}
		if attrs["filename"] != "" || p.media.ContentType != "" {
			p.kind = uploadKind(p.media.ContentType)
		}
	}
	return p
}

// inside reads an element within the player: a source, or what browsers show that cannot play it.
func (p *player) inside(tag string, attrs map[string]string, closed bool) {
	switch tag {
	case p.tag:
		if !closed {
			p.depth++
		}
	case "source":
		if address := loadedFrom(attrs, "src"); p.attrs.URL == "" && address != "" {
			p.attrs.URL, p.media.ContentType = address, cmp.Or(p.media.ContentType, mediaType(attrs["type"]))
		}
	case "param":
		if name := strings.ToLower(attrs["name"]); name == "movie" || name == "src" || name == "url" {
			p.second = cmp.Or(p.second, loadedFrom(attrs, "value"))
		}
	case "a":
		p.second = cmp.Or(p.second, loadedFrom(attrs, "href"))
	case "iframe", "embed", "img", "video", "audio":
		p.second = cmp.Or(p.second, loadedFrom(attrs, "src"))
	}
}

// known is what is known of a player beside the text.
func (w *mediaWriter) known(p *player) *object { return w.find(p.attrs) }

// closePlayer writes what a player stands for. A player without an address shows nothing.
func (w *mediaWriter) closePlayer() {
	p := w.player
	w.player = nil
	if p == nil {
		return
	}
	p.attrs.URL = cmp.Or(p.attrs.URL, p.second)
	o := w.known(p)
	kind := p.kind
	switch {
	case o == nil:
		o = &p.media
	case o.ContentType != "" || o.Filename != "":
		kind = uploadKind(o.ContentType)
	}
	a := newAttachment(kind, o, p.attrs)
	if a.URL == nil || w.repeats(*a.URL) {
		return
	}
	w.found = append(w.found, a)
	if kind == AttachmentImage {
		w.writeImage(*a.URL, p.attrs.Label, a.Width, a.Height)
		return
	}
	label := cmp.Or(strings.TrimSpace(p.attrs.Label), o.Filename, *a.URL)
	if w.byAddress && kind == AttachmentEmbed {
		label = *a.URL
	}
	w.startLine(lineLink)
	w.WriteString("<a" + attr("href", *a.URL) + ">" + html.EscapeString(label) + "</a>")
}

// image writes a picture as it is, but from where a script of the page would load it.
func (w *mediaWriter) image(attrs map[string]string, raw string) {
	address := loadedFrom(attrs, "src")
	if address == "" {
		address = firstOfSet(cmp.Or(attrs["data-srcset"], attrs["srcset"]))
	}
	if address == "" {
		if !w.fallback {
			w.WriteString(raw) // perhaps with a text instead of it
		}
		return
	}
	if w.repeats(address) {
		return
	}
	emoji := strings.Contains(attrs["class"], "emoji")
	a := nodeAttrs{URL: address, Alt: attrs["alt"], Width: pixels(attrs["width"]), Height: pixels(attrs["height"])}
	if !emoji {
		w.found = append(w.found, newAttachment(AttachmentImage, w.find(a), a))
	}
	if w.byAddress {
		if !emoji && a.Alt != "" {
			w.startLine(lineLink)
		}
		w.WriteString(html.EscapeString(a.Alt))
		return
	}
	w.startLine(lineText)
	if WebURL(attrs["src"]) == address {
		w.WriteString(raw)
		return
	}
	w.writeImage(address, a.Alt, a.Width, a.Height)
}

func (w *mediaWriter) writeImage(address, alt string, width, height *int) {
	w.WriteString("<img" + attr("src", address) + attr("alt", alt))
	if width != nil && height != nil {
		w.WriteString(attr("width", strconv.Itoa(*width)) + attr("height", strconv.Itoa(*height)))
	}
	w.WriteString(">")
}

// repeats reports whether an address was shown before and one of both is in a <noscript>: the page would show one.
func (w *mediaWriter) repeats(address string) bool {
	if w.repeated == nil {
		w.repeated = map[string]bool{}
	}
	inFallback, seen := w.repeated[address]
	w.repeated[address] = w.fallback && (inFallback || !seen)
	return seen && (inFallback || w.fallback)
}

// lazyAttributes are where pages keep the address of what a script loads once it comes into view. Until then the usual
// attribute has a blank picture, or nothing.
var lazyAttributes = [...]string{"data-src", "data-original", "data-lazy-src", "data-lazy", "data-url"}

// loadedFrom returns the safe address that an element is loaded from: first those for scripts, then the usual ones.
func loadedFrom(attrs map[string]string, usual ...string) string {
	for _, names := range [][]string{lazyAttributes[:], usual} {
		for _, name := range names {
			if address := webAddress(attrs[name]); address != "" {
				return address
			}
		}
	}
	return ""
}

// webAddress is [WebURL] for addresses as they stand in HTML, where the scheme may be left to the page.
func webAddress(s string) string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "//") {
		s = "https:" + s
	}
	return WebURL(s)
}

// firstOfSet returns the first address of a srcset.
func firstOfSet(set string) string {
	for word := range strings.FieldsSeq(set) {
		return webAddress(strings.TrimSuffix(word, ","))
	}
	return ""
}

func attributes(t html.Token) map[string]string {
	attrs := make(map[string]string, len(t.Attr))
	for _, a := range t.Attr {
		if _, twice := attrs[a.Key]; !twice { // the first counts, as in browsers
			attrs[a.Key] = a.Val
		}
	}
	return attrs
}

// mediaType returns a MIME type without its parameters, "" for anything else.
func mediaType(s string) string {
	t, _, err := mime.ParseMediaType(s)
	if err != nil || !strings.Contains(t, "/") {
		return ""
	}
	return t
}

// pixels reads a size; nil for shares of the page.
func pixels(s string) *int {
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(s), "px"))
	if err != nil || n <= 0 || n > 99_999 {
		return nil
	}
	return &n
}

// playerURL returns the address if it is that of a well-known player, made to be framed in any page; "" for every
// other.
func playerURL(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" {
		return ""
	}
	switch strings.TrimPrefix(strings.ToLower(u.Host), "www.") {
	case "youtube.com", "youtube-nocookie.com", "loom.com", "open.spotify.com", "dailymotion.com", "tiktok.com":
		if strings.HasPrefix(u.Path, "/embed/") {
			return address
		}
	case "player.vimeo.com":
		if strings.HasPrefix(u.Path, "/video/") {
			return address
		}
	case "fast.wistia.net", "fast.wistia.com":
		if strings.HasPrefix(u.Path, "/embed/iframe/") {
			return address
		}
	case "w.soundcloud.com":
		if strings.HasPrefix(u.Path, "/player") {
			return address
		}
	case "embed.podcasts.apple.com", "embed.music.apple.com":
		return address
	}
	return ""
}
