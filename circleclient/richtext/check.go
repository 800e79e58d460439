package richtext

import (
	"encoding/json"
	"fmt"
	"slices"
)

// group is where a node may stand.
type group uint8

const (
	groupNone   group = iota // the document itself
	groupBlock               // in a document, quote or list item
	groupItem                // in a list
	groupInline              // in a paragraph or heading
	groupCode                // in a code block
)

// nodeRule is where a type of node may stand and what it may hold.
type nodeRule struct {
	in      []group
	holds   group // groupNone if it holds nothing
	needsID bool  // it points to something by a signed id
}

func ruleOf(nodeType string) (nodeRule, bool) {
	block, inline := []group{groupBlock}, []group{groupInline}
	either := []group{groupBlock, groupInline}
	switch nodeType {
	case nodeDoc:
		return nodeRule{in: []group{groupNone}, holds: groupBlock}, true
	case nodeBlockquote:
		return nodeRule{in: block, holds: groupBlock}, true
	case nodeParagraph, nodeHeading:
		return nodeRule{in: block, holds: groupInline}, true
	case nodeOrderedList, nodeBulletList:
		return nodeRule{in: block, holds: groupItem}, true
	case nodeListItem:
		return nodeRule{in: []group{groupItem}, holds: groupBlock}, true
	case nodeCodeBlock:
		return nodeRule{in: block, holds: groupCode}, true
	case nodeHorizontalRule, nodeCTA:
		return nodeRule{in: block}, true
	case nodeText:
		return nodeRule{in: []group{groupInline, groupCode}}, true
	case nodeHardBreak:
		return nodeRule{in: inline}, true
	case nodeMention:
		return nodeRule{in: inline, needsID: true}, true
	case nodeEmoji:
		return nodeRule{in: inline}, true
	case nodeFile, nodeEmbed, nodeEntity, nodeImage:
		return nodeRule{in: either, needsID: true}, true
	}
	return nodeRule{}, false
}

// checkNode returns an error if Circle cannot hold a node at its place, or anything beneath it.
func checkNode(n *node, at group, depth int) error {
	if depth == 0 {
		return &Error{
			Kind:   ErrContentTooLarge,
			Detail: fmt.Sprintf("the text is nested deeper than %d levels", MaxDepth),
		}
	}
	rule, known := ruleOf(n.Type)
	switch {
	case n.Type == nodePoll:
		return unsupported("polls can only be made in Circle itself")
	case !known:
		return unsupported(fmt.Sprintf("Circle does not know nodes of type %q", clean(n.Type)))
	case !slices.Contains(rule.in, at):
		return malformed(fmt.Sprintf("a node of type %q stands where it may not", n.Type))
	case n.Type == nodeHeading && n.Attrs.Level != 2 && n.Attrs.Level != 3:
		return unsupported("Circle holds headings of level 2 and 3 only")
	case n.Type == nodeText && n.Text == "":
		return malformed("a node of type \"text\" has no text")
	case rule.needsID && n.mentioned == nil && n.Attrs.SGID == "" && n.Attrs.SignedID == "" &&
		(n.Type != nodeImage || WebURL(n.Attrs.URL) == ""):
		return malformed(fmt.Sprintf("a node of type %q lacks its signed id", n.Type))
	case n.Type == nodeCTA && linkURL(n.Attrs.URL) == "":
		return unsupported("a button leads to an absolute http, https or mailto address")
	case rule.holds == groupNone && len(n.Content) > 0:
		return malformed(fmt.Sprintf("a node of type %q holds nothing", n.Type))
	case len(n.Marks) > 0 && (n.Type != nodeText && n.Type != nodeMention && n.Type != nodeHardBreak || at == groupCode):
		return malformed("only text outside of code blocks has marks")
	}
	for _, m := range n.Marks {
		if err := checkMark(m); err != nil {
			return err
		}
	}
	for _, child := range n.Content {
		if err := checkNode(child, rule.holds, depth-1); err != nil {
			return err
		}
	}
	return nil
}

func checkMark(m *mark) error {
	switch {
	case m.Type == markLink:
		if linkURL(m.Attrs.Href) == "" {
			return unsupported("Circle cannot hold a link that is not an absolute http, https or mailto address")
		}
	case markTag(m.Type) == "":
		return unsupported(fmt.Sprintf("Circle does not know marks of type %q", clean(m.Type)))
	}
	return nil
}

// checkShape makes sure that lenient reading dropped nothing of the document: each list is a list of objects, each text
// a string.
func checkShape(raw json.RawMessage) error {
	var n struct {
		Type    *string           `json:"type"`
		Text    *string           `json:"text"`
		Attrs   map[string]any    `json:"attrs"`
		Content []json.RawMessage `json:"content"`
		Marks   []struct {
			Type  *string        `json:"type"`
			Attrs map[string]any `json:"attrs"`
		} `json:"marks"`
	}
	if err := json.Unmarshal(raw, &n); err != nil || n.Type == nil {
		return malformed("every node is an object with a \"type\", lists in \"content\" and \"marks\", and an object in " +
			"\"attrs\"")
	}
	for _, child := range n.Content {
		if err := checkShape(child); err != nil {
			return err
		}
	}
	return nil
}

func unsupported(detail string) error {
	return &Error{Kind: ErrUnsupportedContent, Detail: detail}
}

func malformed(detail string) error {
	return &Error{Kind: ErrMalformedDocument, Detail: detail}
}
