// Generate runs gqlgen. Before, it gives types the fields of their interfaces, and writes the words of the enums that
// are Circle's; afterwards, it lets the generated code write lists, objects and plain values by package serial.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"regexp"

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

// plainFields are the functions of fields without children whose values are there already, and which are never null
// where they must not be: what reads the value, its type and what writes it.
var plainFields = regexp.MustCompile(`(?m)^\treturn graphql\.ResolveField\(\n(?:\t\t.*\n){6}` +
	`\t\tfunc\(ctx context\.Context\) \(any, error\) \{\n\t\t\treturn (obj\.[\w.()]+), nil\n\t\t\},\n\t\tnil,\n` +
	`\t\tfunc\(ctx context\.Context, selections ast\.SelectionSet, v (\S+)\) graphql\.Marshaler \{\n` +
	`\t\t\treturn ec\.(marshal(?:O(?:Boolean|DateTime|Float|ID|Int|String|URL)|N(?:Boolean|ID|Int|String))2` +
	`ᚖ?(?:bool|float64|int|int64|string|timeᚐTime))\(`)

// plainFirst lets package serial write their values.
const plainFirst = "\tif plain := serial.Plain(ctx, func() $2 { return $1 }, ec.$3); plain != nil {\n" +
	"\t\treturn plain\n\t}\n$0"

// useSerial lets files that gqlgen has just written call package serial.
func useSerial(files []string) error {
	found, plain := map[string]bool{}, false
	for _, name := range files {
		code, err := os.ReadFile(name) //nolint:gosec // G304: which gqlgen has just written
		if err != nil {
			return err
		}
		own := plainFields.ReplaceAll(code, []byte(plainFirst))
		plain = plain || !bytes.Equal(own, code)
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
	if !plain {
		return errors.New("no field is found plain: gqlgen has changed")
	}
	return nil
}
