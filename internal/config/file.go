package config

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v4"

	"circlegraph/tokens"
)

// settingsFile is what --config names: settings by the names of their flags, in YAML. Flags and environment win over
// it.
type settingsFile struct {
	path   string
	values map[string]fileValue
}

// fileValue is one setting of a file, as a flag would have it.
type fileValue struct {
	text string
	line int
}

// readSettings reads a file of settings. It refuses keys that are no settings, and secrets, which belong into files of
// their own or the environment. Errors name file and line, and no value.
func (p *parser) readSettings(path string) (*settingsFile, error) {
	text, err := os.ReadFile(path) //nolint:gosec // which the operator names
	if err != nil {
		return nil, sentencef("The settings cannot be read: %s.", err)
	}
	f := &settingsFile{path: path, values: map[string]fileValue{}}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, sentencef("%s is no YAML: %s.", path, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(document.Content) == 0 {
		return f, nil
	}
	root := document.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, f.errorf(root.Line, "the file must hold settings by name, such as max-cost: 50.")
	}
	var found []error
	for i := 0; i+1 < len(root.Content); i += 2 {
		found = append(found, p.take(f, root.Content[i], root.Content[i+1]))
	}
	return f, errors.Join(found...)
}

func (f *settingsFile) errorf(line int, format string, args ...any) error {
	return sentencef("%s:%d: "+format, append([]any{f.path, line}, args...)...)
}

// take adds one setting of a file.
func (p *parser) take(f *settingsFile, key, value *yaml.Node) error {
	name := key.Value
	flag := p.flag(name)
	switch {
	case flag == nil || p.variables[flag] == "" || name == "config":
		setting, distance := nearest(name, p.settings())
		return f.errorf(key.Line, "%s is no setting. %s", name, suggestion(name, setting, distance))
	case f.values[name].line > 0:
		return f.errorf(key.Line, "%s is given twice.", name)
	case isSecret(flag):
		if file := p.flag(name + "-file"); file != nil {
			return f.errorf(key.Line, "%s is a secret: name a file that holds it, with %s.", name, file.Name)
		}
		return f.errorf(key.Line, "%s is a secret: give it by the environment, as %s.", name, p.variables[flag])
	}
	text, ok := flat(value)
	if !ok {
		return f.errorf(value.Line, "%s must be a value, or a list of values.", name)
	}
	f.values[name] = fileValue{text, key.Line}
	return nil
}

// flat is a value, or several with commas between them, as flags have them.
func flat(node *yaml.Node) (string, bool) {
	switch {
	case node.Kind == yaml.AliasNode:
		return flat(node.Alias)
	case node.Kind == yaml.ScalarNode && node.Tag == "!!null":
		return "", true
	case node.Kind == yaml.ScalarNode:
		return node.Value, true
	case node.Kind != yaml.SequenceNode:
		return "", false
	}
	var all []string
	for _, item := range node.Content {
		if item.Kind != yaml.ScalarNode {
			return "", false
		}
		all = append(all, item.Value)
	}
	return strings.Join(all, ","), true
}

func isSecret(flag *kong.Flag) bool {
	t := flag.Target.Type()
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t == reflect.TypeFor[tokens.Secret]()
}

// flag is the setting of a name; nil if there is none.
func (p *parser) flag(name string) *kong.Flag {
	for _, flag := range p.Model.Flags {
		if flag.Name == name {
			return flag
		}
	}
	return nil
}

// settings are the names of all settings.
func (p *parser) settings() []string {
	var names []string
	for flag := range p.variables {
		names = append(names, flag.Name)
	}
	slices.Sort(names)
	return names
}

// resolver gives flags that neither the command line nor the environment has set the value of the file.
type resolver struct {
	*parser

	lookup func(string) string
	file   *settingsFile // once it has been read
}

// Validate implements [kong.Resolver].
func (*resolver) Validate(*kong.Application) error { return nil }

// Resolve implements [kong.Resolver]. The file is read as soon as the first flag asks for it.
func (r *resolver) Resolve(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if value := r.lookup(r.variables[flag]); value != "" {
		return value, nil
	}
	if r.file == nil {
		config := r.flag("config")
		path, _ := ctx.FlagValue(config).(string)
		if path == "" {
			path = r.lookup(r.variables[config])
		}
		r.file = &settingsFile{}
		if path != "" {
			file, err := r.readSettings(path)
			if err != nil {
				return nil, err
			}
			r.file = file
		}
	}
	if value := r.file.values[flag.Name].text; value != "" && r.variables[flag] != "" {
		return value, nil
	}
	return nil, nil
}

// given reports whether the command line sets a flag.
func given(flag *kong.Flag, args []string) bool {
	return slices.ContainsFunc(args, func(a string) bool {
		name, _, _ := strings.Cut(a, "=")
		return slices.Contains(names(flag), name)
	})
}

// from reports where the file sets a flag, if that is what counts.
func (r *resolver) from(flag *kong.Flag, args []string) (place string, ok bool) {
	if given(flag, args) || r.file == nil || r.lookup(r.variables[flag]) != "" || r.file.values[flag.Name].text == "" {
		return "", false
	}
	return fmt.Sprintf("%s:%d: %s", r.file.path, r.file.values[flag.Name].line, flag.Name), true
}

// place says of each sentence that begins with a variable where the file sets it.
func (r *resolver) place(err error, args []string) error {
	if err == nil || r.file == nil || r.file.path == "" {
		return err
	}
	sentences := strings.Split(err.Error(), "\n")
	for i, text := range sentences {
		for flag, variable := range r.variables {
			if rest, about := strings.CutPrefix(text, variable+" "); about {
				if place, ok := r.from(flag, args); ok {
					sentences[i] = place + " " + rest
				}
			}
		}
	}
	return sentence(strings.Join(sentences, "\n"))
}
