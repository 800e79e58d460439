// Package richtext reads and writes the texts of Circle's posts, comments, lessons and messages: TipTap documents, and
// the HTML of Circle's older editor.
package richtext

import (
	"cmp"
	"encoding/json"
	"strings"
	"sync"

	"circlegraph/circleclient/lenient"
)

// Text is the text of a post, comment, event, lesson or message, whichever editor wrote it. It is read from Circle's
// envelope around a TipTap document. Texts of the older editor have HTML instead, and some posts have custom HTML
// beside the document.
//
// A text is parsed when it is first needed, and written once in each form. The methods are safe for concurrent use and
// for nil, which is an empty text. They leave out odd and unknown parts.
type Text struct {
	source Source

	once     sync.Once
	envelope envelope
	doc      *node
	body     *PostBody
	files    map[string]*object // what is attached to body, by its address

	html, plain func() string

	shownOnce sync.Once
	shown     string
}

// Source is where a record keeps its text, best first.
type Source struct {
	// Envelope is tiptap_body or rich_text_body.
	Envelope   json.RawMessage
	CustomHTML *string
	Body       lenient.Lazy[*PostBody]
	// Plain is Circle's own plain text.
	Plain string
}

// New returns the text of a record. An envelope that is a string is HTML, or an envelope that was encoded twice.
func New(source Source) *Text {
	if lenient.FirstByte(source.Envelope) == '"' {
		var text string
		_ = json.Unmarshal(source.Envelope, &text)
		switch {
		case json.Valid([]byte(text)) && lenient.FirstByte([]byte(text)) == '{':
			source.Envelope = json.RawMessage(text)
		case len(source.Body) == 0:
			source.Envelope, source.Body = nil, lenient.Lazy[*PostBody](source.Envelope)
		}
	}
	t := &Text{source: source}
	t.html, t.plain = sync.OnceValue(t.makeHTML), sync.OnceValue(t.makePlain)
	return t
}

// envelope is what Circle wraps a TipTap document in. The document points into these lists by signed ids.
type envelope struct {
	Type              string             `json:"type"` // "doc" if the document came without an envelope
	Body              json.RawMessage    `json:"body"`
	Attachments       []*object          `json:"attachments"`
	InlineAttachments []*object          `json:"inline_attachments"`
	Objects           map[string]*object `json:"sgids_to_object_map"`
	CommunityMembers  []*object          `json:"community_members"`
	GroupMentions     []*object          `json:"group_mentions"`
	Entities          []*object          `json:"entities"`
	Polls             []*object          `json:"polls"`
}

// object is a member, group, file, picture, embedded link, entity or poll that a document points to. One map holds all
// of them without a reliable word for their kind, so one type has all their fields.
type object struct {
	SGID              string    `json:"sgid"`
	RichTextFieldSGID string    `json:"rich_text_field_sgid"`
	AttachableSGID    string    `json:"attachable_sgid"`
	SignedID          string    `json:"signed_id"`
	Type              string    `json:"type"`
	CommunityMemberID int64     `json:"community_member_id"`
	Name              string    `json:"name"`
	Title             string    `json:"title"`
	Question          string    `json:"question"`
	AvatarURL         *string   `json:"avatar_url"`
	URL               string    `json:"url"`
	OriginalURL       string    `json:"original_url"`
	EmbedURL          string    `json:"embed_url"`
	Filename          string    `json:"filename"`
	ContentType       string    `json:"content_type"`
	ByteSize          *int64    `json:"byte_size"`
	Width             *int      `json:"width"`
	Height            *int      `json:"height"`
	Metadata          *metadata `json:"metadata"`
	// Variants are the addresses of a picture in other sizes, by their names; null for sizes that there are not.
	Variants map[string]*string `json:"image_variants"`
	Options  []*option          `json:"options"`
}

type metadata struct {
	Width    *int     `json:"width"`
	Height   *int     `json:"height"`
	Duration *float64 `json:"duration"` // seconds
}

// parse reads the JSON, once.
func (t *Text) parse() {
	t.once.Do(func() {
		t.body = t.source.Body.Get()
		if t.body != nil {
			t.files = make(map[string]*object, len(t.body.attachments))
			for _, o := range t.body.attachments {
				t.files[o.address(nodeAttrs{})] = o
			}
		}
		if lenient.FirstByte(t.source.Envelope) != '{' || lenient.Decode(t.source.Envelope, &t.envelope) != nil {
			t.envelope = envelope{}
			return
		}
		raw := t.envelope.Body
		if t.envelope.Type == nodeDoc {
			raw = t.source.Envelope
			t.envelope.Body = raw
		}
		if doc := new(node); lenient.FirstByte(raw) == '{' && lenient.Decode(raw, doc) == nil && doc.Type == nodeDoc {
			t.doc = doc
			place := 0
			doc.walk(func(n *node) {
				n.Attrs.SignedID = cmp.Or(n.Attrs.SignedID, n.Attrs.UploadID)
				if n.stands() {
					n.place, place = new(place), place+1
				}
			})
		}
	})
}

// hasDocument reports whether there is a document that is not empty. Posts of custom HTML have an empty one.
func (t *Text) hasDocument() bool {
	t.parse()
	return t.doc != nil && len(t.doc.Content) > 0
}

// Document returns the TipTap document (a node of type doc) as Circle keeps it, but each node that stands for something
// says what; see [Resolved]. It is nil for texts of the older editor.
func (t *Text) Document() json.RawMessage {
	if t == nil {
		return nil
	}
	t.parse()
	if t.doc == nil {
		return nil
	}
	return t.resolve(t.envelope.Body)
}

