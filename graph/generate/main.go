// Generate runs gqlgen. Before, it gives types the fields of their interfaces, and writes the words of the enums that
// are Circle's; afterwards, it lets the generated code write lists and objects by package serial.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"os"
	"path/filepath"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen/config"
)

func main() {
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func generate() error {
	cfg, err := config.LoadConfigFromDefaultLocations()
	if err != nil {
		return err
	}
	if err := inherit(cfg.Sources); err != nil {
		return err
	}
	if err := cfg.LoadSchema(); err != nil {
		return err
	}
	if err := writeEnums(circleEnums(cfg.Schema)); err != nil {
		return err
	}
	bindScalars(cfg)
	if err := api.Generate(cfg); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(cfg.Exec.Dir(), "*.go"))
	if err != nil {
		return err
	}
	return useSerial(files)
}

// serials are the functions of package serial by those of gqlgen whose place they take.
var serials = map[string]string{
	"graphql.MarshalSliceConcurrently(": "serial.Marshal(",
	"graphql.NewFieldSet(":              "serial.NewFieldSet(",
	"graphql.NewDeferredGroup(ctx)":     "serial.Deferred(ctx, fields)",
}

// useSerial lets files that gqlgen has just written call package serial.
func useSerial(files []string) error {
	found := map[string]bool{}
	for _, name := range files {
		code, err := os.ReadFile(name) //nolint:gosec // G304: which gqlgen has just written
		if err != nil {
			return err
		}
		own := code
		for theirs, ours := range serials {
			found[theirs] = found[theirs] || bytes.Contains(own, []byte(theirs))
			own = bytes.ReplaceAll(own, []byte(theirs), []byte(ours))
		}
		if bytes.Equal(own, code) {
			continue
		}
		own = bytes.Replace(own, []byte("import (\n"), []byte("import (\n\t\"circlegraph/graph/serial\"\n"), 1)
		if own, err = format.Source(own); err != nil {
			return err
		}
		if err := os.WriteFile(name, own, 0o644); err != nil { //nolint:gosec // G306: source is for all to read
			return err
		}
	}
	for theirs := range serials {
		if !found[theirs] {
			return fmt.Errorf("nothing calls %s: gqlgen has changed", theirs)
		}
	}
	return nil
}
