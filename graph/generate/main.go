// Generate runs gqlgen. Before, it gives types the fields of their interfaces, and writes the words of the enums that
// are Circle's; afterwards, it lets the generated code marshal lists by package serial.
package main

import (
	"bytes"
	"errors"
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
	found := false
	for _, name := range files {
		changed, err := useOwnLists(name)
		if err != nil {
			return err
		}
		found = found || changed
	}
	if !found {
		return errors.New("nothing marshals a list: gqlgen has changed")
	}
	return nil
}

// useOwnLists replaces gqlgen's function for lists in a file, and reports whether it was there.
func useOwnLists(name string) (bool, error) {
	code, err := os.ReadFile(name) //nolint:gosec // G304: which gqlgen has just written
	if err != nil {
		return false, err
	}
	own := bytes.ReplaceAll(code, []byte("graphql.MarshalSliceConcurrently("), []byte("serial.Marshal("))
	if bytes.Equal(own, code) {
		return false, nil
	}
	own = bytes.Replace(own, []byte("import (\n"), []byte("import (\n\t\"circlegraph/graph/serial\"\n"), 1)
	if own, err = format.Source(own); err != nil {
		return false, err
	}
	return true, os.WriteFile(name, own, 0o644) //nolint:gosec // G306: source is for all to read
}
