package collector

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"syscall"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"

	"supersonic/internal/listen"
)

// ports are the addresses on which the running pipelines will listen, held from
// New until Run.
type ports struct {
	at     map[string]string // key, dotted: the address
	chosen map[string]any    // key, with ::, of what asked for port 0: the address it got
	held   []io.Closer
	origin origin
}

// takePorts listens on every address of the receivers, exporters and extensions
// that a pipeline or service.extensions names. If one is busy it gives back all.
func takePorts(l *loaded, o origin) (*ports, error) {
	p := &ports{at: map[string]string{}, chosen: map[string]any{}, origin: o}
	receivers, exporters := map[component.ID]bool{}, map[component.ID]bool{}
	for _, pipeline := range l.cfg.Service.Pipelines {
		for _, id := range pipeline.Receivers {
			receivers[id] = true
		}
		for _, id := range pipeline.Exporters {
			exporters[id] = exporters[id] || id.Type().String() == "prometheus"
		}
	}
	var errs []error
	for id, cfg := range l.cfg.Receivers {
		if receivers[id] && id.Type().String() != "prometheus" { // that one scrapes; its endpoints are others'
			errs = append(errs, p.takeAll("receivers::"+id.String(), cfg))
		}
	}
	for id, cfg := range l.cfg.Exporters {
		if exporters[id] {
			errs = append(errs, p.takeAll("exporters::"+id.String(), cfg))
		}
	}
	for id, cfg := range l.cfg.Extensions {
		if slices.Contains(l.cfg.Service.Extensions, id) {
			errs = append(errs, p.takeAll("extensions::"+id.String(), cfg))
		}
	}
	if err := errors.Join(errs...); err != nil {
		p.release()
		return nil, err
	}
	return p, nil
}

func (p *ports) takeAll(key string, cfg component.Config) error {
	conf := confmap.New()
	if err := conf.Marshal(cfg); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return p.takeIn(key, conf.ToStringMap())
}

// takeIn takes the `endpoint` of m and of the maps in it.
func (p *ports) takeIn(key string, m map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		switch v := m[name].(type) {
		case map[string]any:
			if err := p.takeIn(key+"::"+name, v); err != nil {
				return err
			}
		case string:
			transport, _ := m["transport"].(string)
			if name != "endpoint" || v == "" || strings.HasPrefix(transport, "unix") {
				continue
			}
			if err := p.take(key+"::"+name, v); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *ports) take(key, addr string) error {
	dotted := strings.ReplaceAll(key, "::", ".")
	a := listen.Address{Addr: addr, Key: p.origin.name(dotted)}
	var got net.Addr
	// The two Thrift protocols of Jaeger's old agents are the only ones over UDP.
	if strings.Contains(key, "::thrift_compact::") || strings.Contains(key, "::thrift_binary::") {
		c, err := listen.UDP(a)
		if err != nil {
			return p.busy(dotted, err)
		}
		p.held, got = append(p.held, c), c.LocalAddr()
	} else {
		l, err := listen.TCP(a)
		if err != nil {
			return p.busy(dotted, err)
		}
		p.held, got = append(p.held, l), l.Addr()
	}
	p.at[dotted] = got.String()
	if _, port, err := net.SplitHostPort(addr); err == nil && port == "0" {
		p.chosen[key] = got.String()
	}
	return nil
}

func (p *ports) busy(key string, err error) error {
	return fmt.Errorf("%scollector: %w", p.origin.prefix(key), err)
}

// release gives the ports to their components, or back.
func (p *ports) release() {
	for _, c := range p.held {
		c.Close()
	}
	p.held = nil
}

func (p *ports) addrs() map[string]string { return maps.Clone(p.at) }

// explain names the key of a port that another process took between New and Run.
func (p *ports) explain(err error) error {
	if !errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("start the collector: %w", err)
	}
	for key, addr := range p.at {
		// By port: what was 0.0.0.0 in the file is [::] here.
		if _, port, _ := net.SplitHostPort(addr); strings.Contains(err.Error(), ":"+port+": ") {
			return p.busy(key, fmt.Errorf("%w (set by %s: another process has this port; stop it or choose another port)", err, p.origin.name(key)))
		}
	}
	return fmt.Errorf("start the collector: %w (another process has this port)", err)
}
