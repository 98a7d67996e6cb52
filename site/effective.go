package site

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// TraceStoreText is what the trace store goes by, of the files and of the defaults, as a
// values file without its secrets and without the keys that are not used.
func (s *Site) TraceStoreText() (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "# The trace store of release %s: what values.yaml says, and the defaults. 0 and an empty\n# list stand for what docs/reference/values.md says of them.\n", s.Release)
	fmt.Fprintf(&b, "# data: %s\n# http: %s\n", s.DataDir, s.TempoHTTP().Addr)
	if a, ok := s.TempoOTLPGRPC(); ok {
		fmt.Fprintf(&b, "# otlp over grpc: %s\n", a.Addr)
	}
	if a, ok := s.TempoOTLPHTTP(); ok {
		fmt.Fprintf(&b, "# otlp over http: %s\n", a.Addr)
	}
	sections, err := effective(reflect.ValueOf(struct {
		Tempo Tempo `yaml:"tempo"`
		Local struct {
			Traces LocalTraces `yaml:"traces"`
		} `yaml:"local"`
	}{s.Values.Tempo, struct {
		Traces LocalTraces `yaml:"traces"`
	}{s.Values.Local.Traces}}))
	if err != nil {
		return "", err
	}
	to := yaml.NewEncoder(&b)
	to.SetIndent(2)
	if err := to.Encode(sections); err != nil {
		return "", err
	}
	return b.String(), to.Close()
}

// effective is a value as YAML.
func effective(v reflect.Value) (*yaml.Node, error) {
	node := &yaml.Node{}
	switch value := v.Interface().(type) {
	case Secrets:
		return node, node.Encode(map[string]string{})
	case Secret:
		return node, node.Encode("")
	case Size:
		return node, node.Encode(value.String())
	case string:
		return node, node.Encode(withoutPassword(value))
	}
	switch v.Kind() {
	case reflect.Struct:
		return effectiveStruct(v)
	case reflect.Slice:
		node.Kind, node.Style = yaml.SequenceNode, yaml.FlowStyle
		for i := range v.Len() {
			item, err := effective(v.Index(i))
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, item)
		}
		return node, nil
	}
	return node, node.Encode(v.Interface())
}

func effectiveStruct(v reflect.Value) (*yaml.Node, error) {
	node := &yaml.Node{Kind: yaml.MappingNode}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if name == "" {
			continue // keys that are not used
		}
		value, err := effective(v.Field(i))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if v.Field(i).IsZero() && field.Tag.Get("site") == "nullable" {
			value = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
		}
		if secret, ok := v.Field(i).Interface().(Secrets); ok && len(secret) > 0 {
			value.LineComment = hidden
		}
		node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, value)
	}
	return node, nil
}

// withoutPassword is a text without the password of a URL.
func withoutPassword(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.User == nil {
		return text
	}
	if _, has := u.User.Password(); !has {
		return text
	}
	return u.Redacted()
}
