package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
)

// placeholderHTML is body.html of everything from the new editor. Only tiptap_body has the text.
const placeholderHTML = "<div><strong>Update available</strong><br>Please update the app to view this post.</div>"

// Editors.
const (
	editorTiptap = "tiptap"
	editorTrix   = "trix"
)

// content is the text of a post or comment. Text of the old editor (trix) has HTML and no document.
type content struct {
	editor   string
	html     string
	text     string // plain
	envelope *envelope
}

// blank reports whether it has neither text nor anything else to show.
func (c content) blank() bool {
	return strings.TrimSpace(c.text) == "" && (c.envelope == nil || !c.envelope.Body.hasLeaf())
}

// envelope is a TipTap document with what its nodes refer to (tiptap_body).
type envelope struct {
	Body             node                       `json:"body"`
	FallbackText     string                     `json:"circle_ios_fallback_text"`
	Attachments      []attachment               `json:"attachments"`
	Inline           []attachment               `json:"inline_attachments"`
	Objects          map[string]json.RawMessage `json:"sgids_to_object_map"` // by the sgid in a node's attrs
	Format           string                     `json:"format"`
	CommunityMembers []author                   `json:"community_members"`
	Entities         []empty                    `json:"entities"`
	GroupMentions    []empty                    `json:"group_mentions"`
	Polls            []pollJSON                 `json:"polls"`
}

// node is a node of a TipTap document.
type node struct {
	Type         string                     `json:"type"`
	Attrs        map[string]json.RawMessage `json:"attrs,omitempty"`
	Marks        []json.RawMessage          `json:"marks,omitempty"`
	Content      []node                     `json:"content,omitempty"`
	Text         string                     `json:"text,omitempty"`
	FallbackText string                     `json:"circle_ios_fallback_text,omitempty"`
}

// hasLeaf reports whether anything in the document is more than an empty block.
func (n node) hasLeaf() bool {
	switch n.Type {
	case "image", "file", "embed", "mention", "entity", "poll", "horizontalRule":
		return true
	case "text":
		return strings.TrimSpace(n.Text) != ""
	}
	return slices.ContainsFunc(n.Content, node.hasLeaf)
}

// attachment is an uploaded file or image of a document.
type attachment struct {
	SignedID    string             `json:"signed_id"`
	SGID        string             `json:"sgid"`
	ContentType string             `json:"content_type"`
	Filename    string             `json:"filename"`
	ByteSize    int64              `json:"byte_size"`
	URL         string             `json:"url"`
	Width       int                `json:"width,omitempty"`
	Height      int                `json:"height,omitempty"`
	Metadata    attachmentMetadata `json:"metadata"`
}

// attachmentMetadata describes an upload; the duration of audio and video is in seconds.
type attachmentMetadata struct {
	Identified bool    `json:"identified"`
	Width      int     `json:"width,omitempty"`
	Height     int     `json:"height,omitempty"`
	Duration   float64 `json:"duration,omitempty"`
}

// bodyJSON is the older form of a text, which all records still have.
type bodyJSON struct {
	Attachments      empty        `json:"attachments"`
	AttachmentsArray []attachment `json:"attachments_array"`
	HTML             string       `json:"html"`
}

// contentJSON are the fields by which posts and comments carry their text.
type contentJSON struct {
	Editor     string    `json:"editor"`
	Body       *bodyJSON `json:"body"`
	TiptapBody *envelope `json:"tiptap_body"`
}

func (c content) view() contentJSON {
	v := contentJSON{Editor: c.editor, TiptapBody: c.envelope}
	if c.editor == "" {
		v.Editor = editorTiptap
	}
	if c.html != "" {
		v.Body = &bodyJSON{AttachmentsArray: []attachment{}, HTML: c.html}
	}
	return v
}

// trixContent is the content of the old editor for the HTML.
func trixContent(markup string) content {
	if !strings.HasPrefix(markup, "<") {
		markup = "<div><!--block-->" + markup + "</div>"
	}
	return content{editor: editorTrix, html: markup, text: stripTags(markup)}
}

// tiptapContent wraps a document in its envelope, which resolves mentions, uploads and embedded pages.
func (s *Sandbox) tiptapContent(doc node, uploads []attachment, embeds []embedJSON) content {
	env := &envelope{
		Body: doc, Format: "post",
		Attachments: []attachment{}, Inline: []attachment{}, Objects: map[string]json.RawMessage{},
		CommunityMembers: []author{}, Entities: []empty{}, GroupMentions: []empty{}, Polls: []pollJSON{},
	}
	text := &strings.Builder{}
	s.resolve(env, &env.Body, uploads, embeds, text)
	env.FallbackText = text.String()
	return content{editor: editorTiptap, html: placeholderHTML, text: env.FallbackText, envelope: env}
}

