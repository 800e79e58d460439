package config

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// offered is what can be typed after a command, for a shell.
type offered struct {
	path  string // the command, such as "documents check"; empty for serving
	flags []*kong.Flag
	next  []*kong.Node // commands beneath
	words []string     // of its argument, if it is one of several
	files bool         // whether its arguments are files
}

// offers are the commands with what can be typed after each.
func (p *parser) offers() []offered {
	var all []offered
	var walk func(node *kong.Node, path string)
	walk = func(node *kong.Node, path string) {
		o := offered{path: path, flags: node.Flags}
		for _, argument := range node.Positional {
			if o.files = argument.Enum == ""; !o.files {
				o.words = argument.EnumSlice()
			}
		}
		for _, child := range node.Children {
			if !child.Hidden {
				o.next = append(o.next, child)
			}
		}
		all = append(all, o)
		for _, child := range o.next {
			walk(child, strings.TrimSpace(path+" "+child.Name))
		}
	}
	walk(p.Model.Node, "")
	return all
}

// names are the flags as they are typed.
func names(flag *kong.Flag) []string {
	all := []string{"--" + flag.Name}
	if flag.Tag.Negatable != "" {
		all = append(all, "--no-"+flag.Name)
	}
	return all
}

// takesFile reports whether a flag's value is a file.
func takesFile(flag *kong.Flag) bool { return flag.PlaceHolder == "PATH" }

// complete writes a script for a shell, which completes commands, flags, values of which there are few, and files.
func (p *parser) complete(out io.Writer, shell string) {
	switch shell {
	case "bash":
		p.completeBash(out)
	case "zsh": // which has bash's completion too
		fmt.Fprint(out, "#compdef circlegraph\nautoload -U +X bashcompinit && bashcompinit\n")
		p.completeBash(out)
	case "fish":
		p.completeFish(out)
	}
}

func (p *parser) completeBash(out io.Writer) {
	fmt.Fprint(out, "# source <(circlegraph completion bash)\n_circlegraph() {\n"+
		"  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path= word\n"+
		"  [[ $cur == = ]] && cur=\n"+
		"  [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"+
		"  COMPREPLY=()\n  case $prev in\n")
	for _, o := range p.offers() {
		for _, flag := range o.flags {
			switch {
			case flag.IsBool():
			case flag.Enum != "":
				fmt.Fprintf(out, "  --%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", flag.Name,
					strings.Join(flag.EnumSlice(), " "))
			case takesFile(flag):
				fmt.Fprintf(out, "  --%s) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n", flag.Name)
			default:
				fmt.Fprintf(out, "  --%s) return ;;\n", flag.Name)
			}
		}
	}
	fmt.Fprint(out, "  esac\n  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n    case \"$path $word\" in\n")
	for _, o := range p.offers()[1:] {
		parent, name := cutLast(o.path)
		fmt.Fprintf(out, "    %q) path=%q ;;\n", parent+" "+name, o.path)
	}
	fmt.Fprint(out, "    esac\n  done\n  case $path in\n")
	for _, o := range p.offers() {
		words := o.words
		for _, child := range o.next {
			words = append(words, child.Name)
		}
		for _, flag := range o.flags {
			words = append(words, names(flag)...)
		}
		files := ""
		if o.files {
			files = ` COMPREPLY+=($(compgen -f -- "$cur"))`
		}
		fmt.Fprintf(out, "  %q) COMPREPLY=($(compgen -W '%s' -- \"$cur\"));%s ;;\n", o.path, strings.Join(words, " "), files)
	}
	fmt.Fprint(out, "  esac\n}\ncomplete -F _circlegraph circlegraph\n")
}

// cutLast cuts the last word off a path of commands.
func cutLast(path string) (before, last string) {
	i := strings.LastIndex(path, " ")
	if i < 0 {
		return "", path
	}
	return path[:i], path[i+1:]
}

func (p *parser) completeFish(out io.Writer) {
	fmt.Fprint(out, "# circlegraph completion fish | source\ncomplete -c circlegraph -f\n")
	quote := func(text string) string {
		return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
	}
	for _, o := range p.offers() {
		when := "__fish_use_subcommand"
		if o.path != "" {
			_, last := cutLast(o.path)
			when = "__fish_seen_subcommand_from " + last
		}
		start := "complete -c circlegraph -n " + quote(when)
		for _, child := range o.next {
			fmt.Fprintf(out, "%s -a %s -d %s\n", start, child.Name, quote(child.Help))
		}
		if len(o.words) > 0 {
			fmt.Fprintf(out, "%s -a %s\n", start, quote(strings.Join(o.words, " ")))
		}
		if o.files {
			fmt.Fprintf(out, "%s -F\n", start)
		}
		for _, flag := range o.flags {
			for _, name := range names(flag) {
				value := ""
				switch {
				case flag.IsBool():
				case flag.Enum != "":
					value = " -x -a " + quote(strings.Join(flag.EnumSlice(), " "))
				case takesFile(flag):
					value = " -r -F"
				default:
					value = " -x"
				}
				fmt.Fprintf(out, "%s -l %s%s -d %s\n", start, strings.TrimPrefix(name, "--"), value, quote(flag.Help))
			}
		}
	}
}
