package richtext

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// resolvedAttr is the attribute of a node that says what it stands for. [FromDocument] drops it.
const resolvedAttr = "resolved"

// Resolved is what a node of a document stands for: the attribute "resolved" of nodes of type mention, image, file,
// embed, entity, poll, cta and emoji. Circle has only a signed id at most of them. What is not known is left out.
type Resolved struct {
	// Place counts these nodes from 0, in order of appearance.
	Place int `json:"place"`
	// Kind is member or group for mentions, a kind of [Attachment] for attachments, Circle's word for entities, poll for
	// polls, button for cta, emoji for emoji.
	Kind string `json:"kind,omitempty"`
	// Name is what to show: the name of a member, group or entity, the title of an embedded page, the words on a button,
	// or an emoji's character, else its name between colons.
	Name string `json:"name,omitempty"`
	// MemberID is Circle's number of a mentioned member.
	MemberID string `json:"memberId,omitempty"`
	// AvatarURL is the picture of a mentioned member.
	AvatarURL *string `json:"avatarUrl,omitempty"`

	// URL is where an attachment or entity is; see [Attachment] for the fields below.
	URL             *string  `json:"url,omitempty"`
	FrameURL        *string  `json:"frameUrl,omitempty"`
	Filename        *string  `json:"filename,omitempty"`
	ContentType     *string  `json:"contentType,omitempty"`
	Size            *int64   `json:"size,omitempty"`
	Width           *int     `json:"width,omitempty"`
	Height          *int     `json:"height,omitempty"`
	DurationSeconds *float64 `json:"durationSeconds,omitempty"`
	SignedID        *string  `json:"signedId,omitempty"`
	// Variants are the addresses of a picture in other sizes, by Circle's names of them.
	Variants map[string]string `json:"variants,omitempty"`

	// Question and Options are a poll's.
	Question string       `json:"question,omitempty"`
	Options  []PollOption `json:"options,omitempty"`
}

// Entity is a space, post, event or the like that a text names.
type Entity struct {
	// SGID is the signed id in the document.
	SGID string
	// Place is where it stands in the document; see [Resolved].
	Place int
	// Kind is Circle's word for what it is; nil if it gives none.
	Kind *string
	// Name is the name to show.
	Name string
	// URL is its address; nil if Circle gives none.
	URL *string
}

// Poll is a question with answers to choose from.
type Poll struct {
	// SGID is the signed id in the document.
	SGID string
	// Place is where it stands in the document; see [Resolved].
	Place int
	// Question is what is asked; nil if Circle does not send it.
	Question *string
	// Options are the answers, empty if Circle does not send them.
	Options []PollOption
}

// PollOption is an answer to a [Poll].
type PollOption struct {
	// Text is the answer.
	Text string `json:"text"`
	// VotesCount is how many have chosen it; nil if Circle does not say.
	VotesCount *int `json:"votesCount,omitempty"`
}

// option is an answer as Circle may send it: it documents no shape.
type option struct {
	Text       string `json:"text"`
	Title      string `json:"title"`
	Label      string `json:"label"`
	Name       string `json:"name"`
	Value      string `json:"value"`
	VotesCount *int   `json:"votes_count"`
	VoteCount  *int   `json:"vote_count"`
	Votes      *int   `json:"votes"`
}

// stands reports whether the node stands for something that the envelope describes.
func (n *node) stands() bool { return standsFor(n.Type) }

func standsFor(nodeType string) bool {
	switch nodeType {
	case nodeMention, nodeImage, nodeFile, nodeEmbed, nodeEntity, nodePoll, nodeCTA, nodeEmoji:
		return true
	}
	return false
}

// Entities returns the spaces, posts and the like that the text names, in order of appearance.
func (t *Text) Entities() []Entity {
	entities := []Entity{}
	t.eachOf(nodeEntity, func(n *node) {
		o := t.object(n.Attrs)
		if name := o.label(n); name != "" {
			entities = append(entities, Entity{
				SGID: n.Attrs.SGID, Place: *n.place, Kind: o.kind(), Name: name, URL: some(o.address(n.Attrs)),
			})
		}
	})
	return entities
}

// Polls returns the polls of the text, in order of appearance.
func (t *Text) Polls() []Poll {
	polls := []Poll{}
	t.eachOf(nodePoll, func(n *node) {
		o := t.object(n.Attrs)
		polls = append(polls, Poll{
			SGID: n.Attrs.SGID, Place: *n.place, Question: some(o.label(n)), Options: o.options(),
		})
	})
	return polls
}

// Button is a node of type cta: words that lead to an address.
type Button struct {
	// Place is where it stands in the document; see [Resolved].
	Place int
	// Label is the words on it; its address if it has none.
	Label string
	// URL is where it leads, http or https; nil if that is no such address.
	URL *string
}

// Buttons returns the buttons of the text, in order of appearance.
func (t *Text) Buttons() []Button {
	buttons := []Button{}
	t.eachOf(nodeCTA, func(n *node) {
		o := t.object(n.Attrs)
		address := o.address(n.Attrs)
		if label := cmp.Or(o.label(n), address); label != "" {
			buttons = append(buttons, Button{Place: *n.place, Label: label, URL: some(address)})
		}
	})
	return buttons
}

// emoji returns the character of an emoji inside a line, else its name between colons.
func (t *Text) emoji(n *node) string {
	a, name := n.Attrs, strings.Trim(n.Attrs.Name, ":")
	if o := t.object(a); o != nil {
		name = cmp.Or(name, strings.Trim(o.Name, ":"))
	}
	if name != "" {
		name = ":" + name + ":"
	}
	return cmp.Or(a.Emoji, a.Native, a.Char, a.Label, n.Text, n.Fallback, name)
}