// resolve adds what the nodes refer to to the envelope and collects the plain text. Circle puts nothing between
// paragraphs there.
func (s *Sandbox) resolve(env *envelope, n *node, uploads []attachment, embeds []embedJSON, text *strings.Builder) {
	switch n.Type {
	case "text":
		n.FallbackText = n.Text
		text.WriteString(n.Text)
	case "hardBreak":
		n.FallbackText = "\n"
		text.WriteString(n.FallbackText)
	case "mention": // adds nothing to the plain text, at Circle either
		sgid := attr(n, "sgid")
		if m := s.memberBySGID(sgid); m != nil {
			a := s.authorView(m)
			env.Objects[sgid] = mustJSON(mentionJSON{a, sgid, "CommunityMember"})
			env.CommunityMembers = append(env.CommunityMembers, a)
		}
	case "image":
		for _, up := range uploads {
			if up.SignedID == attr(n, "signed_id") {
				env.Inline = append(env.Inline, up)
			}
		}
	case "file":
		for _, up := range uploads {
			if up.SGID == attr(n, "sgid") {
				env.Attachments = append(env.Attachments, up)
				env.Objects[up.SGID] = mustJSON(up)
			}
		}
	case "embed":
		for _, page := range embeds {
			if page.SGID == attr(n, "sgid") {
				env.Objects[page.SGID] = mustJSON(page)
			}
		}
	}
	for i := range n.Content {
		s.resolve(env, &n.Content[i], uploads, embeds, text)
	}
}

// mentionJSON is a mentioned member in sgids_to_object_map.
type mentionJSON struct {
	author
	SGID string `json:"sgid"`
	Type string `json:"type"`
}

// embedJSON is an embedded page in sgids_to_object_map.
type embedJSON struct {
	SGID         string `json:"sgid"`
	Type         string `json:"type"`
	URL          string `json:"url"`
	Title        string `json:"title"`
	Provider     string `json:"provider_name"`
	ThumbnailURL string `json:"thumbnail_url"`
	HTML         string `json:"html"`
}

// pollJSON is a poll in polls and sgids_to_object_map. The contract leaves its items open: these are the fields that
// Circle's own apps show. Nobody can vote here.
type pollJSON struct {
	SGID    string           `json:"sgid"`
	Type    string           `json:"type"`
	Title   string           `json:"title"`
	Options []pollOptionJSON `json:"options"`
}

type pollOptionJSON struct {
	Title string `json:"title"`
	Votes int    `json:"votes_count"`
}

// withPoll resolves the polls of a document, which nobody can write over the API.
func (c content) withPoll(poll pollJSON) content {
	c.envelope.Polls = append(c.envelope.Polls, poll)
	c.envelope.Objects[poll.SGID] = mustJSON(poll)
	return c
}

// documentInput is tiptap_body as callers send it.
type documentInput struct {
	Body        *node    `json:"body"`
	Attachments []string `json:"attachments"` // signed ids of uploads
}

// contentOf is the text that a caller sent: a document, or a body of HTML or plain text.
func (s *Sandbox) contentOf(body string, doc *documentInput) content {
	if doc != nil && doc.Body != nil && doc.Body.Type != "" {
		var uploads []attachment
		if doc.Body.names("image", "file") {
			uploads = s.store.allUploads()
		}
		c := s.tiptapContent(*doc.Body, uploads, nil)
		attached, _ := s.uploadsOf("attachments", doc.Attachments...) // checkUploads has refused unknown ones
		c.envelope.Attachments = append(c.envelope.Attachments, attached...)
		return c
	}
	if strings.TrimSpace(body) == "" {
		return content{}
	}
	return trixContent(body)
}

// names reports whether a node of one of the types is in the document.
func (n node) names(types ...string) bool {
	return slices.Contains(types, n.Type) ||
		slices.ContainsFunc(n.Content, func(inner node) bool { return inner.names(types...) })
}

// mentioned lists the members that a text mentions.
func (c content) mentioned() []int64 {
	if c.envelope == nil {
		return nil
	}
	var ids []int64
	for _, a := range c.envelope.CommunityMembers {
		ids = append(ids, a.CommunityMemberID)
	}
	return ids
}

// What stands before and after a thing in the payload of its signed global id.
const (
	sgidHead = "\x04\bI\"gid://jumpstart-app/"
	sgidTail = "?expires_in\x06"
)

// sgid is the signed global id of a thing in documents: readable base64 without a real signature.
func sgid(kind string, id int64) string {
	payload := fmt.Sprintf("%s%s/%d%s", sgidHead, kind, id, sgidTail)
	return base64.URLEncoding.EncodeToString([]byte(payload)) + "--sandbox"
}

// memberBySGID finds a mentioned member, nil if the id names nobody.
func (s *Sandbox) memberBySGID(id string) *member {
	payload, _ := base64.URLEncoding.DecodeString(strings.TrimSuffix(id, "--sandbox"))
	_, number, _ := strings.Cut(strings.TrimPrefix(strings.TrimSuffix(string(payload), sgidTail), sgidHead), "/")
	n, _ := strconv.ParseInt(number, 10, 64)
	switch id {
	case sgid("CommunityMember", n):
		return s.store.memberByID[n]
	case sgid("User", n):
		return find(s.store.members, func(m *member) bool { return m.userID == n })
	}
	return nil
}

// attr is a text attribute of a node, empty if it has none.
func attr(n *node, name string) string {
	var text string
	_ = json.Unmarshal(n.Attrs[name], &text)
	return text
}

// mustJSON encodes values of this package's own types, which cannot fail.
func mustJSON(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

// stripTags is the plain text of simple HTML.
func stripTags(markup string) string {
	var out strings.Builder
	for markup != "" {
		before, rest, found := strings.Cut(markup, "<")
		out.WriteString(before)
		if !found {
			break
		}
		_, markup, _ = strings.Cut(rest, ">")
	}
	return strings.TrimSpace(html.UnescapeString(out.String()))
}

// firstWords cuts a text at a space, after at most limit characters.
func firstWords(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	cut := string(runes[:limit])
	if at := strings.LastIndexByte(cut, ' '); at > 0 {
		cut = cut[:at]
	}
	return cut + "…"
}
