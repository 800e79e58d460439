package config

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"

	"circlegraph/tokens"
)

// ErrDone is no failure: what was asked for, such as --help, has been printed.
var ErrDone = errors.New("config: nothing left to do")

// Load reads args and the environment that lookup gives (such as [os.Getenv]) and refuses what is unsafe. Help,
// version, completions and the manual page go to stdout and give [ErrDone]. Any other error is one sentence, or
// several, for the operator, and shows no secret.
func Load(args []string, lookup func(name string) string, version string, stdout io.Writer) (*Config, error) {
	c := &Config{}
	done := false
	var p *parser
	r := &resolver{lookup: lookup}
	p, err := newParser(c, help,
		kong.Vars{"version": version},
		kong.Writers(stdout, io.Discard),
		kong.Exit(func(int) { done = true }),
		kong.ConfigureHelp(kong.HelpOptions{WrapUpperBound: 110}),
		kong.Help(printHelp),
		kong.ValueFormatter(func(v *kong.Value) string {
			if v.Flag == nil { // an argument
				return v.Help
			}
			return p.describe(v.Flag)
		}),
		kong.Resolvers(r),
	)
	if err != nil {
		return nil, err
	}
	r.parser, p.version = p, version
	parsed, err := p.Parse(args)
	switch {
	case done:
		return nil, ErrDone
	case err != nil && strings.HasPrefix(err.Error(), "unexpected argument"):
		// Not repeated: it may be the second half of a secret that held a space.
		return nil, sentence("There are no arguments besides commands and flags. See --help.")
	case err != nil:
		if refused, ok := errors.AsType[sentence](err); ok { // of the file
			return nil, refused
		}
		return nil, sentencef("%s. See --help.", r.nameSource(err.Error(), args))
	}
	switch c.command = parsed.Command(); {
	case c.ChecksDocuments():
		return c, c.checkDocuments()
	case c.print(p, stdout):
		return nil, ErrDone
	}
	if err := r.place(c.check(p), args); err != nil {
		return nil, err
	}
	return c, nil
}

// parser reads a Config.
type parser struct {
	*kong.Kong

	variables map[*kong.Flag]string // those that have one
	version   string
}

func newParser(c *Config, help map[string]string, options ...kong.Option) (*parser, error) {
	k, err := kong.New(c, append(options,
		kong.Name("circlegraph"),
		kong.Description("A Circle community over GraphQL. Without any settings it serves a made-up community, the sandbox."),
		kong.DefaultEnvars("CIRCLEGRAPH"),
	)...)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	p := &parser{Kong: k, variables: map[*kong.Flag]string{}}
	explain(k.Model.Node, textsOf(reflect.ValueOf(c).Elem(), "", help))
	for _, flag := range k.Model.Flags {
		// Kong would read the process's environment and take an empty variable for a value.
		if len(flag.Envs) > 0 {
			p.variables[flag] = flag.Envs[0]
		}
		flag.Envs, flag.Tag.Envs = nil, nil
	}
	return p, nil
}

// target is a field of the configuration. A struct has the address of its first field.
type target struct {
	at uintptr
	of reflect.Type
}

func targetOf(field reflect.Value) target { return target{field.Addr().Pointer(), field.Type()} }

// textsOf are the texts for the fields of a struct and for those of its commands. Those of a command's struct begin
// with its type in help.
func textsOf(value reflect.Value, prefix string, help map[string]string) map[target]string {
	texts := map[target]string{}
	for _, field := range reflect.VisibleFields(value.Type()) {
		if field.Anonymous || !field.IsExported() {
			continue
		}
		inner := value.FieldByIndex(field.Index)
		if text, ok := help[prefix+field.Name]; ok {
			texts[targetOf(inner)] = text
		}
		if _, ok := field.Tag.Lookup("cmd"); ok {
			maps.Copy(texts, textsOf(inner, field.Type.Name()+".", help))
		}
	}
	return texts
}

// explain gives flags, arguments and commands their texts.
func explain(node *kong.Node, texts map[target]string) {
	for _, flag := range node.Flags {
		if text, ok := texts[targetOf(flag.Target)]; ok {
			flag.Help = text
		}
	}
	for _, argument := range node.Positional {
		argument.Help = texts[targetOf(argument.Target)]
	}
	for _, command := range node.Children {
		command.Help = texts[targetOf(command.Target)]
		explain(command, texts)
	}
}

// describe is a flag's text in --help.
func (p *parser) describe(flag *kong.Flag) string {
	parts := []string{flag.Help}
	if value := flag.Tag.Get("without"); value != "" {
		parts = append(parts, "Without: "+value+".")
	}
	if value := defaultOf(flag, func(value string) string { return value }); value != "" {
		parts = append(parts, "Default: "+value+".")
	}
	if name := p.variables[flag]; name != "" {
		parts = append(parts, "[$"+name+"]")
	}
	return strings.Join(parts, " ")
}

