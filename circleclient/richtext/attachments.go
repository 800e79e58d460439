package richtext

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// The kinds of [Attachment].
const (
	// AttachmentImage is an uploaded picture.
	AttachmentImage = "image"
	// AttachmentFile is any other uploaded file, videos included.
	AttachmentFile = "file"
	// AttachmentEmbed is a link to another site, shown as a card or player; in texts of the older editor also a film or
	// sound that is played in the text.
	AttachmentEmbed = "embed"
)

// Attachment is a file, picture or embedded link in a text. Fields that Circle does not send are nil.
type Attachment struct {
	// Kind is [AttachmentImage], [AttachmentFile] or [AttachmentEmbed].
	Kind string
	// URL is where it can be loaded; http or https.
	URL *string
	// FrameURL is the address of a well-known player, which any page may show in a frame; nil for everything else.
	FrameURL *string
	// Filename is the name of the uploaded file.
	Filename *string
	// ContentType is the MIME type.
	ContentType *string
	// ByteSize is the size in bytes.
	ByteSize *int64
	// Variants are the sizes that Circle makes of a picture, by their names in alphabetical order.
	Variants []Variant
	// Width and Height are in pixels.
	Width, Height *int
	// DurationSeconds is the length of an uploaded video or sound; nil for linked videos.
	DurationSeconds *float64
	// SignedID names the upload when a text is written.
	SignedID *string
	// SGID is the signed id by which the document refers to it; nil if the document does not.
	SGID *string
	// Place is where it stands in the document first, see [Resolved]; nil if it does not.
	Place *int
}

// Variant is a picture in one of the sizes that Circle makes of it.
type Variant struct {
	// Name is Circle's name of the size, such as thumbnail.
	Name string
	// URL is where it can be loaded; http or https.
	URL string
}

// Attachments returns the files, pictures and embedded links, each once: first those in the document, in order of
// appearance, then those attached to it that do not appear in it.
func (t *Text) Attachments() []Attachment {
	attachments := []Attachment{}
	if t == nil {
		return attachments
	}
	seen := map[string]bool{}
	add := func(a Attachment) {
		key := cmp.Or(deref(a.SignedID), deref(a.URL))
		if key == "" && a.Filename == nil || key != "" && seen[key] {
			return
		}
		seen[key] = true
		attachments = append(attachments, a)
	}
	if !t.hasDocument() {
		if fallback := t.fallbackHTML(); fallback != "" {
			_, found := plainMedia(fallback, false, t.objectOrFile)
			for _, a := range found {
				add(a)
			}
		}
		if t.body != nil && !t.body.Placeholder() {
			for _, o := range t.body.attachments {
				add(newAttachment(uploadKind(o.ContentType), o, nodeAttrs{}))
			}
		}
	} else {
		t.doc.walk(func(n *node) {
			if a, is := t.attachment(n); is {
				add(a)
			}
		})
	}
	for _, o := range t.envelope.Attachments {
		add(newAttachment(uploadKind(o.ContentType), o, nodeAttrs{}))
	}
	return attachments
}

// attachment returns what a node shows, if it is an attachment.
func (t *Text) attachment(n *node) (a Attachment, is bool) {
	o := t.object(n.Attrs)
	switch n.Type {
	case nodeImage:
		a = newAttachment(AttachmentImage, o, n.Attrs)
	case nodeEmbed:
		a = newAttachment(AttachmentEmbed, o, n.Attrs)
	case nodeFile:
		kind := AttachmentFile
		if o != nil {
			kind = uploadKind(o.ContentType)
		}
		a = newAttachment(kind, o, n.Attrs)
	default:
		return a, false
	}
	a.Place = n.place
	return a, true
}

func uploadKind(contentType string) string {
	if strings.HasPrefix(strings.ToLower(contentType), "image/") {
		return AttachmentImage
	}
	return AttachmentFile
}

// newAttachment joins what the document and the envelope say about an attachment.
func newAttachment(kind string, o *object, attrs nodeAttrs) Attachment {
	if o == nil {
		o = &object{}
	}
	a := Attachment{
		Kind:        kind,
		URL:         some(o.address(attrs)),
		Filename:    some(o.Filename),
		ContentType: some(o.ContentType),
		ByteSize:    o.ByteSize,
		Width:       cmp.Or(o.Width, attrs.Width),
		Height:      cmp.Or(o.Height, attrs.Height),
		SignedID:    some(cmp.Or(o.SignedID, attrs.SignedID)),
		SGID:        some(attrs.SGID),
		Variants:    o.variants(),
	}
	if m := o.Metadata; m != nil {
		a.Width, a.Height, a.DurationSeconds = cmp.Or(a.Width, m.Width), cmp.Or(a.Height, m.Height), m.Duration
	}
	if kind == AttachmentEmbed {
		a.FrameURL = some(cmp.Or(playerURL(deref(a.URL)), playerURL(o.EmbedURL)))
	}
	return a
}

// address returns the first address that is safe to follow: of the document, then of the envelope; "" if there is none.
func (o *object) address(attrs nodeAttrs) string {
	candidates := []string{attrs.URL, attrs.Src, attrs.Href}
	if o != nil {
		candidates = append(candidates, o.URL, o.OriginalURL, o.EmbedURL)
		for _, size := range []string{"original", "large", "medium", "small", "thumbnail"} {
			candidates = append(candidates, deref(o.Variants[size])) // if Circle sends nothing else
		}
	}
	for _, c := range candidates {
		if safe := WebURL(c); safe != "" {
			return safe
		}
	}
	return ""
}

// variants returns the sizes of a picture whose addresses are safe to load.
func (o *object) variants() []Variant {
	variants := []Variant{}
	for _, name := range slices.Sorted(maps.Keys(o.Variants)) {
		if address := WebURL(deref(o.Variants[name])); address != "" && name != "" {
			variants = append(variants, Variant{Name: name, URL: address})
		}
	}
	return variants
}

// Picture returns a picture of which only the address is known; nil for no address.
func Picture(address *string) *Attachment {
	safe := WebURL(deref(address))
	if safe == "" {
		return nil
	}
	return &Attachment{Kind: AttachmentImage, URL: &safe, Variants: []Variant{}}
}

// some returns nil for the empty string.
func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
