package metrics

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"circlegraph/circleclient"
	"circlegraph/tokens"
)

type token string

func (t token) Token() (string, error) { return string(t), nil }

func TestMetrics(t *testing.T) {
	circle := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/spaces/404") {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = w.Write([]byte(`{"id":7}`))
	}))
	defer circle.Close()
	m, principals := New("v1", "Feed"), tokens.NewPrincipals(0, time.Now)
	client, err := circleclient.New(circleclient.Config{
		BaseURL: circle.URL, Principals: principals, Observe: m.Observe, Budget: circleclient.BudgetConfig{Requests: 1800},
		Memo: circleclient.MemoConfig{Bytes: 1 << 20, Brief: time.Minute, Long: time.Minute},
	})
	if err != nil {
		t.Fatal(err)
	}
	m.Watch(client, principals.ActiveMembers)
	ctx := circleclient.With(t.Context(), circleclient.As(token("secret-token")))
	for range 2 {
		if _, err := client.Members.Current(ctx); err != nil {
			t.Fatal(err)
		}
	}
	_, _ = client.Spaces.Get(ctx, 404)
	m.Streams(func() int { return 3 })
	m.Operation(ctx, "Feed", "query", nil, time.Second)
	m.Operation(ctx, "MadeUp", "query", []string{"NOT_FOUND"}, time.Second)
	m.Operation(ctx, "", "", []string{"GRAPHQL_PARSE_FAILED"}, time.Second)
	m.Operation(ctx, "Feed", "subscription", nil, time.Hour)
	m.SignIn("login", "oidc", "ok")
	m.WatchDocuments()
	m.Document(false)
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	text := w.Body.String()
	for _, want := range []string{
		`circlegraph_upstream_requests_total{operation="GET /api/headless/v1/community_member",status="200"} 1`,
		`circlegraph_upstream_requests_total{operation="GET /api/headless/v1/spaces/{id}",status="404"} 1`,
		`circlegraph_upstream_request_duration_seconds_count 2`,
		`circlegraph_upstream_reads_spared_total{answer="cached"} 1`,
		`circlegraph_upstream_circuit_state{operation="GET /api/headless/v1/spaces/{id}"} 0`,
		`circlegraph_budget_strength 1`,
		`circlegraph_budget_waiting 0`,
		`circlegraph_memo_answers 1`,
		`circlegraph_active_members 1`,
		`go_goroutines`,
		`circlegraph_build_info{version="v1"} 1`,
		`circlegraph_operations_total{kind="query",operation="Feed"} 1`,
		`circlegraph_operations_total{kind="query",operation="other"} 1`,
		`circlegraph_operations_total{kind="refused",operation="other"} 1`,
		`circlegraph_operations_total{kind="subscription",operation="Feed"} 1`,
		`circlegraph_operation_duration_seconds_count{kind="query"} 2`,
		`circlegraph_errors_total{code="NOT_FOUND"} 1`,
		`circlegraph_streams_open 3`,
		`circlegraph_sign_ins_total{action="login",mode="oidc",outcome="ok"} 1`,
		`circlegraph_documents_total{trusted="false"} 1`,
		`circlegraph_documents_total{trusted="true"} 0`,
	} {
		if !strings.Contains(text, "\n"+want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "secret-token") || strings.Contains(text, "spaces/404") || strings.Contains(text, "MadeUp") {
		t.Error("the metrics hold what a client has sent")
	}
	if problems, err := testutil.GatherAndLint(m.registry); err != nil || len(problems) > 0 {
		t.Errorf("Prometheus would rather have it otherwise: %v, %v", problems, err)
	}
}
