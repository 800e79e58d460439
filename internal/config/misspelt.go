package config

import (
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Misspelt returns a sentence for each variable of an environment, such as [os.Environ] gives, that looks like a
// setting and is not one: it begins with CIRCLEGRAPH, or is nearly one. It names the nearest setting, and shows no
// value.
func Misspelt(environ []string) []string {
	p, err := newParser(&Config{}, help)
	if err != nil {
		return nil
	}
	var known, sentences []string
	for _, name := range p.variables {
		known = append(known, name)
	}
	slices.Sort(known)
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		upper := strings.ToUpper(name)
		if !strings.HasPrefix(upper, "CIRCLE") || value == "" || slices.Contains(known, name) {
			continue
		}
		setting, distance := nearest(upper, known)
		if !strings.HasPrefix(upper, "CIRCLEGRAPH") && distance > nearly {
			continue // CircleCI's, for example
		}
		sentences = append(sentences, name+" is no setting and has no effect. "+
			suggestion(strings.TrimPrefix(upper, "CIRCLEGRAPH_"), setting, distance))
	}
	return sentences
}

// nearly is how many letters may be wrong, missing or too many in what is meant as a setting.
const nearly = 2

// suggestion names the setting that a misspelt one is most like, unless more than half of it would be wrong.
func suggestion(misspelt, setting string, distance int) string {
	if distance > max(nearly, len(misspelt)/2) {
		return "--help lists all settings."
	}
	return "Did you mean " + setting + "?"
}

// nearest is the known name that a misspelt one is most like, and how many letters they differ by.
func nearest(name string, known []string) (setting string, distance int) {
	setting = slices.MinFunc(known, func(a, b string) int {
		return levenshtein.ComputeDistance(name, a) - levenshtein.ComputeDistance(name, b)
	})
	return setting, levenshtein.ComputeDistance(name, setting)
}
