package richtext

import (
	"cmp"
	"strings"
)

// The kinds of [Attachment].
const (
	// AttachmentImage is an uploaded picture.
	AttachmentImage = "image"
	// AttachmentFile is any other uploaded file, videos included.
	AttachmentFile = "file"
	// AttachmentEmbed is a link to another site, shown as a card or player.
	AttachmentEmbed = "embed"
)

// Attachment is a file, picture or embedded link in a text. Fields that Circle does not send are nil.
type Attachment struct {
	// Kind is [AttachmentImage], [AttachmentFile] or [AttachmentEmbed].
	Kind string
	// URL is where it can be loaded; http or https.
	URL *string
	// Filename is the name of the uploaded file.
	Filename *string
	// ContentType is the MIME type.
	ContentType *string
	// ByteSize is the size in bytes.
	ByteSize *int64
	// Width and Height are in pixels.
	Width, Height *int
	// DurationSeconds is the length of an uploaded video or sound; nil for linked videos.
	DurationSeconds *float64
	// SignedID names the upload when a text is written.
	SignedID *string
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
		if t.body != nil && !t.body.Placeholder() {
			for _, o := range t.body.attachments {
				add(newAttachment(uploadKind(o.ContentType), o, nodeAttrs{}))
			}
		}
	} else {
		t.doc.walk(func(n *node) {
			switch n.Type {
			case nodeImage:
				add(newAttachment(AttachmentImage, t.object(n.Attrs), n.Attrs))
			case nodeEmbed:
				add(newAttachment(AttachmentEmbed, t.object(n.Attrs), n.Attrs))
			case nodeFile:
				o := t.object(n.Attrs)
				kind := AttachmentFile
				if o != nil {
					kind = uploadKind(o.ContentType)
				}
				add(newAttachment(kind, o, n.Attrs))
			}
		})
	}
	for _, o := range t.envelope.Attachments {
		add(newAttachment(uploadKind(o.ContentType), o, nodeAttrs{}))
	}
	return attachments
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
	}
	if m := o.Metadata; m != nil {
		a.Width, a.Height, a.DurationSeconds = cmp.Or(a.Width, m.Width), cmp.Or(a.Height, m.Height), m.Duration
	}
	return a
}

// address returns the first address that is safe to follow: of the document, then of the envelope; "" if there is none.
func (o *object) address(attrs nodeAttrs) string {
	candidates := []string{attrs.URL, attrs.Src, attrs.Href}
	if o != nil {
		candidates = append(candidates, o.URL, o.OriginalURL, o.EmbedURL)
	}
	for _, c := range candidates {
		if safe := WebURL(c); safe != "" {
			return safe
		}
	}
	return ""
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