// printHelp leaves out of the help for a command what only counts for serving.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	if node := ctx.Selected(); node != nil && !isServe(ctx.Command()) {
		for _, flag := range ctx.Model.Flags {
			flag.Hidden = flag.Hidden || flag.Name != "max-cost" && flag.Name != "help"
		}
	}
	return kong.DefaultHelpPrinter(options, ctx)
}

// defaultOf is the default of a flag, or both of them, each quoted.
func defaultOf(flag *kong.Flag, quote func(string) string) string {
	switch community, sandbox := flag.Tag.Get("community"), flag.Tag.Get("sandbox"); {
	case sandbox != "":
		return quote(community) + ", " + quote(sandbox) + " with the sandbox"
	case community != "":
		return quote(community)
	case flag.HasDefault:
		return quote(flag.Default)
	}
	return ""
}

// check refuses every unsafe or contradictory mix with a sentence for each thing to mend, and fills in what the
// settings lead to.
func (c *Config) check(p *parser) error {
	deployment := c.deployment()
	settings, err := c.Config.Validate(deployment)
	found := []error{err}
	if err == nil && c.CircleHeadlessTokenFile != "" {
		deployment.HeadlessToken, err = c.validateTokenFile(&settings)
		found = append(found, err)
	}
	c.Settings, c.CircleHeadlessToken = settings, deployment.HeadlessToken
	found = append(found, p.fill(c.Sandbox()))
	c.ProxyNetworks, err = parseProxies(c.TrustedProxies)
	found = append(found, err)
	c.CORSOrigins, err = parseOrigins(c.CORSOrigins)
	found = append(found, err)
	c.CORSHeaders, err = parseHeaders(c.CORSHeaders)
	found = append(found, err, checkListen("CIRCLEGRAPH_LISTEN", c.Listen), c.checkAdmin(), p.checkTimes(),
		c.checkLimits())
	if !c.Sandbox() {
		found = append(found, checkAddress("CIRCLE_URL", c.CircleURL))
	}
	found = append(found, c.checkCommunity(), c.checkCable(), c.checkOrigins(), c.checkFleet(), c.checkPictures())
	return errors.Join(found...)
}

func (c *Config) deployment() tokens.Deployment {
	return tokens.Deployment{
		Listen: c.Listen, CircleURL: c.CircleURL, HeadlessToken: c.CircleHeadlessToken,
		HeadlessTokenFile: c.CircleHeadlessTokenFile, Shared: c.SharedURL != "" || c.SharedURLFile != "",
	}
}

// validateTokenFile validates once more with the token that the file holds, which no other secret may equal.
func (c *Config) validateTokenFile(settings *tokens.Settings) (secret tokens.Secret, err error) {
	if secret, err = readSecret("CIRCLE_HEADLESS_TOKEN_FILE", c.CircleHeadlessTokenFile); err != nil {
		return "", err
	}
	d := c.deployment()
	d.HeadlessToken, d.HeadlessTokenFile = secret, ""
	*settings, err = c.Config.Validate(d)
	return secret, err
}

// fill gives the settings that were not given the default of a real community or of the sandbox.
func (p *parser) fill(sandbox bool) error {
	name := "community"
	if sandbox {
		name = "sandbox"
	}
	for _, flag := range p.Model.Flags {
		if value := flag.Tag.Get(name); value != "" && !flag.Set {
			if err := flag.Parse(kong.ScanAsType(kong.FlagValueToken, value), flag.Target); err != nil {
				return err
			}
		}
	}
	return nil
}

// readSecret reads the file that a variable names.
func readSecret(variable, path string) (tokens.Secret, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", sentencef("%s cannot be read: %s.", variable, err)
	}
	secret := strings.TrimSpace(string(text))
	if secret == "" {
		return "", sentencef("%s is empty.", variable)
	}
	return tokens.Secret(secret), nil
}

// nameSource begins a sentence about a flag with the variable, or the place in the file, instead, if that is what was
// set.
func (r *resolver) nameSource(sentence string, args []string) string {
	for flag, variable := range r.variables {
		rest, about := strings.CutPrefix(sentence, "--"+flag.Name)
		if !about || strings.HasPrefix(rest, "-") || given(flag, args) {
			continue
		}
		if r.lookup(variable) != "" {
			return variable + rest
		}
		if place, ok := r.from(flag, args); ok {
			return place + rest
		}
	}
	return sentence
}
