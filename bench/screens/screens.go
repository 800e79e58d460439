// Package screens holds the operations of an app for a Circle community: one document for each of its screens, with the
// variables that the sandbox's community needs and the fewest calls to Circle that its contract allows.
//
// A document begins with comments: a sentence, the calls and why each of them is needed, in rounds if some need what
// others give, how many it takes shortly after the home feed, the variables if there are any, and the path to what the
// screen is about.
package screens

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

//go:embed *.graphql
var documents embed.FS

// Screen is a document with what is known of it.
type Screen struct {
	// Name is the name of its file, without the extension.
	Name string
	// About is one sentence.
	About string
	// Document is the operation with its fragments.
	Document string
	// Variables are right for the sandbox's community; nil if there are none.
	Variables map[string]any
	// Shows is the path in `data` to what the screen is about, as keys between dots. It is neither null nor an empty list.
	Shows string
	// Calls are the fewest calls to Circle that answer it for member@example.com.
	Calls []Call
	// AfterFeed is how many calls it takes ten seconds after the screen home, whose posts answer for some of it.
	AfterFeed int
}

// Call is an operation of Circle that a screen needs.
type Call struct {
	// Round counts from 1: the calls of a round can all be made at once, each round needs what the one before it gave.
	Round int
	// Times is how often it is called.
	Times int
	// Operation is method and path as in Circle's contract.
	Operation string
	// Why is the reason for the call; empty if it is plain.
	Why string
}

// Minimum is the number of all calls.
func (s Screen) Minimum() int {
	n := 0
	for _, c := range s.Calls {
		n += c.Times
	}
	return n
}

// Rounds are the numbers of calls of each round.
func (s Screen) Rounds() []int {
	var rounds []int
	for _, c := range s.Calls {
		if c.Round > len(rounds) {
			rounds = append(rounds, 0)
		}
		rounds[c.Round-1] += c.Times
	}
	return rounds
}

// All reads the screens, in order of their names.
func All() ([]Screen, error) {
	files, err := fs.Glob(documents, "*.graphql")
	if err != nil {
		return nil, err
	}
	screens := make([]Screen, len(files))
	for i, file := range files {
		text, err := documents.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if screens[i], err = parse(strings.TrimSuffix(file, ".graphql"), string(text)); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return screens, nil
}

// parse reads the comments at the beginning of a document.
func parse(name, text string) (Screen, error) {
	s := Screen{Name: name}
	round := 0
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "# ")
		if !ok {
			break
		}
		text = text[len(line):]
		key, value, _ := strings.Cut(comment, ": ")
		switch {
		case s.About == "":
			s.About = comment
		case comment == "calls:" && round == 0, comment == "then:" && round > 0:
			round++
		case strings.HasPrefix(comment, "  "):
			call, err := parseCall(strings.TrimSpace(comment))
			if err != nil {
				return s, err
			}
			call.Round = round
			s.Calls = append(s.Calls, call)
		case key == "after the feed":
			n, err := strconv.Atoi(value)
			if err != nil {
				return s, fmt.Errorf("after the feed: %w", err)
			}
			s.AfterFeed = n
		case key == "shows":
			s.Shows = value
		case key == "variables":
			if err := json.Unmarshal([]byte(value), &s.Variables); err != nil {
				return s, fmt.Errorf("variables: %w", err)
			}
		default:
			return s, fmt.Errorf("%q is no sentence, call, path or variables", comment)
		}
	}
	s.Document = text
	return s, nil
}

// parseCall reads a line such as "1 GET /home: the posts".
func parseCall(line string) (Call, error) {
	fields, why, _ := strings.Cut(line, ": ")
	number, operation, _ := strings.Cut(fields, " ")
	method, path, _ := strings.Cut(operation, " ")
	times, err := strconv.Atoi(number)
	if err != nil || times < 1 || !strings.HasPrefix(path, "/") {
		return Call{}, fmt.Errorf("%q does not say how often which operation is called", line)
	}
	return Call{Times: times, Operation: method + " /api/headless/v1" + path, Why: why}, nil
}
