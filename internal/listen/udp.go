package listen

import "net"

// UDP takes the port of a for datagrams; a.TLS must be nil. It refuses as TCP does.
func UDP(a Address) (net.PacketConn, error) {
	c, err := net.ListenPacket("udp", a.Addr)
	if err != nil {
		return nil, a.explain(err)
	}
	return c, nil
}
