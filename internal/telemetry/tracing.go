package telemetry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"mindflow/internal/mindflow"
)

// Tracing sends spans of requests, and of what is done for them, to an OpenTelemetry
// collector. On nil there are none.
type Tracing struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
	headers  propagation.TraceContext
}

// OpenTelemetry's settings that say whether and where to send spans. The rest,
// such as the sampler, its library reads by itself.
const (
	otelDisabled       = "OTEL_SDK_DISABLED"
	otelExporter       = "OTEL_TRACES_EXPORTER"
	otelEndpoint       = "OTEL_EXPORTER_OTLP_ENDPOINT"
	otelTracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	otelProtocol       = "OTEL_EXPORTER_OTLP_PROTOCOL"
	otelTracesProtocol = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
	overHTTP           = "http/protobuf"
)

// StartTracing sends spans when the environment names where to: else it answers
// nil. Its error is one sentence for the person who starts the program.
func StartTracing(ctx context.Context, env map[string]string, version string, log *slog.Logger) (*Tracing, error) {
	if on, err := tracingOn(env); err != nil || !on {
		return nil, err
	}
	to, err := newCollector(env)
	if err != nil {
		return nil, err
	}
	about, err := resource.New(ctx, // of two that say the same, the later one counts
		resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", "mindflow"), attribute.String("service.version", version)),
		resource.WithFromEnv(),
	)
	if err != nil {
		return nil, errors.New("OTEL_RESOURCE_ATTRIBUTES must be name=value pairs with commas between")
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		log.WarnContext(context.WithoutCancel(ctx), "traces could not be sent", "error", err)
	}))
	exporter, err := otlptrace.New(ctx, to)
	if err != nil {
		return nil, fmt.Errorf("start tracing: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	return &Tracing{provider: provider, tracer: provider.Tracer("mindflow", trace.WithInstrumentationVersion(version))}, nil
}

func tracingOn(env map[string]string) (bool, error) {
	exporter := cmp.Or(env[otelExporter], "otlp")
	if strings.EqualFold(env[otelDisabled], "true") || exporter == "none" || env[otelEndpoint]+env[otelTracesEndpoint] == "" {
		return false, nil
	}
	if exporter != "otlp" {
		return false, errors.New(otelExporter + " must be otlp or none")
	}
	if cmp.Or(env[otelTracesProtocol], env[otelProtocol], overHTTP) != overHTTP {
		return false, errors.New(otelProtocol + " must be " + overHTTP)
	}
	_, err := collectorURL(env)
	return err == nil, err
}

// Close sends what has not been sent, no longer than the context.
func (t *Tracing) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("send traces: %w", err)
	}
	return nil
}

// RequestBegan begins the span of a request. It continues the caller's trace
// when a traceparent header names one.
func (t *Tracing) RequestBegan(ctx context.Context, r *http.Request) context.Context {
	if t == nil {
		return ctx
	}
	ctx = t.headers.Extract(ctx, propagation.HeaderCarrier(r.Header))
	method := methodLabel(r.Method)
	ctx, span := t.tracer.Start(ctx, method, trace.WithSpanKind(trace.SpanKindServer))
	if span.IsRecording() {
		span.SetAttributes(attribute.String("http.request.method", method))
		if own := mindflow.TraceOf(ctx); own != nil {
			span.SetAttributes(attribute.String("mindflow.request_id", own.RequestID))
		}
	}
	return ctx
}

// RequestEnded ends the span of a request, which is named by the pattern of its
// route.
func (t *Tracing) RequestEnded(ctx context.Context, pattern string, status int) {
	if t == nil {
		return
	}
	span := trace.SpanFromContext(ctx)
	defer span.End()
	if !span.IsRecording() {
		return
	}
	if pattern != "" {
		span.SetName(pattern)
		span.SetAttributes(attribute.String("http.route", pattern))
	}
	if own := mindflow.TraceOf(ctx); own != nil && !own.UserID.IsZero() {
		span.SetAttributes(attribute.String("enduser.id", own.UserID.String()))
	}
	if status != 0 {
		span.SetAttributes(attribute.Int("http.response.status_code", status))
	}
	if status == 0 || status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, "")
	}
}

// Watch sends each span on the way of a request; nil when nothing is
// traced.
func (t *Tracing) Watch() mindflow.Watch {
	if t == nil {
		return nil
	}
	return func(ctx context.Context, what mindflow.Span) (context.Context, func(error)) {
		if !trace.SpanFromContext(ctx).IsRecording() {
			return ctx, nothingToEnd // nobody's request, or one that is not sampled
		}
		name, kind := what.Name, trace.SpanKindInternal
		if what.SQL != "" {
			name, kind = firstWord(what.SQL), trace.SpanKindClient
		}
		ctx, span := t.tracer.Start(ctx, name, trace.WithSpanKind(kind))
		if what.SQL != "" {
			span.SetAttributes(attribute.String("db.query.text", strings.TrimSpace(what.SQL)))
		}
		return ctx, func(err error) {
			// What the error says may quote what a person typed: only its kind is told.
			switch mindflow.KindOf(err) {
			case mindflow.KindInternal, mindflow.KindUnavailable, mindflow.KindFull:
				if err != nil {
					span.SetStatus(codes.Error, "")
				}
			default:
			}
			span.End()
		}
	}
}

func nothingToEnd(error) {}

func firstWord(sql string) string {
	word, _, _ := strings.Cut(strings.TrimLeft(sql, " \n\t"), " ")
	return word
}
