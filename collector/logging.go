package collector

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"go.uber.org/zap/zapcore"
)

// slogCore hands the collector's zap entries to our slog handler.
type slogCore struct {
	handler slog.Handler
	level   zapcore.LevelEnabler // service.telemetry.logs.level
	info    slog.Level           // what zap's Info becomes
}

func newSlogCore(h slog.Handler, level zapcore.LevelEnabler) zapcore.Core {
	return slogCore{h, level, slog.LevelDebug}
}

func (c slogCore) slogLevel(l zapcore.Level) slog.Level {
	switch {
	case l >= zapcore.ErrorLevel:
		return slog.LevelError
	case l == zapcore.WarnLevel:
		return slog.LevelWarn
	case l == zapcore.InfoLevel:
		return c.info
	}
	return slog.LevelDebug
}

// Enabled lets through what Write may still raise to Warn.
func (c slogCore) Enabled(l zapcore.Level) bool {
	level := c.slogLevel(l)
	if l == zapcore.InfoLevel {
		level = slog.LevelWarn
	}
	return c.level.Enabled(l) && c.handler.Enabled(context.Background(), level)
}

// With adds fields. Those of a debug exporter raise its Info to ours: its output is
// what the user wants to see.
func (c slogCore) With(fields []zapcore.Field) zapcore.Core {
	attrs := attrsOf(fields)
	for _, a := range attrs {
		if name := a.Value.String(); a.Key == "otelcol.component.id" && (name == "debug" || strings.HasPrefix(name, "debug/")) {
			c.info = slog.LevelInfo
		}
	}
	if len(attrs) > 0 {
		c.handler = c.handler.WithAttrs(attrs)
	}
	return c
}

func (c slogCore) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return ce.AddCore(e, c)
	}
	return ce
}

func (c slogCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	level := c.slogLevel(e.Level)
	switch {
	case e.Level == zapcore.WarnLevel && strings.Contains(e.Message, "deprecated"):
		level = slog.LevelDebug // the chart's own text: nothing is degraded, nobody has to act
	case e.Level == zapcore.InfoLevel && strings.Contains(e.Message, "failed"):
		level = slog.LevelWarn // "Exporting failed. Will retry": degraded, heals itself
	}
	if !c.handler.Enabled(context.Background(), level) {
		return nil
	}
	r := slog.NewRecord(e.Time, level, e.Message, 0)
	r.AddAttrs(attrsOf(fields)...)
	return c.handler.Handle(context.Background(), r)
}

func (slogCore) Sync() error { return nil }

// attrsOf turns zap's fields into attributes. The resource of the collector itself,
// the same in every line, is left out.
func attrsOf(fields []zapcore.Field) []slog.Attr {
	enc := zapcore.NewMapObjectEncoder()
	for _, f := range fields {
		if f.Key != "resource" {
			f.AddTo(enc)
		}
	}
	attrs := make([]slog.Attr, 0, len(enc.Fields))
	for _, k := range slices.Sorted(maps.Keys(enc.Fields)) {
		attrs = append(attrs, slog.Any(k, enc.Fields[k]))
	}
	return attrs
}
