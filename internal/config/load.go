package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"

	"circlegraph/tokens"
)

// ErrDone is no failure: --help or --version was asked for and has been printed.
var ErrDone = errors.New("config: nothing left to do")

// Load reads args and the environment that lookup gives (such as [os.Getenv]) and refuses what is unsafe. Help and
// version go to stdout and give [ErrDone]. Any other error is one sentence, or several, for the operator, and shows no
// secret.
func Load(args []string, lookup func(name string) string, version string, stdout io.Writer) (*Config, error) {
	c := &Config{}
	done := false
	var p *parser
	p, err := newParser(c, help,
		kong.Vars{"version": version},
		kong.Writers(stdout, io.Discard),
		kong.Exit(func(int) { done = true }),
		kong.ConfigureHelp(kong.HelpOptions{WrapUpperBound: 110}),
		kong.ValueFormatter(func(v *kong.Value) string { return p.describe(v.Flag) }),
		kong.Resolvers(kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
			if value := lookup(p.variables[flag]); value != "" {
				return value, nil
			}
			return nil, nil
		})),
	)
	if err != nil {
		return nil, err
	}
	_, err = p.Parse(args)
	switch {
	case done:
		return nil, ErrDone
	case err != nil && strings.HasPrefix(err.Error(), "unexpected argument"):
		// Not repeated: it may be the second half of a secret that held a space.
		return nil, sentence("There are no arguments besides flags. See --help.")
	case err != nil:
		return nil, sentencef("%s. See --help.", err)
	}
	if err := c.check(p); err != nil {
		return nil, err
	}
	return c, nil
}

// parser reads a Config.
type parser struct {
	*kong.Kong

	variables map[*kong.Flag]string // those that have one
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
	p, names := &parser{k, map[*kong.Flag]string{}}, map[uintptr]string{}
	value := reflect.ValueOf(c).Elem()
	for _, field := range reflect.VisibleFields(value.Type()) {
		if !field.Anonymous {
			names[value.FieldByIndex(field.Index).Addr().Pointer()] = field.Name
		}
	}
	for _, flag := range k.Model.Flags {
		if text, ok := help[names[flag.Target.Addr().Pointer()]]; ok {
			flag.Help = text
		}
		// Kong would read the process's environment and take an empty variable for a value.
		if len(flag.Envs) > 0 {
			p.variables[flag] = flag.Envs[0]
		}
		flag.Envs, flag.Tag.Envs = nil, nil
	}
	return p, nil
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
	deployment := tokens.Deployment{
		Listen: c.Listen, CircleURL: c.CircleURL, HeadlessToken: c.CircleHeadlessToken,
		HeadlessTokenFile: c.CircleHeadlessTokenFile,
	}
	settings, err := c.Config.Validate(deployment)
	found := []error{err}
	if err == nil && c.CircleHeadlessTokenFile != "" {
		// Once more with the token itself, which no other secret may equal.
		if deployment.HeadlessToken, err = readToken(c.CircleHeadlessTokenFile); err == nil {
			deployment.HeadlessTokenFile = ""
			settings, err = c.Config.Validate(deployment)
		}
		found = append(found, err)
	}
	c.Settings, c.CircleHeadlessToken = settings, deployment.HeadlessToken
	found = append(found, p.fill(c.Sandbox()))
	c.ProxyNetworks, err = parseProxies(c.TrustedProxies)
	found = append(found, err)
	c.CORSOrigins, err = parseOrigins(c.CORSOrigins)
	found = append(found, err, checkListen("CIRCLEGRAPH_LISTEN", c.Listen), c.checkAdmin(), p.checkTimes(),
		c.checkLimits())
	if !c.Sandbox() {
		found = append(found, checkAddress("CIRCLE_URL", c.CircleURL))
	}
	found = append(found, c.checkCommunity(), c.checkOrigins())
	return errors.Join(found...)
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

func readToken(path string) (tokens.Secret, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", sentencef("CIRCLE_HEADLESS_TOKEN_FILE cannot be read: %s.", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return "", sentence("CIRCLE_HEADLESS_TOKEN_FILE is empty.")
	}
	return tokens.Secret(token), nil
}
