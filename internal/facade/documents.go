package facade

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"circlegraph/graph"
	"circlegraph/graph/persisted"
	"circlegraph/internal/config"
)

// documentFinding is what is found of an operation, and where it lies.
type documentFinding struct {
	File string `json:"file"`
	ID   string `json:"id,omitempty"`
	graph.Finding

	document persisted.Document
}

// documentReport is what is found of all of them.
type documentReport struct {
	Documents []documentFinding `json:"documents"`
	// Refused and Warned count the operations with errors, and those with only deprecations or hints.
	Refused int `json:"refused"`
	Warned  int `json:"warned"`
	// MaxCost is how many requests an operation may need; 0 for any number.
	MaxCost int `json:"maxCost"`
}

// CheckDocuments looks at the documents of an app as this server would when somebody sends them, and says what it
// finds. An error is a document that would be refused, or one to warn of if the check is strict.
func CheckDocuments(ctx context.Context, cfg *config.Config, out io.Writer) error {
	how := cfg.Documents.Check
	documents, err := persisted.Read(how.Paths...)
	if err != nil {
		return err
	}
	checker, err := graph.NewChecker(cfg.MaxCost, how.Items)
	if err != nil {
		return err
	}
	report := documentReport{MaxCost: cfg.MaxCost}
	for _, d := range documents {
		for _, f := range checker.Check(ctx, d.Text) {
			found := documentFinding{d.File, d.ID, f, d}
			found.place()
			report.Documents = append(report.Documents, found)
			switch {
			case len(f.Errors) > 0:
				report.Refused++
			case len(f.Deprecated)+len(f.Hints) > 0:
				report.Warned++
			}
		}
	}
	if how.JSON {
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(report); err != nil {
			return err
		}
	} else {
		report.print(out)
	}
	switch {
	case report.Refused > 0:
		return errors.New(count(report.Refused, "operation") + " would be refused.")
	case how.Strict && report.Warned > 0:
		return errors.New(count(report.Warned, "operation") + " to mend, and --strict is given.")
	}
	return nil
}

// place gives each finding in a document of files of GraphQL the line of its file.
func (d documentFinding) place() {
	if d.ID != "" {
		return
	}
	for i := range d.Errors {
		if e := &d.Errors[i]; e.Line > 0 {
			e.File, e.Line = d.document.Place(e.Line)
		}
	}
	for i := range d.Deprecated {
		e := &d.Deprecated[i]
		e.File, e.Line = d.document.Place(e.Line)
	}
}

// print writes a line for each operation, with what there is to say of it beneath.
func (r documentReport) print(out io.Writer) {
	for _, d := range r.Documents {
		verdict := "ok"
		if len(d.Errors) > 0 {
			verdict = "refused"
		}
		fmt.Fprintf(out, "%-8s%s\n", verdict, d.title(r.MaxCost))
		for _, e := range d.Errors {
			fmt.Fprintf(out, "        error: %s%s\n", at(e.File, e.Line), e.Message)
		}
		for _, e := range d.Deprecated {
			fmt.Fprintf(out, "        deprecated: %s%s. %s\n", at(e.File, e.Line), e.What, e.Reason)
		}
		for _, h := range d.Hints {
			fmt.Fprintf(out, "        hint: %s: up to %s. %s\n", strings.Join(h.Fields, ", "),
				count(int(h.Calls), "request"), h.Instead)
		}
	}
	fmt.Fprintf(out, "%s: %d refused, %d with something to mend\n", count(len(r.Documents), "operation"), r.Refused,
		r.Warned)
}

// title names an operation, and says what it costs.
func (d documentFinding) title(maxCost int) string {
	name := cmp.Or(d.Operation, d.ID, d.File)
	if d.Kind == "" {
		return name
	}
	if len(d.Errors) > 0 && d.Estimated == 0 {
		return fmt.Sprintf("%s %s (%s)", d.Kind, name, d.File)
	}
	cost := fmt.Sprintf("up to %s to Circle", count(int(d.Estimated), "request"))
	if d.Likely < d.Estimated {
		cost += fmt.Sprintf(", likely %d", d.Likely)
	}
	if maxCost > 0 {
		cost += fmt.Sprintf(", of %d", maxCost)
	}
	return fmt.Sprintf("%s %s (%s): %s", d.Kind, name, d.File, cost)
}

// at is a place to begin a message with.
func at(file string, line int) string {
	switch {
	case line == 0:
		return ""
	case file == "":
		return fmt.Sprintf("line %d of the document: ", line)
	}
	return fmt.Sprintf("%s:%d: ", file, line)
}

// count is a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
