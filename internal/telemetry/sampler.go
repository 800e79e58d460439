package telemetry

import (
	"cmp"
	"fmt"
	"strconv"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// strangerKey marks a context whose traceparent is of nobody who may decide on sampling.
type strangerKey struct{}

// ownRoot samples the trace of a stranger as if it began here.
type ownRoot struct{ sdktrace.Sampler }

// ShouldSample implements [sdktrace.Sampler].
func (s ownRoot) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	if p.ParentContext.Value(strangerKey{}) != nil {
		p.ParentContext = trace.ContextWithSpanContext(p.ParentContext, trace.SpanContext{})
	}
	return s.Sampler.ShouldSample(p)
}

// samplerOf reads OTEL_TRACES_SAMPLER and its argument, as the specification of OpenTelemetry has them. The SDK would
// too, but does not hand out the sampler to be wrapped.
func samplerOf(name, argument string) (sdktrace.Sampler, error) {
	ratio, err := strconv.ParseFloat(cmp.Or(argument, "1"), 64)
	if err != nil || ratio < 0 || ratio > 1 {
		return nil, fmt.Errorf("OTEL_TRACES_SAMPLER_ARG: %q is not a number from 0 to 1", argument)
	}
	switch name {
	case "always_on":
		return sdktrace.AlwaysSample(), nil
	case "always_off":
		return sdktrace.NeverSample(), nil
	case "traceidratio":
		return sdktrace.TraceIDRatioBased(ratio), nil
	case "", "parentbased_always_on":
		return sdktrace.ParentBased(sdktrace.AlwaysSample()), nil
	case "parentbased_always_off":
		return sdktrace.ParentBased(sdktrace.NeverSample()), nil
	case "parentbased_traceidratio":
		return sdktrace.ParentBased(sdktrace.TraceIDRatioBased(ratio)), nil
	}
	return nil, fmt.Errorf("OTEL_TRACES_SAMPLER: %q is not offered; use always_on, always_off, traceidratio or one of "+
		"them behind parentbased_", name)
}
