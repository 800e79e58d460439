package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	metered "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"circlegraph/sandbox"
)

// received are the spans that an OTLP receiver got. It is safe for concurrent use.
type received struct {
	mu    sync.Mutex
	spans []*trace.Span
	all   strings.Builder // everything, as text

	metrics   map[string]bool // by name
	exemplars []string        // their traces
}

// ServeHTTP implements [http.Handler].
func (r *received) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if request.URL.Path == "/v1/metrics" {
		r.meter(w, body)
		return
	}
	export := &collector.ExportTraceServiceRequest{}
	if err != nil || proto.Unmarshal(body, export) != nil || request.URL.Path != "/v1/traces" {
		http.Error(w, "not OTLP", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all.WriteString(export.String())
	for _, resource := range export.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			r.spans = append(r.spans, scope.GetSpans()...)
		}
	}
}

// meter takes metrics.
func (r *received) meter(w http.ResponseWriter, body []byte) {
	export := &metered.ExportMetricsServiceRequest{}
	if proto.Unmarshal(body, export) != nil {
		http.Error(w, "not OTLP", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all.WriteString(export.String())
	if r.metrics == nil {
		r.metrics = map[string]bool{}
	}
	for _, resource := range export.GetResourceMetrics() {
		for _, scope := range resource.GetScopeMetrics() {
			for _, m := range scope.GetMetrics() {
				r.metrics[m.GetName()] = true
				for _, point := range m.GetHistogram().GetDataPoints() {
					for _, exemplar := range point.GetExemplars() {
						r.exemplars = append(r.exemplars, hex.EncodeToString(exemplar.GetTraceId()))
					}
				}
			}
		}
	}
}

// within returns the names of the spans right beneath a span, sorted.
func (r *received) within(parent *trace.Span) []string {
	var names []string
	for _, s := range r.spans {
		if string(s.GetParentSpanId()) == string(parent.GetSpanId()) {
			names = append(names, s.GetName())
		}
	}
	slices.Sort(names)
	return names
}

// named returns the only span of a name in a trace.
func (r *received) named(t *testing.T, traceID, name string) *trace.Span {
	t.Helper()
	var found []*trace.Span
	for _, s := range r.spans {
		if hex.EncodeToString(s.GetTraceId()) == traceID && s.GetName() == name {
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d spans %q in trace %s, want 1", len(found), name, traceID)
	}
	return found[0]
}

const traceID = "0af7651916cd43dd8448eb211c80319c"

// A trace that a client began goes on through the request and the operation to each request to Circle, and tells
// nothing that is secret.
func TestTraces(t *testing.T) {
	got := &received{}
	receiver := httptest.NewServer(got)
	defer receiver.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.URL)
	s := start(t, nil, "OTEL_EXPORTER_OTLP_ENDPOINT", receiver.URL, "CIRCLEGRAPH_ADMIN_LISTEN", "127.0.0.1:0")
	member := sandbox.New(sandbox.Options{}).Members()[0]
	token := s.login(t, member.Email).AccessToken
	const query = `query Feed($first: Int!) { homeFeed(first: $first) { nodes { title } } communityLinks { name } }`
	r := s.request(t, http.MethodPost, "/graphql", token, `{"query":"`+query+`","variables":{"first":7}}`)
	r.Header.Set("Traceparent", "00-"+traceID+"-b7ad6b7169203331-00") // not sampled, which a stranger does not decide
	if status, _, body := s.do(t, r); status != http.StatusOK || strings.Contains(body, `"errors"`) {
		t.Fatalf("%d %s", status, body)
	}
	// From a slow bar of a histogram one gets to a trace.
	for _, exemplar := range []string{
		`circlegraph_operation_duration_seconds_bucket{kind="query",le="[^"]*"} \d+ # {trace_id="` + traceID + `"}`,
		`circlegraph_upstream_request_duration_seconds_bucket{le="[^"]*"} \d+ # {trace_id="` + traceID + `"}`,
	} {
		if text := s.metrics(t); !regexp.MustCompile(exemplar).MatchString(text) {
			t.Errorf("the metrics have no %s in\n%s", exemplar, text)
		}
	}
	s.stop(t)

	operation := got.named(t, traceID, "graphql query")
	if want := []string{"graphql query"}; !slices.Equal(got.within(got.named(t, traceID, "/graphql")), want) {
		t.Errorf("within the request: %v, want %v", got.within(got.named(t, traceID, "/graphql")), want)
	}
	want := []string{"GET /api/headless/v1/community_links", "GET /api/headless/v1/home"}
	if calls := got.within(operation); !slices.Equal(calls, want) {
		t.Errorf("within the operation: %v, want %v", calls, want)
	}
	for _, name := range []string{
		"circlegraph_operations_total", "circlegraph_operation_duration_seconds", "circlegraph_build_info", "go_goroutines",
	} {
		if !got.metrics[name] {
			t.Errorf("no metric %s was sent", name)
		}
	}
	if !slices.Contains(got.exemplars, traceID) {
		t.Errorf("the metrics that were sent have the traces %v, want %s", got.exemplars, traceID)
	}
	for _, secret := range []string{token, member.Email, "homeFeed"} {
		if strings.Contains(got.all.String(), secret) {
			t.Errorf("the spans hold %.20q", secret)
		}
	}
	for _, part := range []string{"trace_id=" + traceID, "kind=query operation=Feed", "upstream=2"} {
		if !strings.Contains(s.log.String(), part) {
			t.Errorf("the log lacks %s", part)
		}
	}
}

// tree lists what is beneath a span, sorted, with how many keys each batch has; requests to Circle by their last words.
func (r *received) tree(parent *trace.Span, indent string) []string {
	var lines []string
	for _, s := range r.spans {
		if string(s.GetParentSpanId()) != string(parent.GetSpanId()) {
			continue
		}
		line := indent + strings.Replace(s.GetName(), "/api/headless/v1", "", 1)
		for _, a := range s.GetAttributes() {
			if a.GetKey() == "circlegraph.batch.keys" {
				line += fmt.Sprintf(" of %d", a.GetValue().GetIntValue())
			}
		}
		lines = append(lines, strings.Join(append([]string{line}, r.tree(s, indent+"  ")...), "\n"))
	}
	slices.Sort(lines)
	return lines
}

// What the fields of a feed ask for together is a batch, with its requests to Circle beneath it.
func TestTracesOfBatches(t *testing.T) {
	got := &received{}
	receiver := httptest.NewServer(got)
	defer receiver.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.URL)
	s := start(t, nil, "OTEL_EXPORTER_OTLP_ENDPOINT", receiver.URL)
	token := s.login(t, sandbox.New(sandbox.Options{}).Members()[0].Email).AccessToken
	const query = `query Feed { homeFeed(first: 6) { nodes {
		title author { name bio } viewerCanLike space { name isPrivate unreadContentCount } } } }`
	body, _ := json.Marshal(map[string]string{"query": query})
	r := s.request(t, http.MethodPost, "/graphql", token, string(body))
	r.Header.Set("Traceparent", "00-"+traceID+"-b7ad6b7169203331-01")
	if status, _, body := s.do(t, r); status != http.StatusOK || strings.Contains(body, `"errors"`) {
		t.Fatalf("%d %s", status, body)
	}
	s.stop(t)
	const want = `GET /home
batch profiles of 1
  GET /community_members/{community_member_id}/public_profile
batch profiles of 1
  GET /community_members/{community_member_id}/public_profile
batch profiles of 1
  GET /community_members/{community_member_id}/public_profile
batch profiles of 1
  GET /community_members/{community_member_id}/public_profile
batch profiles of 1
  GET /community_members/{community_member_id}/public_profile
batch spaces of 3
  batch all spaces of 1
    GET /spaces
batch unread counts of 3
  GET /space_notification_details`
	if tree := strings.Join(got.tree(got.named(t, traceID, "graphql query"), ""), "\n"); tree != want {
		t.Errorf("within the operation:\n%s\nwant\n%s", tree, want)
	}
}

// What cannot be sent costs spans and nothing else.
func TestTracesWithoutReceiver(t *testing.T) {
	const nobody = "http://127.0.0.1:1"
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", nobody)
	s := start(t, nil, "OTEL_EXPORTER_OTLP_ENDPOINT", nobody)
	if status, body := s.post(t, "", request("{ __typename }")); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
	s.stop(t)
}
