package telemetry

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"circlegraph/circleclient"
	"circlegraph/graph"
)

// Only a trusted proxy decides whether a trace is sampled; a stranger's trace is sampled as one that begins here.
func TestWhoDecidesOnSampling(t *testing.T) {
	const id = "0af7651916cd43dd8448eb211c80319c"
	for _, tc := range []struct {
		name, sampler, flags string
		proxy, want          bool
	}{
		{"no to a stranger who asks for it", "parentbased_always_off", "01", false, false},
		{"yes to a stranger who does not", "parentbased_always_on", "00", false, true},
		{"yes to a proxy that asks for it", "parentbased_always_off", "01", true, true},
		{"no to a proxy that does not", "parentbased_always_on", "00", true, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			sampler, err := samplerOf(tc.sampler, "")
			if err != nil {
				t.Fatal(err)
			}
			ended := tracetest.NewSpanRecorder()
			telemetry := from(sdktrace.NewTracerProvider(
				sdktrace.WithSampler(ownRoot{sampler}), sdktrace.WithSpanProcessor(ended)))
			var within trace.SpanContext
			h := telemetry.Middleware(func(*http.Request) bool { return tc.proxy },
				http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					ctx, span := telemetry.tracer.Start(r.Context(), "within")
					within = trace.SpanContextFromContext(ctx)
					span.End()
				}))
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", nil)
			r.Header.Set("Traceparent", "00-"+id+"-b7ad6b7169203331-"+tc.flags)
			h.ServeHTTP(httptest.NewRecorder(), r)
			if within.TraceID().String() != id || within.IsSampled() != tc.want || len(ended.Ended()) > 0 != tc.want {
				t.Errorf("trace %s, sampled %t, %d spans; want the client's trace, sampled %t",
					within.TraceID(), within.IsSampled(), len(ended.Ended()), tc.want)
			}
		})
	}
}

// Events of a subscription are traces of their own, which lead back to the request that subscribed.
func TestEventsLinkToTheirRequest(t *testing.T) {
	ended := tracetest.NewSpanRecorder()
	telemetry := from(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(ended)))
	ctx, request := telemetry.tracer.Start(t.Context(), "request")
	for _, kind := range []string{"query", "subscription", "subscription"} {
		_, end := telemetry.Operation(ctx, graph.Operation{Kind: kind, Name: "Named"})
		end(graph.Answered{Usage: &circleclient.Usage{}})
	}
	spans, of := ended.Ended(), request.SpanContext()
	if spans[0].SpanContext().TraceID() != of.TraceID() || len(spans[0].Links()) > 0 {
		t.Errorf("a query has trace %s and %d links, want its request's trace and none", spans[0].SpanContext().TraceID(),
			len(spans[0].Links()))
	}
	for _, event := range spans[1:] {
		if event.SpanContext().TraceID() == of.TraceID() || len(event.Links()) != 1 ||
			event.Links()[0].SpanContext.SpanID() != of.SpanID() {
			t.Errorf("an event has trace %s and links %v, want a trace of its own and a link to %s",
				event.SpanContext().TraceID(), event.Links(), of.SpanID())
		}
	}
}

// A batch is within what asked for it, whatever context it is read with, and has the requests within it. That Circle
// has no answer for a key is no error.
func TestBatches(t *testing.T) {
	ended := tracetest.NewSpanRecorder()
	telemetry := from(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(ended)))
	ctx, operation := telemetry.tracer.Start(t.Context(), "operation")
	for _, tc := range []struct {
		err  error
		want codes.Code
	}{
		{nil, codes.Unset},
		{&circleclient.Error{Kind: circleclient.ErrNotFound}, codes.Unset},
		{&circleclient.Error{Kind: circleclient.ErrUnavailable}, codes.Error},
	} {
		ended.Reset()
		outer, endOuter := telemetry.Batch(ctx, ctx, "spaces", 3)
		inner, endInner := telemetry.Batch(ctx, outer, "all spaces", 1)
		telemetry.Sent(inner, circleclient.Sent{Operation: "GET /spaces", Attempt: 1, Status: http.StatusOK})
		endInner(nil)
		endOuter(tc.err)
		spans := ended.Ended()
		parents := [...]trace.SpanContext{spans[1].SpanContext(), spans[2].SpanContext(), operation.SpanContext()}
		for i, span := range spans {
			if span.Parent().SpanID() != parents[i].SpanID() {
				t.Errorf("%s is within %s, want the one around it", span.Name(), span.Parent().SpanID())
			}
		}
		batch := spans[2]
		if want := attribute.Int("circlegraph.batch.keys", 3); batch.Name() != "batch spaces" ||
			!slices.Contains(batch.Attributes(), want) || batch.Status().Code != tc.want || batch.Status().Description != "" {
			t.Errorf("a batch that ends with %v: %q %v %v, want status %v", tc.err, batch.Name(), batch.Attributes(),
				batch.Status(), tc.want)
		}
	}
}

func TestSamplers(t *testing.T) {
	for _, tc := range []struct {
		name, argument, want string // "" for a refusal
	}{
		{"", "", "ParentBased"},
		{"always_on", "", "AlwaysOnSampler"},
		{"always_off", "", "AlwaysOffSampler"},
		{"traceidratio", "0.25", "TraceIDRatioBased{0.25}"},
		{"parentbased_traceidratio", "0.25", "ParentBased"},
		{"parentbased_always_off", "", "ParentBased"},
		{"traceidratio", "25", ""},
		{"traceidratio", "much", ""},
		{"jaeger_remote", "", ""},
	} {
		sampler, err := samplerOf(tc.name, tc.argument)
		switch {
		case tc.want == "" && err == nil:
			t.Errorf("samplerOf(%q, %q) is not refused", tc.name, tc.argument)
		case tc.want != "" && (err != nil || len(sampler.Description()) < len(tc.want) ||
			sampler.Description()[:len(tc.want)] != tc.want):
			t.Errorf("samplerOf(%q, %q) = %v, %v, want %s", tc.name, tc.argument, sampler, err, tc.want)
		}
	}
}

func TestEnabled(t *testing.T) {
	for _, tc := range []struct {
		env           map[string]string
		want, metrics bool
	}{
		{nil, false, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, true, true},
		{map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, true, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://c:4318/v1/metrics"}, false, true},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_SDK_DISABLED": "true"}, false, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_TRACES_EXPORTER": "none"}, false, true},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_METRICS_EXPORTER": "none"}, true, false},
	} {
		getenv := func(name string) string { return tc.env[name] }
		if got := Enabled(getenv); got != tc.want {
			t.Errorf("Enabled(%v) = %t, want %t", tc.env, got, tc.want)
		}
		if got := MetricsEnabled(getenv); got != tc.metrics {
			t.Errorf("MetricsEnabled(%v) = %t, want %t", tc.env, got, tc.metrics)
		}
	}
}

// Without sampling a response costs next to nothing beside the some milliseconds that it takes.
func BenchmarkSpans(b *testing.B) {
	for _, tc := range []struct {
		name    string
		sampler sdktrace.Sampler
	}{{"none sampled", sdktrace.NeverSample()}, {"one in a hundred", sdktrace.TraceIDRatioBased(.01)}, {
		"all",
		sdktrace.AlwaysSample(),
	}} {
		b.Run(tc.name, func(b *testing.B) {
			telemetry := from(sdktrace.NewTracerProvider(sdktrace.WithSampler(tc.sampler)))
			for b.Loop() {
				_, span := telemetry.tracer.Start(context.Background(), "operation")
				span.End()
			}
		})
	}
}