// HTML renders the text, sanitised: no scripts, styles, frames or forms, and only http, https and mailto addresses.
// Files, players and embedded links become links.
func (t *Text) HTML() string {
	if t == nil || t.html == nil {
		return ""
	}
	return t.html()
}

func (t *Text) makeHTML() string {
	if t.hasDocument() {
		return sanitise(renderHTML(t.doc, t))
	}
	if fallback := t.fallbackHTML(); fallback != "" {
		shown, _ := plainMedia(fallback, false, t.objectOrFile)
		return sanitise(shown)
	}
	if strings.TrimSpace(t.source.Plain) == "" {
		return ""
	}
	return sanitise(renderHTML(textDocument(t.source.Plain), t))
}

// PlainText returns the text without markup: blocks on lines of their own, mentions as @Name, files by their name,
// embedded links by their address. Circle's own plain text glues paragraphs together, so it is the last resort.
func (t *Text) PlainText() string {
	if t == nil || t.plain == nil {
		return ""
	}
	return t.plain()
}

func (t *Text) makePlain() string {
	if t.hasDocument() {
		return plainText(t.doc, t)
	}
	if fallback := t.fallbackHTML(); fallback != "" {
		shown, _ := plainMedia(fallback, true, t.objectOrFile)
		return plainText(readHTML(shown), t)
	}
	return strings.TrimSpace(t.source.Plain)
}

// fallbackHTML returns the HTML of a parsed text that has no document, without the placeholder for old clients.
func (t *Text) fallbackHTML() string {
	if custom := deref(t.source.CustomHTML); strings.TrimSpace(custom) != "" {
		return custom
	}
	if t.body == nil || t.body.Placeholder() {
		return ""
	}
	return t.body.HTML
}

// Mention is a member or a group of members named in a text.
type Mention struct {
	// SGID is the signed id in the document.
	SGID string
	// Name is the name as it is shown, without the @.
	Name string
	// CommunityMemberID is the member's number; 0 for groups and for members who are gone.
	CommunityMemberID int64
	// IsGroup reports whether a group was mentioned, such as everybody in the space.
	IsGroup bool
	// AvatarURL is the member's small picture.
	AvatarURL *string
	// Place is where the mention stands in the document first; see [Resolved].
	Place *int
}

// MemberID returns the member's number; 0 for groups and for members who are gone.
func (m Mention) MemberID() int64 { return m.CommunityMemberID }

// Mentions returns who is mentioned, in order of appearance, each once.
func (t *Text) Mentions() []Mention {
	mentions := []Mention{}
	if t == nil || !t.hasDocument() {
		return mentions
	}
	seen := map[Mention]bool{}
	t.doc.walk(func(n *node) {
		if n.Type != nodeMention {
			return
		}
		m := t.mention(n)
		key := m
		key.AvatarURL, key.Place = nil, nil
		if m.Name != "" && !seen[key] {
			seen[key] = true
			mentions = append(mentions, m)
		}
	})
	return mentions
}

// mention looks a mention up: in the map, then in the lists of members and groups.
func (t *Text) mention(n *node) Mention {
	m := Mention{SGID: n.Attrs.SGID, Place: n.place}
	group := find(t.envelope.GroupMentions, n.Attrs)
	m.IsGroup = group != nil
	for _, o := range []*object{t.envelope.Objects[n.Attrs.SGID], find(t.envelope.CommunityMembers, n.Attrs), group} {
		if o == nil {
			continue
		}
		m.Name = cmp.Or(m.Name, o.Name)
		m.CommunityMemberID = cmp.Or(m.CommunityMemberID, o.CommunityMemberID)
		m.AvatarURL = cmp.Or(m.AvatarURL, o.AvatarURL)
		m.IsGroup = m.IsGroup || strings.Contains(strings.ToLower(o.Type), "group")
	}
	if m.Name == "" {
		m.Name = strings.TrimPrefix(cmp.Or(n.Attrs.Label, n.Fallback), "@")
	}
	return m
}

// object looks up what a node points to; nil if the envelope does not have it.
func (t *Text) object(attrs nodeAttrs) *object {
	if o := t.envelope.Objects[attrs.SGID]; o != nil {
		return o
	}
	for _, list := range [][]*object{
		t.envelope.InlineAttachments, t.envelope.Attachments, t.envelope.Entities, t.envelope.Polls,
	} {
		if o := find(list, attrs); o != nil {
			return o
		}
	}
	return nil
}

// objectOrFile looks up what an element of a text of the older editor shows: by its signed id, then by its address.
func (t *Text) objectOrFile(attrs nodeAttrs) *object {
	if attrs.SGID != "" {
		if o := t.object(attrs); o != nil {
			return o
		}
	}
	if t.body == nil {
		return nil
	}
	if o := find(t.body.attachments, attrs); o != nil || attrs.URL == "" {
		return o
	}
	return t.files[attrs.URL]
}

// find returns the object with one of the signed ids in attrs, or nil.
func find(list []*object, attrs nodeAttrs) *object {
	for _, o := range list {
		if attrs.SGID != "" && (o.SGID == attrs.SGID || o.RichTextFieldSGID == attrs.SGID ||
			o.AttachableSGID == attrs.SGID) ||
			attrs.SignedID != "" && o.SignedID == attrs.SignedID {
			return o
		}
	}
	return nil
}
