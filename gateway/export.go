package gateway

import "supersonic/gateway/trace"

// SpanExporter hands spans to whoever keeps them. See trace.Exporter.
type SpanExporter = trace.SpanExporter
