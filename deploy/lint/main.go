// Lint reads manifests as those do who they are for: Kubernetes by its own types, in which each field must exist, and
// compose files by the loader and the schema of Docker Compose. It is a module of its own, so that the server needs
// neither.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"
)

func main() {
	failed := false
	for _, file := range os.Args[1:] {
		lint := kubernetes
		if strings.Contains(file, "compose") {
			lint = compose
		}
		found, err := lint(file)
		if err != nil {
			failed = true
			fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
			continue
		}
		fmt.Printf("%s: %s\n", file, strings.Join(found, ", "))
	}
	if failed {
		os.Exit(1)
	}
}

// kubernetes decodes each document into its type, strictly.
func kubernetes(file string) (found []string, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	strict := serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
	var errs []error
	for _, document := range bytes.Split(text, []byte("\n---\n")) {
		_, kind, err := strict.Decode(document, nil, nil)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		found = append(found, kind.Kind)
	}
	return found, errors.Join(errs...)
}

// compose loads a file, with something for each variable that it demands.
func compose(file string) (found []string, err error) {
	options, err := cli.NewProjectOptions([]string{file}, cli.WithEnv([]string{
		"COMMUNITY_URL=https://community.example.com", "OIDC_ISSUER=https://login.example.com", "OIDC_AUDIENCE=my-app",
		"CIRCLEGRAPH_SEAL_KEYS=x", "GRAFANA_PASSWORD=x",
	}))
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return nil, err
	}
	return project.ServiceNames(), nil
}
