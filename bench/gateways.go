package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// Names of the gateways that come from npm, as the tables have them.
const (
	hiveName     = "Hive Gateway"
	tailcallName = "Tailcall"
)

// gateways are those that npm installs, in the directory that pins them, configured for production as their docs say.
// Both can batch, but Circle gives neither the comments of many posts nor many profiles at a time. Both are
// configured not to ask for the same twice within one query.
func gateways(dir, circle string) []peer {
	return []peer{
		{queries: hiveQueries, path: "/graphql", program: hive(dir, circle)},
		{queries: tailcallQueries, path: "/graphql", program: tailcall(dir, circle)},
	}
}

// hive is Hive Gateway before a supergraph that GraphQL Mesh composes from Circle's contract. It has a worker for each
// core, since the others use all cores too, and compiles queries. It logs no requests, and Node keeps connections
// alive.
func hive(dir, circle string) program {
	command := binary(dir, "hive-gateway")
	supergraph := filepath.Join("%WORK%", "supergraph.graphql")
	return program{
		name: hiveName,
		args: []string{
			"node", command, "supergraph", supergraph, "--config-path", filepath.Join(dir, "gateway.config.js"),
			"--host", "%HOST%", "--port", "%PORT%", "--fork", strconv.Itoa(runtime.NumCPU()), "--jit",
		},
		env:   []string{"NODE_ENV=production"},
		ready: "/readiness",
		prepare: func(ctx context.Context, fill func(string) string) error {
			if err := installed(command); err != nil {
				return err
			}
			contract, err := findContract(dir)
			if err != nil {
				return err
			}
			return compose(ctx, dir, contract, circle, fill(supergraph))
		},
	}
}

// tailcall is Tailcall with a schema written for the three queries. It has a thread for each core by itself. It is kept
// from telling its makers of its start.
func tailcall(dir, circle string) program {
	command := binary(dir, "tailcall")
	config := filepath.Join("%WORK%", "tailcall.graphql")
	return program{
		name:  tailcallName,
		args:  []string{command, "start", config},
		env:   []string{"TAILCALL_LOG_LEVEL=warn", "TAILCALL_TRACKER=false"},
		ready: "/graphql",
		prepare: func(_ context.Context, fill func(string) string) error {
			if err := installed(command); err != nil {
				return err
			}
			text, err := os.ReadFile(filepath.Join(dir, "tailcall.graphql"))
			if err != nil {
				return err
			}
			return os.WriteFile(fill(config), []byte(fill(strings.ReplaceAll(string(text), "%CIRCLE%", circle))), 0o600)
		},
	}
}

// binary is the path where npm puts a command.
func binary(dir, name string) string { return filepath.Join(dir, "node_modules", ".bin", name) }

// installed returns an error that says what to do if npm has not installed a program.
func installed(command string) error {
	if _, err := os.Stat(command); err != nil {
		return errors.New("not installed, which `npm ci --prefix bench/gateways` does where npm has it for this system")
	}
	return nil
}

// findContract returns the path of Circle's contract. It looks in the same folder as the contract tests.
func findContract(dir string) (string, error) {
	specs := os.Getenv("CIRCLEGRAPH_SPECS")
	if specs == "" {
		specs = filepath.Join(dir, "..", "..", "..", "shared", "specs")
	}
	const file = "headless-client-v1.yaml"
	if _, err := fs.Stat(os.DirFS(specs), file); err != nil {
		return "", errors.New("the official contract is absent: put its files in ../shared/specs or set CIRCLEGRAPH_SPECS")
	}
	return filepath.Abs(filepath.Join(specs, file))
}

// compose writes a supergraph of Circle's contract.
func compose(ctx context.Context, dir, contract, circle, supergraph string) error {
	cmd := exec.CommandContext(ctx, "node", binary(dir, "mesh-compose"), "--output", supergraph)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CONTRACT="+contract, "CIRCLE="+circle)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("composing its schema: %w %s", err, tail(out))
	}
	return nil
}
