package richtext

import (
	"errors"
	"strings"
	"testing"
)

// TestMarkdownThatTakesLongIsRefused: of each of these, the parser reads the rest of the text again and again.
func TestMarkdownThatTakesLongIsRefused(t *testing.T) {
	fill := func(s string) string { return strings.Repeat(s, MaxMarkdownBytes/len(s)) }
	for name, source := range map[string]string{
		"brackets":          fill("["),
		"pictures":          fill("![a]("),
		"links":             fill("[a]("),
		"links in brackets": fill("[x](<"),
		"elements":          fill("<a "),
		"emphases":          fill("*a_ "),
		"code":              fill("`a``b"),
		"strikes":           fill("a ~~b *"),
		"quotes":            strings.Repeat(">", 10_000),
		"quotes in lists":   strings.Repeat("> - 1. ", 100) + "a",
		"lists in lists":    strings.Repeat("- ", 16_000) + "a",
		"other lists":       strings.Repeat("*\t+ ", 16) + "a",
		"numbers":           strings.Repeat("1) ", 10_000) + "a",
	} {
		if err := checkMarkdown(source); !errors.Is(err, ErrContentTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := FromMarkdown(source, nil); !errors.Is(err, ErrContentTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMarkdownOfPeopleIsTaken(t *testing.T) {
	for name, source := range map[string]string{
		"a list of links":    strings.Repeat("- [one](https://a.example/1)\n", 1100),
		"bold words":         strings.Repeat("some **bold** and `code` ", 1000),
		"arrows":             strings.Repeat("a -> b >>> c\n\n", 2000),
		"quotes in quotes":   "> > > a\n",
		"lines across":       "a\n\n" + strings.Repeat("- ", 100) + "\n\n" + strings.Repeat("* ", 100),
		"a line in a quote":  "> a\n>\n> " + strings.Repeat("- ", 100),
		"a figure":           strings.Repeat("1.5 - 3 + ", 100),
		"snake case in code": "```\n" + strings.Repeat("some_words and_others\n", 900) + "```\n",
	} {
		if _, err := FromMarkdown(source, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
