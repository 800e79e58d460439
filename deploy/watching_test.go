package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"circlegraph/internal/race"
)

// A real Prometheus scrapes a real run: every alert can be evaluated, and no panel of the dashboard stays empty.
func TestWatching(t *testing.T) {
	race.Skip(t, "it runs another process")
	t.Parallel()
	for _, program := range []string{"prometheus", "promtool"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed: apt-get install prometheus", program)
		}
	}
	ctx := t.Context()
	output(t, "promtool", "check", "rules", "prometheus/alerts.yaml")
	output(t, "promtool", "check", "config", "prometheus/prometheus.yaml")

	dir, program := t.TempDir(), built(t)
	serving, admin, watching := freeAddress(t), freeAddress(t), freeAddress(t)
	manifest := filepath.Join(dir, "documents.json")
	if err := os.WriteFile(manifest, []byte(`{"a": "query Trusted { __typename }"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	served := start(t, exec.CommandContext(ctx, program, "--listen", serving, "--admin-listen", admin,
		"--upstream-budget", "1800", "--trusted-documents", manifest))
	defer served.kill() // quicker than draining
	config := filepath.Join(dir, "prometheus.yaml")
	if err := os.WriteFile(config, fmt.Appendf(nil, "global: {scrape_interval: 1s}\nscrape_configs:\n"+
		"  - {job_name: circlegraph, static_configs: [{targets: [%q]}]}\n", admin), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, exec.CommandContext(ctx, "prometheus", "--config.file", config, "--storage.tsdb.path", dir,
		"--web.listen-address", watching))

	until(t, "the server answers", func() bool { return post(ctx, serving, "{ __typename }") == nil })
	// Something happens all the time, as in a community, until every panel shows it or could have.
	empty := panels(t)
	until(t, "every panel shows something", func() bool {
		_ = post(ctx, serving, `mutation { login(input: { email: "member@example.com" }) { viewer { member { name } } } }`)
		_ = post(ctx, serving, "{ nonsense }")
		for panel, expression := range empty {
			if n, err := query(ctx, watching, expression); err == nil && n > 0 {
				delete(empty, panel)
			}
		}
		scraped, err := query(ctx, watching, `sum_over_time(up[1h]) > 60`)
		return len(empty) == 0 || err == nil && scraped > 0
	})
	for panel, expression := range empty {
		t.Errorf("panel %q shows nothing: %s", panel, expression)
	}
	for alert, expression := range alerts(t) {
		if _, err := query(ctx, watching, expression); err != nil {
			t.Errorf("alert %s: %v", alert, err)
		}
	}
}

// The runbook knows every alert.
func TestAlertsAreExplained(t *testing.T) {
	runbook, err := os.ReadFile("../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	for alert := range alerts(t) {
		if !strings.Contains(string(runbook), "`"+alert+"`") {
			t.Errorf("docs/operating.md does not say what to do for %s", alert)
		}
	}
}

// panels are the expressions of the dashboard by panel.
func panels(t *testing.T) map[string]string {
	t.Helper()
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	text, err := os.ReadFile("grafana/circlegraph.json")
	if err == nil {
		err = json.Unmarshal(text, &dashboard)
	}
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, p := range dashboard.Panels {
		for n, target := range p.Targets {
			found[fmt.Sprintf("%s %d", p.Title, n)] = strings.ReplaceAll(target.Expr, "$__rate_interval", "30s")
		}
	}
	return found
}

// alerts are the expressions of the alerts by name.
func alerts(t *testing.T) map[string]string {
	t.Helper()
	var file struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	text, err := os.ReadFile("prometheus/alerts.yaml")
	if err == nil {
		err = yaml.Unmarshal(text, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			found[rule.Alert] = rule.Expr
		}
	}
	if len(found) == 0 {
		t.Fatal("no alerts")
	}
	return found
}

func query(ctx context.Context, prometheus, expression string) (results int, err error) {
	var answer struct {
		Status, Error string
		Data          struct{ Result []json.RawMessage }
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet,
		"http://"+prometheus+"/api/v1/query?"+url.Values{"query": {expression}}.Encode(), nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return 0, err
	}
	if answer.Status != "success" {
		return 0, errors.New(answer.Error)
	}
	return len(answer.Data.Result), nil
}

func post(ctx context.Context, address, query string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/graphql",
		strings.NewReader(fmt.Sprintf(`{"query":%q}`, query)))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
