package site

import "log/slog"

// hidden is what stands in a log in place of a secret.
const hidden = "(hidden)"

// Secret is a string that no print, log or JSON shows.
type Secret string

// String, GoString, LogValue and MarshalText hide it.
func (Secret) String() string               { return hidden }
func (Secret) GoString() string             { return hidden }
func (Secret) LogValue() slog.Value         { return slog.StringValue(hidden) }
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Secrets is a map that no print, log or JSON shows.
type Secrets map[string]any

// String, GoString, LogValue and MarshalText hide it.
func (Secrets) String() string               { return hidden }
func (Secrets) GoString() string             { return hidden }
func (Secrets) LogValue() slog.Value         { return slog.StringValue(hidden) }
func (Secrets) MarshalText() ([]byte, error) { return []byte(hidden), nil }
