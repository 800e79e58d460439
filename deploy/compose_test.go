package deploy

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"circlegraph/internal/config"
	"circlegraph/internal/race"
	"circlegraph/internal/shared/redistest"
	"circlegraph/sandbox"
)

const sealKeys = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

// service is what is read of a service of compose.yaml.
type service struct {
	Environment map[string]string
	Command     []string
	Volumes     []string
}

func services(t *testing.T) map[string]service {
	t.Helper()
	var file struct{ Services map[string]service }
	text, err := os.ReadFile("compose.yaml")
	if err == nil {
		err = yaml.Unmarshal(text, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	return file.Services
}

// filled are the settings of an instance of compose.yaml, with what its operator fills in.
func filled(t *testing.T) map[string]string {
	t.Helper()
	env := services(t)["circlegraph-1"].Environment
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("headless-token-0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range env {
		switch demanded := regexp.MustCompile(`^\$\{(\w+):\?(such as )?(.*)\}$`).FindStringSubmatch(value); {
		case name == "CIRCLE_HEADLESS_TOKEN_FILE":
			env[name] = token
		case name == "CIRCLEGRAPH_SEAL_KEYS":
			env[name] = sealKeys
		case demanded != nil:
			env[name] = demanded[3]
		}
	}
	return env
}

// The settings of compose.yaml and kubernetes.yaml are settings that the server starts with, and the files that
// compose.yaml mounts are there.
func TestManifestsSettings(t *testing.T) {
	text, err := os.ReadFile("kubernetes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var deployment struct {
		Spec struct {
			Template struct {
				Spec struct {
					Containers []struct {
						Env []struct{ Name, Value string }
					}
				}
			}
		}
	}
	if err := yaml.Unmarshal(text, &deployment); err != nil {
		t.Fatal(err)
	}
	pods := map[string]string{}
	for _, variable := range deployment.Spec.Template.Spec.Containers[0].Env {
		pods[variable.Name] = variable.Value
	}
	composed := filled(t)
	pods["CIRCLE_HEADLESS_TOKEN_FILE"] = composed["CIRCLE_HEADLESS_TOKEN_FILE"]
	pods["CIRCLEGRAPH_SEAL_KEYS"] = sealKeys
	pods["CIRCLEGRAPH_SHARED_URL"] = "rediss://circlegraph:password@valkey.example.com:6379"
	for name, env := range map[string]map[string]string{"compose.yaml": composed, "kubernetes.yaml": pods} {
		cfg, err := config.Load(nil, func(name string) string { return env[name] }, "", io.Discard)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if cfg.SharedURL == "" || cfg.DrainDelay == 0 {
			t.Errorf("%s: instances share nothing, or do not drain", name)
		}
		var pairs []string
		for name := range env {
			pairs = append(pairs, name+"=")
		}
		for _, sentence := range config.Misspelt(pairs) {
			t.Errorf("%s: %s", name, sentence)
		}
	}
	for name, s := range services(t) {
		for _, volume := range s.Volumes {
			path, _, _ := strings.Cut(volume, ":")
			if !strings.HasPrefix(path, "./") || path == "./compose/tls" {
				continue
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// What compose.yaml starts works together: its settings, store, proxy and Prometheus as processes of this machine.
// Instances that are stopped and started one after the other are not noticed behind the proxy.
func TestComposed(t *testing.T) {
	race.Skip(t, "it runs another process")
	t.Parallel()
	for _, program := range []string{"nginx", "prometheus", "redis-server"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed: apt-get install nginx-light prometheus redis-server", program)
		}
	}
	ctx := t.Context()
	dir, program := t.TempDir(), built(t)
	authority, err := redistest.NewAuthority(dir)
	if err != nil {
		t.Fatal(err)
	}
	box := sandbox.New(sandbox.Options{HeadlessToken: "headless-token-0123456789"})
	circle := httptest.NewServer(box)
	t.Cleanup(circle.Close)

	var limits []string // of the store, which has another socket here
	for i, word := range services(t)["valkey"].Command {
		if strings.HasPrefix(word, "--maxmemory") || word == "--save" || word == "--appendonly" {
			limits = append(limits, word, services(t)["valkey"].Command[i+1])
		}
	}
	store := redistest.Start(t, limits...)
	env := filled(t)
	env["CIRCLEGRAPH_SHARED_URL"], env["CIRCLE_URL"] = store.URL, circle.URL
	env["CIRCLEGRAPH_TRUSTED_PROXIES"], env["CIRCLEGRAPH_UPSTREAM_BUDGET"] = "127.0.0.1", "600000"
	env["CIRCLEGRAPH_LOGIN"], env["CIRCLEGRAPH_TRUSTED_SECRET"] = "oidc,trusted", strings.Repeat("secret-of-tests-", 2)
	var addresses, admins [2]string
	run := func(i int) *process {
		c := exec.CommandContext(ctx, program)
		for name, value := range env {
			c.Env = append(c.Env, name+"="+value)
		}
		c.Env = append(c.Env, "CIRCLEGRAPH_LISTEN="+addresses[i], "CIRCLEGRAPH_ADMIN_LISTEN="+admins[i]) // the last counts
		p := start(t, c)
		t.Cleanup(p.kill) // quicker than draining
		until(t, "an instance is ready", func() bool {
			res, err := http.Get("http://" + addresses[i] + "/readyz")
			return err == nil && res.Body.Close() == nil && res.StatusCode == http.StatusOK
		})
		return p
	}
	var instances [2]*process
	for i := range instances {
		addresses[i], admins[i] = freeAddress(t), freeAddress(t)
		instances[i] = run(i)
	}
	front := proxy(ctx, t, dir, addresses)
	watching := freeAddress(t)
	watch(ctx, t, dir, watching, admins)

	roots := x509.NewCertPool()
	if pem, err := os.ReadFile(authority.File); err != nil || !roots.AppendCertsFromPEM(pem) {
		t.Fatal("no authority", err)
	}
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
	}}
	ask := func(token, query string) (string, error) {
		body, _ := json.Marshal(map[string]string{"query": query}) // strings cannot fail
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+front+"/graphql", bytes.NewReader(body))
		if err != nil {
			return "", err
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Circlegraph-Secret", env["CIRCLEGRAPH_TRUSTED_SECRET"])
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		res, err := client.Do(r)
		if err != nil {
			return "", err
		}
		defer res.Body.Close()
		answer, err := io.ReadAll(res.Body)
		if err == nil && (res.StatusCode != http.StatusOK || bytes.Contains(answer, []byte(`"errors"`))) {
			err = fmt.Errorf("%s is answered %d %s", query, res.StatusCode, answer)
		}
		return string(answer), err
	}
	var in struct {
		Data struct{ Login struct{ AccessToken string } }
	}
	until(t, "the proxy answers", func() bool {
		answer, err := ask("", `mutation { login(input: {email: "member@example.com"}) { accessToken } }`)
		return err == nil && json.Unmarshal([]byte(answer), &in) == nil
	})
	token := in.Data.Login.AccessToken
	found, err := ask(token, `{ homeFeed(first: 1) { nodes { id } } }`)
	if err != nil {
		t.Fatal(err)
	}
	post := regexp.MustCompile(`"id":"([^"]+)"`).FindStringSubmatch(found)[1]

	var asked, keys atomic.Int64
	loaded, end := context.WithCancel(ctx)
	defer end()
	var load sync.WaitGroup
	for who := range 4 {
		load.Go(func() {
			for n := 0; loaded.Err() == nil; n++ {
				create := fmt.Sprintf(`mutation { createComment(input: {postId: %q, body: {text: "Composed"},
					idempotencyKey: "%d %d"}) { comment { id } userErrors { code } } }`, post, who, n)
				first, err := ask(token, create)
				again, failed := ask(token, create)
				if err := errors.Join(err, failed); err != nil || first != again {
					t.Errorf("answered %s and %s, %v", first, again, err)
					return
				}
				keys.Add(1)
				asked.Add(2)
				<-time.After(20 * time.Millisecond) // the machine has more to do
			}
		})
	}
	more := func() {
		enough := asked.Load() + 60
		until(t, "the load goes on", func() bool { return asked.Load() > enough })
	}
	for i := range instances {
		more()
		if err := instances[i].stop(); err != nil {
			t.Errorf("an instance ends with %v", err)
		}
		more()
		instances[i] = run(i)
	}
	until(t, "Prometheus sees both", func() bool {
		n, err := query(ctx, watching, `up{job="circlegraph"} == 1`)
		return err == nil && n == 2
	})
	end()
	load.Wait()
	writes := 0
	for _, call := range box.Calls() {
		if call.Method == http.MethodPost && strings.HasSuffix(call.Path, "/comments") {
			writes++
		}
	}
	if int64(writes) != keys.Load() {
		t.Errorf("%d writes for %d keys", writes, keys.Load())
	}
	t.Logf("%d requests through the proxy, %d writes", asked.Load(), writes)
}

// proxy runs nginx with the file of compose.yaml before the instances.
func proxy(ctx context.Context, t *testing.T, dir string, addresses [2]string) (front string) {
	t.Helper()
	text, err := os.ReadFile("compose/nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	front = freeAddress(t)
	conf := strings.NewReplacer("listen 443", "listen "+front, "/etc/nginx/tls/fullchain.pem",
		filepath.Join(dir, "cert.pem"), "/etc/nginx/tls/privkey.pem", filepath.Join(dir, "key.pem"), "circlegraph-1:8080",
		addresses[0], "circlegraph-2:8080", addresses[1]).Replace(string(text))
	var paths strings.Builder
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&paths, "%s_temp_path %s;\n", kind, filepath.Join(dir, kind))
	}
	file := filepath.Join(dir, "nginx.conf")
	whole := fmt.Appendf(nil, "daemon off;\npid %s/nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\n%s%s}\n", dir, &paths,
		conf)
	if err := os.WriteFile(file, whole, 0o600); err != nil { //nolint:gosec // G703: into the test's own directory
		t.Fatal(err)
	}
	output(t, "nginx", "-t", "-e", "stderr", "-c", file)
	start(t, exec.CommandContext(ctx, "nginx", "-e", "stderr", "-c", file))
	until(t, "nginx listens", func() bool {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", front)
		return err == nil && conn.Close() == nil
	})
	return front
}

// watch runs Prometheus with the file of compose.yaml.
func watch(ctx context.Context, t *testing.T, dir, address string, admins [2]string) {
	t.Helper()
	text, err := os.ReadFile("compose/prometheus.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := filepath.Abs("prometheus/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "prometheus.yaml")
	conf := strings.NewReplacer("circlegraph-1:9090", admins[0], "circlegraph-2:9090", admins[1], "alerts.yaml", rules,
		"15s", "1s").Replace(string(text))
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil { //nolint:gosec // G703: into the test's own directory
		t.Fatal(err)
	}
	output(t, "promtool", "check", "config", file)
	start(t, exec.CommandContext(ctx, "prometheus", "--config.file", file, "--storage.tsdb.path",
		filepath.Join(dir, "tsdb"), "--web.listen-address", address))
}
