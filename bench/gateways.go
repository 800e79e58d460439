package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The gateways that come from npm. Circle's contract, of which one of them makes its schema, is read where it lies and not kept.

const (
	hiveName     = "Hive Gateway"
	tailcallName = "Tailcall"
	// installing is the command that brings them.
	installing = "npm --prefix bench/gateways ci"
)

// The queries in the words of the contract, from which Mesh makes its schema, and in those of tailcall.graphql.
var (
	hiveQueries = map[string]string{
		"Q1": `{api_headless_v1_home(sort:popular,per_page:20){records{` + contractPost + `}}}`,
		"Q2": `{api_headless_v1_home(sort:popular,per_page:20){records{` + contractPost + `first_comments{records{` + contractComment + `author{` + contractMember + `}}}}}}`,
		"Q3": `{api_headless_v1_home(sort:popular,per_page:20){records{` + contractPost + `first_comments{records{` + contractComment + `author{` + contractMember + ` profile{bio}}}}}}}`,
	}
	tailcallQueries = map[string]string{
		"Q1": `{home{records{` + contractPost + `}}}`,
		"Q2": `{home{records{` + contractPost + `comments{records{` + contractComment + `author{` + contractMember + `}}}}}}`,
		"Q3": `{home{records{` + contractPost + `comments{records{` + contractComment + `author{` + contractMember + ` profile{bio}}}}}}}`,
	}
)

const (
	contractPost = `id display_title slug url created_at user_likes_count comment_count is_liked author{` + contractMember +
		`} space{id name slug}`
	contractComment = `id created_at user_likes_count replies_count `
	contractMember  = `community_member_id name headline avatar_url`
)

// gateways are Hive Gateway, over a supergraph that Mesh composes, and Tailcall; or why they are not there. Both run as their
// documentation says for production, without logs of requests. Neither joins equal calls of different objects to Circle, and
// Circle has no call for many profiles or for the comments of many posts that they could be told of.
func gateways(ctx context.Context, work, circle string) []peer {
	hive := peer{queries: hiveQueries, path: "/graphql", program: program{name: hiveName, ready: "/readiness", dir: work}}
	tailcall := peer{queries: tailcallQueries, path: "/graphql", program: program{name: tailcallName, ready: "/graphql"}}
	home, err := gatewaysDirectory(ctx)
	if err != nil {
		hive.missing, tailcall.missing = err.Error(), err.Error()
		return []peer{hive, tailcall}
	}
	modules := filepath.Join(home, "node_modules")
	if supergraph, err := compose(ctx, home, work, circle); err != nil {
		hive.missing = err.Error()
	} else {
		hive.args = []string{"node", filepath.Join(modules, ".bin", "hive-gateway"), "supergraph", supergraph, "-h", "%HOST%", "-p", "%PORT%"}
		hive.env = []string{"NODE_ENV=production", "LOG_LEVEL=warn"}
	}
	tailcall.args = []string{filepath.Join(modules, "@tailcallhq", "core-linux-x64-gnu", "bin", "tailcall"), "start", "%FILE%"}
	tailcall.env = []string{"TAILCALL_LOG_LEVEL=warn", "TAILCALL_TRACKER=false"}
	config, err := os.ReadFile(filepath.Join(home, "tailcall.graphql"))
	if err != nil {
		tailcall.missing = err.Error()
	}
	tailcall.file = strings.ReplaceAll(string(config), "%CIRCLE%", circle)
	return []peer{hive, tailcall}
}

// gatewaysDirectory is where npm has installed them.
func gatewaysDirectory(ctx context.Context) (string, error) {
	dir, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "circlegraph/bench").Output()
	if err != nil {
		return "", err
	}
	home := filepath.Join(strings.TrimSpace(string(dir)), "gateways")
	if _, err := os.Stat(filepath.Join(home, "node_modules")); err != nil {
		return "", errors.New("not installed, which `" + installing + "` does")
	}
	return home, nil
}

// compose makes a supergraph of Circle's contract.
func compose(ctx context.Context, home, work, circle string) (string, error) {
	contract, err := filepath.Abs(filepath.Join(specs(home), "headless-client-v1.yaml"))
	if err == nil {
		_, err = os.Stat(contract)
	}
	if err != nil {
		return "", fmt.Errorf("the contract is not at hand: %w", err)
	}
	supergraph := filepath.Join(work, "supergraph.graphql")
	cmd := exec.CommandContext(ctx, filepath.Join(home, "node_modules", ".bin", "mesh-compose"), "-c", "mesh.config.js", "-o", supergraph)
	cmd.Dir = home
	cmd.Env = append(os.Environ(), "CONTRACT="+contract, "PATCHED="+filepath.Join(work, "contract.json"), "CIRCLE="+circle)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("composing: %w: %.300s", err, out)
	}
	return supergraph, nil
}

// specs is where Circle's contract lies, as for the tests that hold to it.
func specs(home string) string {
	if dir := os.Getenv("CIRCLEGRAPH_SPECS"); dir != "" {
		return dir
	}
	return filepath.Join(home, "..", "..", "..", "shared", "specs")
}
