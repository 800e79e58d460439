package config

import (
	"io"
	"strings"
)

// Commands are what the program does besides serving, which it does without a command.
type Commands struct {
	Serve struct{} `cmd:"" default:"1" hidden:""`

	// Look at the documents of an app.
	Documents Documents `cmd:""`

	// Print a script by which a shell completes what is typed.
	Completion Completion `cmd:""`

	// Print the manual page.
	Man struct{} `cmd:""`
}

// Documents are commands about the documents of an app.
type Documents struct {
	// Say whether this server would take documents, what they cost, and what they use that is deprecated. Ends with 1 if
	// one would be refused. Nothing is asked of Circle.
	Check DocumentsCheck `cmd:""`
}

// DocumentsCheck is how to look at them.
type DocumentsCheck struct {
	// Manifests of trusted documents (Apollo's, Relay's, GraphQL Code Generator's), files of GraphQL, or directories of
	// either.
	Paths []string `arg:"" name:"path"`

	// How many items to count on where a variable says how many, from 1 to 100.
	Items int `env:"-" default:"20" placeholder:"NUMBER"`

	// End with 1 for deprecated fields and hints too.
	Strict bool `env:"-"`

	// Print JSON.
	JSON bool `env:"-" name:"json"`
}

// documentsCheck is the command as kong names it.
const documentsCheck = "documents check <path>"

// ChecksDocuments reports whether documents are to be looked at, and nothing served.
func (c *Config) ChecksDocuments() bool { return c.command == documentsCheck }

func (c *Config) checkDocuments() error {
	if c.Documents.Check.Items < 1 || c.Documents.Check.Items > 100 {
		return sentencef("--items must be from 1 to 100, not %d.", c.Documents.Check.Items)
	}
	return c.checkMaxCost()
}

// isServe reports whether no other command was given.
func isServe(command string) bool { return command == "" || strings.HasPrefix(command, "serve") }

// Completion prints what a shell completes commands and flags by.
type Completion struct {
	// The shell: bash, zsh or fish.
	Shell string `arg:"" enum:"bash,zsh,fish"`
}

// print prints what a command is about that needs no settings, and reports whether it is one.
func (c *Config) print(p *parser, out io.Writer) bool {
	switch c.command {
	case "completion <shell>":
		p.complete(out, c.Completion.Shell)
	case "man":
		p.manual(out)
	default:
		return false
	}
	return true
}
