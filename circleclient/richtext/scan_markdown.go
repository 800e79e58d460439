package richtext

import (
	"fmt"
	"strings"
)

// Limits of Markdown before it is parsed. To find out that a bracket or an emphasis has no end, the parser reads on to
// the end of the text, so the time grows with the square of their number, as it does with that of the quotes and lists
// that one line opens within each other: [MaxDepth].
const (
	maxBrackets = 1500 // of [ and <
	maxEmphases = 4000 // of runs of *, _, ~ and `
)

// checkMarkdown returns an error if the Markdown could take long to parse. It counts bytes.
func checkMarkdown(source string) error {
	brackets, emphases, line := 0, 0, 1
	for text := range strings.Lines(source) {
		if opensDeeply(text) {
			return &Error{
				Kind: ErrContentTooLarge, Detail: fmt.Sprintf("the text is nested deeper than %d levels", MaxDepth), Line: line,
			}
		}
		for i := range len(text) {
			switch c := text[i]; c {
			case '[', '<':
				brackets++
			case '*', '_', '~', '`':
				if i == 0 || text[i-1] != c {
					emphases++
				}
			}
		}
		what, most := "brackets", maxBrackets
		if brackets <= maxBrackets {
			what, most = "emphases", maxEmphases
		}
		if brackets > maxBrackets || emphases > maxEmphases {
			return &Error{
				Kind: ErrContentTooLarge, Detail: fmt.Sprintf("the Markdown has more than %d %s", most, what), Line: line,
			}
		}
		line++
	}
	return nil
}

// opensDeeply reports whether a line opens more quotes and lists within each other than a text may have levels.
func opensDeeply(line string) bool {
	for range MaxDepth + 1 {
		line = strings.Trim(line, " \t\r\n")
		if strings.Trim(line, "- \t") == "" || strings.Trim(line, "* \t") == "" { // a line across, or nothing
			return false
		}
		rest := strings.TrimLeft(line, "0123456789")
		if len(rest) < len(line) {
			rest = strings.TrimLeft(rest, ".)")
		} else {
			rest = strings.TrimLeft(rest[:1], ">-+*") + rest[1:]
		}
		quote := line[0] == '>'
		if len(rest) == len(line) || !quote && !strings.HasPrefix(rest, " ") && !strings.HasPrefix(rest, "\t") {
			return false
		}
		line = rest
	}
	return true
}
