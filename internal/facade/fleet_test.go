package facade_test

import (
	"bytes"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"circlegraph/circleclient"
	"circlegraph/internal/facade"
	"circlegraph/internal/memnet"
	"circlegraph/internal/shared"
	"circlegraph/internal/shared/redistest"
	"circlegraph/sandbox"
)

const sealKey = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

func TestMain(m *testing.M) {
	// Instances of a fleet wait for each other and for their store, and need no processor for that.
	_ = flag.Set("test.parallel", "8") // of the package testing; -parallel counts if it is given
	os.Exit(m.Run())
}

// fleet is several instances for one community.
type fleet struct {
	t         testing.TB
	circle    *sandbox.Sandbox
	store     *redistest.Server
	url       string // of the store
	instances []server
	between   atomic.Pointer[func(circle http.Handler) http.Handler]
	log       bytes.Buffer
	logMu     sync.Mutex
}

func (f *fleet) Write(p []byte) (int, error) {
	f.logMu.Lock()
	defer f.logMu.Unlock()
	return f.log.Write(p)
}

func (f *fleet) said() string {
	f.logMu.Lock()
	defer f.logMu.Unlock()
	return f.log.String()
}

// newFleet starts so many instances with the environment that the pairs give, and waits until they act as one.
func newFleet(t testing.TB, instances int, pairs ...string) *fleet {
	t.Helper()
	f := &fleet{t: t, store: redistest.Start(t), circle: sandbox.New(sandbox.Options{HeadlessToken: headless})}
	f.url = f.store.URL
	for range instances {
		f.add(pairs...)
	}
	return f
}

// add starts another instance.
func (f *fleet) add(pairs ...string) server {
	f.t.Helper()
	cfg := settings(f.t, append([]string{
		"CIRCLEGRAPH_SHARED_URL", f.url, "CIRCLEGRAPH_SEAL_KEYS", sealKey, "CIRCLEGRAPH_UPSTREAM_BUDGET", "0",
		"CIRCLEGRAPH_REQUEST_TIMEOUT", "1h", "CIRCLEGRAPH_UPSTREAM_TIMEOUT", "1h",
	}, pairs...)...)
	made, err := facade.New(cfg, facade.Dependencies{
		Logger: slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Store: func(o *shared.Options) { // a busy machine makes it no slower than it may be
			o.Patience = shared.Patience{Command: time.Hour, Claim: time.Hour, Probe: time.Hour, Later: time.Hour}
		},
		Circle: func(c *circleclient.Config) {
			c.Transport = memnet.Direct{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if between := f.between.Load(); between != nil {
					(*between)(f.circle).ServeHTTP(w, r)
					return
				}
				f.circle.ServeHTTP(w, r)
			})}
		},
	})
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(made.Close)
	s := server{made, f.t}
	f.instances = append(f.instances, s)
	f.until("an instance reaches the store", made.Shared.Up)
	f.until("all count each other", func() bool { return made.Shared.Instances() >= len(f.instances) })
	return s
}

// until waits for something that happens by itself.
func (f *fleet) until(what string, done func() bool) {
	f.t.Helper()
	f.t.Log("until", what)
	for !done() {
		time.Sleep(5 * time.Millisecond) //nolint:forbidigo // other processes take their time
	}
}

// measured is a metric of an instance.
func (f *fleet) measured(i int, name string) string {
	w := httptest.NewRecorder()
	f.instances[i].Metrics.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// writes is how often an operation has been called.
func (f *fleet) writes(operation string) (n int) {
	for _, call := range f.circle.Calls() {
		if call.Method+" "+call.Path == operation || call.Method != http.MethodGet && operation == "" {
			n++
		}
	}
	return n
}

// at posts a query to an instance.
func (f *fleet) at(i int, token, query string) string {
	return f.instances[i%len(f.instances)].post(token, query)
}

func id(answer, field string) string {
	found := regexp.MustCompile(`"` + field + `":"([^"]+)"`).FindStringSubmatch(answer)
	if found == nil {
		return ""
	}
	return found[1]
}
