package config

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// manual writes the manual page, of the same texts as --help.
func (p *parser) manual(out io.Writer) {
	fmt.Fprintf(out, ".TH CIRCLEGRAPH 1 \"\" \"circlegraph %s\" \"User Commands\"\n", roff(p.version))
	fmt.Fprintf(out, ".SH NAME\ncirclegraph \\- a Circle community over GraphQL\n")
	fmt.Fprintf(out, ".SH SYNOPSIS\n.B circlegraph\n[\\fIflags\\fR]\n.br\n")
	for _, o := range p.offers() {
		if len(o.next) == 0 {
			fmt.Fprintf(out, ".B circlegraph\n%s [\\fIflags\\fR]\n.br\n", roff(o.path))
		}
	}
	fmt.Fprintf(out, ".SH DESCRIPTION\n%s\n", roff(p.Model.Help))
	fmt.Fprintf(out, "A flag wins over its variable, and both win over the file that \\fB\\-\\-config\\fR names.\n")
	group := ""
	fmt.Fprintf(out, ".SH OPTIONS\n")
	for _, flag := range p.Model.Flags {
		if flag.Group != nil && flag.Group.Title != group {
			group = flag.Group.Title
			fmt.Fprintf(out, ".SS %s\n", roff(group))
		}
		p.option(out, flag)
	}
	fmt.Fprintf(out, ".SH COMMANDS\n")
	var commands func(node *kong.Node, path string)
	commands = func(node *kong.Node, path string) {
		for _, child := range node.Children {
			if child.Hidden {
				continue
			}
			name := strings.TrimSpace(path + " " + child.Name)
			if len(child.Children) == 0 {
				fmt.Fprintf(out, ".SS %s\n%s\n", roff(name), roff(child.Help))
				for _, argument := range child.Positional {
					fmt.Fprintf(out, ".TP\n\\fI%s\\fR\n%s\n", roff(argument.Name), roff(argument.Help))
				}
				for _, flag := range child.Flags {
					p.option(out, flag)
				}
			}
			commands(child, name)
		}
	}
	commands(p.Model.Node, "")
	fmt.Fprintf(out, ".SH \"EXIT STATUS\"\n0, 1 if serving or a check failed, 2 if a setting was refused.\n")
}

func (p *parser) option(out io.Writer, flag *kong.Flag) {
	fmt.Fprintf(out, ".TP\n\\fB%s\\fR", roff(strings.Join(names(flag), ", ")))
	if !flag.IsBool() {
		fmt.Fprintf(out, "=\\fI%s\\fR", roff(flag.FormatPlaceHolder()))
	}
	fmt.Fprintf(out, "\n%s\n", roff(p.describe(flag)))
}

// roff makes text safe for a manual page.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`).Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	return text
}
