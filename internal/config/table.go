package config

import (
	"fmt"
	"regexp"
	"strings"
)

//go:generate go run circlegraph/internal/config/generate

// code are the words of a sentence that are code: addresses, paths, headers, variables and fields of answers.
var code = regexp.MustCompile(`https://[\w.]+\w|\B/\w+|\bX(-\w+)+|\bCIRCLEGRAPH_\w+|\bextensions\.\w+`)

// Table is all settings as a table in Markdown. Help says what they mean, by field.
func Table(help map[string]string) (string, error) {
	p, err := newParser(&Config{}, help)
	if err != nil {
		return "", err
	}
	table := strings.Builder{}
	table.WriteString("| variable | default | meaning |\n|---|---|---|\n")
	for _, flag := range p.Model.Flags {
		if p.variables[flag] == "" {
			continue
		}
		without, meaning := flag.Tag.Get("without"), code.ReplaceAllString(flag.Help, "`$0`")
		if without == "" {
			without = defaultOf(flag, func(value string) string { return "`" + value + "`" })
		}
		if without == "" && flag.IsBool() {
			without = "`false`"
		}
		if page := flag.Tag.Get("see"); page != "" {
			meaning += " See [" + page + "](" + page + ")."
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", p.variables[flag], without, meaning)
	}
	return table.String(), nil
}
