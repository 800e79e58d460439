package sandbox

import "encoding/json"

// Builders of TipTap documents, for the seed.

func document(blocks ...node) node { return node{Type: "doc", Content: blocks} }

func paragraph(text string) node { return node{Type: "paragraph", Content: []node{textNode(text)}} }

func textNode(text string) node { return node{Type: "text", Text: text} }

func heading(level int, text string) node {
	return node{
		Type: "heading", Attrs: map[string]json.RawMessage{"level": mustJSON(level)},
		Content: []node{textNode(text)},
	}
}

func markedNode(text, mark string) node {
	n := textNode(text)
	n.Marks = []json.RawMessage{mustJSON(struct {
		Type string `json:"type"`
	}{mark})}
	return n
}

func linkNode(text, href string) node {
	type linkAttrs struct {
		Href   string `json:"href"`
		Target string `json:"target"`
	}
	n := textNode(text)
	n.Marks = []json.RawMessage{mustJSON(struct {
		Type  string    `json:"type"`
		Attrs linkAttrs `json:"attrs"`
	}{"link", linkAttrs{href, "_blank"}})}
	return n
}

func mentionNode(m *member) node {
	return node{Type: "mention", Attrs: attrs("sgid", sgid("CommunityMember", m.id))}
}

// mentionLine is a paragraph with a mention in it.
func (s *Sandbox) mentionLine(before string, m *member, after string) node {
	var parts []node
	if before != "" {
		parts = append(parts, textNode(before))
	}
	return node{Type: "paragraph", Content: append(parts, mentionNode(m), textNode(after))}
}

func bulletList(items ...string) node {
	return node{Type: "bulletList", Content: listItems(items)}
}

func orderedList(items ...string) node {
	return node{Type: "orderedList", Attrs: map[string]json.RawMessage{"start": mustJSON(1)}, Content: listItems(items)}
}

func listItems(items []string) []node {
	var nodes []node
	for _, text := range items {
		nodes = append(nodes, node{Type: "listItem", Content: []node{paragraph(text)}})
	}
	return nodes
}

// attrs are attributes with texts as values, given as names and values in turn.
func attrs(pairs ...string) map[string]json.RawMessage {
	all := map[string]json.RawMessage{}
	for i := 0; i+1 < len(pairs); i += 2 {
		all[pairs[i]] = mustJSON(pairs[i+1])
	}
	return all
}
