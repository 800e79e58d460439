package richtext

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// MaxMentions bounds the members that one text mentions by number: each may cost requests to Circle.
const MaxMentions = 20

// ErrUnknownMention is a text that mentions an id of no member.
var ErrUnknownMention = errors.New("the text mentions somebody who is not a member")

// MentionedMember is a member mentioned by an id that Circle does not take in a text: it takes only signed ids.
type MentionedMember struct {
	// ID is the id as it stands in the text.
	ID string
	// Name is the name as it stands in the text, without the @. It may be empty or out of date.
	Name string
	// Line is the line of the first mention, counted from 1; 0 if lines have no meaning.
	Line int
}

// MentionLookup returns the signed ids of members in their order, "" for one who does not exist. It is called at most
// once for a text, with each of its members once, and not at all if it mentions nobody by number.
type MentionLookup func([]MentionedMember) ([]string, error)

func newMention(m MentionedMember, marks []*mark) *node {
	n := &node{Type: nodeMention, Marks: marks, mentioned: &m}
	if m.Name != "" {
		n.Fallback = "@" + m.Name
	}
	return n
}

// resolveMentions puts the signed ids into a document.
func resolveMentions(doc *node, lookup MentionLookup) error {
	var members []MentionedMember
	places := map[string][]*node{}
	doc.walk(func(n *node) {
		if n.mentioned == nil {
			return
		}
		if places[n.mentioned.ID] == nil {
			members = append(members, *n.mentioned)
		}
		places[n.mentioned.ID] = append(places[n.mentioned.ID], n)
	})
	if len(members) == 0 {
		return nil
	}
	if len(members) > MaxMentions {
		return &Error{
			Kind:   ErrContentTooLarge,
			Detail: fmt.Sprintf("a text mentions at most %d members", MaxMentions),
		}
	}
	signedIDs, err := lookup(members)
	if err != nil {
		return err
	}
	for i, m := range members {
		if signedIDs[i] == "" {
			return &Error{
				Kind: ErrUnknownMention, Detail: fmt.Sprintf("there is no member %q to mention", clean(m.ID)),
				Line: m.Line,
			}
		}
		for _, n := range places[m.ID] {
			n.Attrs.SGID = signedIDs[i]
		}
	}
	return nil
}

// mentionByMember notes whom a mention of a given document means, if it names the member instead of the signed id.
func mentionByMember(n *node) {
	if n.Type == nodeMention && n.Attrs.SGID == "" && n.Attrs.MemberID != "" {
		n.mentioned = &MentionedMember{ID: n.Attrs.MemberID, Name: strings.TrimPrefix(n.Attrs.Label, "@")}
	}
}

// signMentions puts the signed ids found for a tree into the JSON that it was read from.
func signMentions(doc json.RawMessage, tree *node) (json.RawMessage, error) {
	signedIDs := map[string]string{}
	tree.walk(func(n *node) {
		if n.mentioned != nil {
			signedIDs[n.mentioned.ID] = n.Attrs.SGID
		}
	})
	if len(signedIDs) == 0 {
		return doc, nil
	}
	value, err := anyJSON(doc)
	if err != nil {
		return nil, err
	}
	signNode(value, signedIDs)
	return json.Marshal(value)
}

func signNode(value any, signedIDs map[string]string) {
	n, _ := value.(map[string]any)
	if attrs, ok := n["attrs"].(map[string]any); ok && n["type"] == nodeMention {
		if id, ok := attrs["memberId"].(string); ok && signedIDs[id] != "" {
			attrs["sgid"] = signedIDs[id]
			delete(attrs, "memberId")
		}
	}
	children, _ := n["content"].([]any)
	for _, child := range children {
		signNode(child, signedIDs)
	}
}
