// Package telemetry sends traces and metrics over OTLP, as the standard OTEL_* variables say. It is the one package
// that knows OpenTelemetry. No span holds a token, a variable, an id or a text of a member's.
package telemetry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"circlegraph/circleclient"
	"circlegraph/graph"
)

// scope names this program as the source of spans.
const scope = "circlegraph"

// Telemetry makes spans.
type Telemetry struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

// Enabled reports whether the environment asks for traces: it names an OTLP endpoint and does not switch them off.
func Enabled(getenv func(string) string) bool { return enabled(getenv, "TRACES") }

// enabled reports whether the environment asks for TRACES or METRICS.
func enabled(getenv func(string) string, what string) bool {
	endpoint := cmp.Or(getenv("OTEL_EXPORTER_OTLP_"+what+"_ENDPOINT"), getenv("OTEL_EXPORTER_OTLP_ENDPOINT"))
	return endpoint != "" && getenv("OTEL_SDK_DISABLED") != "true" && getenv("OTEL_"+what+"_EXPORTER") != "none"
}

// offered refuses other ways to send TRACES or METRICS, and logs failures to send.
func offered(getenv func(string) string, what string, log *slog.Logger) error {
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("telemetry was not sent", "error", err) }))
	variable := "OTEL_" + what + "_EXPORTER"
	if name := getenv(variable); name != "" && name != "otlp" {
		return fmt.Errorf("%s: %q is not offered, use otlp or none", variable, name)
	}
	return nil
}

// describe says which program what is sent is of.
func describe(ctx context.Context, version string) (*resource.Resource, error) {
	described, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", scope), attribute.String("service.version", version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	return described, nil
}

// New sends spans to the OTLP endpoint of the environment, over HTTP. Exporter and SDK read the other OTEL_* variables
// by themselves. An endpoint that is away costs spans and delays nothing.
// Failures to send are logged.
func New(ctx context.Context, getenv func(string) string, version string, log *slog.Logger) (*Telemetry, error) {
	if err := offered(getenv, "TRACES", log); err != nil {
		return nil, err
	}
	sampler, err := samplerOf(getenv("OTEL_TRACES_SAMPLER"), getenv("OTEL_TRACES_SAMPLER_ARG"))
	if err != nil {
		return nil, err
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_ENDPOINT: %w", err)
	}
	described, err := describe(ctx, version)
	if err != nil {
		return nil, err
	}
	return from(sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(exporter), sdktrace.WithResource(described), sdktrace.WithSampler(ownRoot{sampler}),
	)), nil
}

func from(provider *sdktrace.TracerProvider) *Telemetry {
	return &Telemetry{provider: provider, tracer: provider.Tracer(scope)}
}

// Flush sends what has not been sent yet, for five seconds at most, and ends the sending.
func (t *Telemetry) Flush(ctx context.Context, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := t.provider.Shutdown(ctx); err != nil {
		log.Warn("the last spans were not sent", "error", err)
	}
}

// Middleware makes a span for each request. It continues the trace of the request's traceparent; whether the trace is
// sampled is up to the caller only if it is a trusted proxy, or strangers could raise the load.
func (t *Telemetry) Middleware(trusted func(*http.Request) bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		if !trusted(r) {
			ctx = context.WithValue(ctx, strangerKey{}, true)
		}
		ctx, span := t.tracer.Start(ctx, r.Method, trace.WithSpanKind(trace.SpanKindServer),
			trace.WithAttributes(attribute.String("http.request.method", method(r.Method))))
		defer span.End()
		r = r.WithContext(context.WithValue(ctx, strangerKey{}, nil))
		next.ServeHTTP(w, r)
		if r.Pattern != "" { // the mux has found the route, which holds no ids
			span.SetName(r.Pattern)
			span.SetAttributes(attribute.String("http.route", r.Pattern))
		}
	})
}

// method keeps a client from making up values.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodPost, http.MethodOptions, http.MethodHead:
		return m
	}
	return "_OTHER"
}

// Operation makes a span for a response to an operation. It is a [graph.Observer]. An event of a subscription begins a
// trace of its own, with a link to the request that subscribed: that may be hours ago.
func (t *Telemetry) Operation(ctx context.Context, o graph.Operation) (context.Context, func(graph.Answered)) {
	kind := cmp.Or(o.Kind, "refused")
	options := []trace.SpanStartOption{trace.WithAttributes(
		attribute.String("graphql.operation.type", kind), attribute.String("graphql.operation.name", o.Name))}
	if kind == "subscription" {
		options = append(options, trace.WithNewRoot(), trace.WithLinks(trace.LinkFromContext(ctx)))
	}
	ctx, span := t.tracer.Start(ctx, "graphql "+kind, options...)
	return ctx, func(a graph.Answered) {
		defer span.End()
		if !span.IsRecording() {
			return
		}
		u := a.Usage
		span.SetAttributes(
			attribute.Int64("circlegraph.cost.estimated", a.Estimated),
			attribute.Int64("circlegraph.upstream.requests", u.Requests()),
			attribute.Int64("circlegraph.upstream.coalesced", u.Coalesced()),
			attribute.Int64("circlegraph.upstream.cached", u.Cached()),
			attribute.Int64("circlegraph.upstream.stale", u.Stale()),
			attribute.Int64("circlegraph.upstream.waited_ms", u.Waited().Milliseconds()))
		if len(a.Codes) > 0 {
			span.SetAttributes(attribute.StringSlice("graphql.error.codes", a.Codes))
			span.SetStatus(codes.Error, a.Codes[0])
		}
	}
}

// Batch makes a span for what is read together, within the operation or the batch that asked for it. It is the loaders'
// Observer. That Circle has no answer for a key is not an error.
func (t *Telemetry) Batch(ctx, asked context.Context, batch string, keys int) (context.Context, func(error)) {
	ctx, span := t.tracer.Start(trace.ContextWithSpan(ctx, trace.SpanFromContext(asked)), "batch "+batch)
	return ctx, func(err error) {
		defer span.End()
		if !span.IsRecording() {
			return
		}
		span.SetAttributes(attribute.Int("circlegraph.batch.keys", keys))
		if err != nil && !errors.Is(err, circleclient.ErrNotFound) {
			span.SetStatus(codes.Error, "")
		}
	}
}

// Sent makes a span for a request to Circle. It is circleclient's Observe.
func (t *Telemetry) Sent(ctx context.Context, s circleclient.Sent) {
	_, span := t.tracer.Start(ctx, s.Operation, trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(s.Start))
	defer span.End(trace.WithTimestamp(s.Start.Add(s.Duration)))
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(attribute.String("url.template", s.Operation), attribute.Int("http.response.status_code", s.Status),
		attribute.Int("http.request.resend_count", s.Attempt-1))
	if s.Status == 0 || s.Status >= http.StatusBadRequest {
		span.SetStatus(codes.Error, "")
	}
}

// Propagate tells Circle which trace a request belongs to. It is circleclient's Propagate.
func (t *Telemetry) Propagate(ctx context.Context, header http.Header) {
	propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(header))
}

// SampledTrace is the id of the trace that a context is in, if it is sampled; empty otherwise.
func SampledTrace(ctx context.Context) string {
	if span := trace.SpanContextFromContext(ctx); span.IsSampled() {
		return span.TraceID().String()
	}
	return ""
}

// TraceID says in a line of the log which trace it belongs to; the zero Attr, which is not written, if it is of none.
func TraceID(ctx context.Context) slog.Attr {
	span := trace.SpanContextFromContext(ctx)
	if !span.HasTraceID() {
		return slog.Attr{}
	}
	return slog.String("trace_id", span.TraceID().String())
}