// emojiPicture returns the address of an emoji that the community has drawn; "" for one that is a character.
func (t *Text) emojiPicture(n *node) string {
	if cmp.Or(n.Attrs.Emoji, n.Attrs.Native, n.Attrs.Char) != "" {
		return ""
	}
	return t.object(n.Attrs).address(n.Attrs)
}

func (t *Text) eachOf(nodeType string, visit func(*node)) {
	if t == nil || !t.hasDocument() {
		return
	}
	t.doc.walk(func(n *node) {
		if n.Type == nodeType {
			visit(n)
		}
	})
}

func (o *object) kind() *string {
	if o == nil {
		return nil
	}
	return some(strings.ToLower(o.Type))
}

func (o *object) options() []PollOption {
	options := []PollOption{}
	if o == nil {
		return options
	}
	for _, c := range o.Options {
		if text := cmp.Or(c.Text, c.Title, c.Label, c.Name, c.Value); text != "" {
			options = append(options, PollOption{text, cmp.Or(c.VotesCount, c.VoteCount, c.Votes)})
		}
	}
	return options
}

// resolve puts into a document what its nodes stand for, and takes out addresses that a client must not open: it would
// carry out a script that a member wrote. A document without either stays as it is.
func (t *Text) resolve(doc json.RawMessage) json.RawMessage {
	var resolved []*Resolved
	harmless := true
	t.doc.walk(func(n *node) {
		if n.stands() {
			resolved = append(resolved, t.resolved(n))
		}
		harmless = harmless && n.harmless()
	})
	if len(resolved) == 0 && harmless {
		return doc
	}
	value, err := anyJSON(doc)
	if err != nil {
		return doc
	}
	place := 0
	eachNode(value, maxReadDepth, func(n map[string]any) {
		disarm(n)
		nodeType, _ := n["type"].(string)
		if !standsFor(nodeType) || place == len(resolved) {
			return
		}
		attrs, ok := n["attrs"].(map[string]any)
		if !ok {
			attrs = map[string]any{}
			n["attrs"] = attrs
		}
		attrs[resolvedAttr] = resolved[place]
		place++
	})
	if whole, err := json.Marshal(value); err == nil {
		return whole
	}
	return doc
}

// harmless reports whether a client may open every address of the node.
func (n *node) harmless() bool {
	for _, m := range n.Marks {
		if !openable(m.Attrs.Href) {
			return false
		}
	}
	return openable(n.Attrs.URL) && openable(n.Attrs.Src) && openable(n.Attrs.Href)
}

// disarm takes out the addresses of a node, and the links on it, that a client must not open.
func disarm(n map[string]any) {
	attrs, _ := n["attrs"].(map[string]any)
	for _, name := range []string{"url", "src", "href"} {
		if address, ok := attrs[name].(string); ok && !openable(address) {
			delete(attrs, name)
		}
	}
	marks, ok := n["marks"].([]any)
	if !ok {
		return
	}
	n["marks"] = slices.DeleteFunc(marks, func(mark any) bool {
		link, _ := mark.(map[string]any)
		attrs, _ := link["attrs"].(map[string]any)
		href, ok := attrs["href"].(string)
		return ok && !openable(href)
	})
}

// openable reports whether an address is one for [linkURL], of a telephone or of the community, which leaves out what
// comes before the path.
func openable(address string) bool {
	u, err := url.Parse(strings.TrimSpace(address))
	return err == nil && (u.Scheme == "" || u.Scheme == "tel" || linkURL(address) != "")
}

func (t *Text) resolved(n *node) *Resolved {
	r := &Resolved{Place: *n.place}
	o := t.object(n.Attrs)
	if a, is := t.attachment(n); is {
		r.Kind, r.URL, r.FrameURL, r.Filename, r.ContentType = a.Kind, a.URL, a.FrameURL, a.Filename, a.ContentType
		r.Size, r.Width, r.Height, r.DurationSeconds = a.ByteSize, a.Width, a.Height, a.DurationSeconds
		r.SignedID = a.SignedID
		for _, v := range a.Variants {
			if r.Variants == nil {
				r.Variants = map[string]string{}
			}
			r.Variants[v.Name] = v.URL
		}
		if n.Type == nodeEmbed {
			r.Name = o.label(n)
		}
		return r
	}
	switch n.Type {
	case nodeMention:
		m := t.mention(n)
		r.Kind, r.Name = "member", m.Name
		if m.IsGroup {
			r.Kind = "group"
		}
		if m.CommunityMemberID > 0 {
			r.MemberID = strconv.FormatInt(m.CommunityMemberID, 10)
		}
		if address := WebURL(deref(m.AvatarURL)); address != "" {
			r.AvatarURL = &address
		}
	case nodeEntity:
		r.Kind, r.Name, r.URL = deref(o.kind()), o.label(n), some(o.address(n.Attrs))
	case nodePoll:
		r.Kind, r.Question, r.Options = nodePoll, o.label(n), o.options()
	case nodeCTA:
		address := o.address(n.Attrs)
		r.Kind, r.Name, r.URL = "button", cmp.Or(o.label(n), address), some(address)
	case nodeEmoji:
		r.Kind, r.Name, r.URL = nodeEmoji, t.emoji(n), some(t.emojiPicture(n))
	}
	return r
}

// eachNode visits the nodes of a document as JSON, in the order in which [node.walk] visits them.
func eachNode(value any, depth int, visit func(map[string]any)) {
	n, ok := value.(map[string]any)
	if !ok || depth == 0 {
		return
	}
	visit(n)
	children, _ := n["content"].([]any)
	for _, child := range children {
		eachNode(child, depth-1, visit)
	}
}
