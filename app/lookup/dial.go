package lookup

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// errPrivate says that an address is not one of the public network.
var errPrivate = errors.New("the address is not public")

// Detour has tests reach a registry of their own under a public name.
type Detour struct {
	// Hosts maps "example.com:443" to the address that is dialled instead, and permitted.
	Hosts map[string]string
	Roots *x509.CertPool // nil: the system's
}

// newTransport reaches public addresses only, directly, over TLS.
func newTransport(d Detour) *http.Transport {
	guarded := &net.Dialer{Timeout: answerTime, Control: public}
	return &http.Transport{
		Proxy: nil, // a proxy would dial for us, whatever the address
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if instead, ok := d.Hosts[address]; ok {
				return (&net.Dialer{}).DialContext(ctx, network, instead)
			}
			return guarded.DialContext(ctx, network, address)
		},
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: d.Roots},
		TLSHandshakeTimeout:    answerTime,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // so that a small answer is a small answer
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConnsPerHost:    atOnce,
		IdleConnTimeout:        30 * time.Second,
	}
}

// public looks at the address that is dialled after names were resolved: whatever a name
// or a redirect says, nothing inside is reached.
func public(network, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%s: %w", address, err)
	}
	if !isPublic(at.Addr()) {
		return errPrivate
	}
	return nil
}

// inside are IPv4 ranges that are not of the public network (RFC 6890 and what followed).
var inside = prefixes("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/4", "240.0.0.0/4")

// inside6 are ranges within 2000::/3 that are documentation, tunnels or protocol.
var inside6 = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")

// nat64 carries an IPv4 address in its last four bytes.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// global is where unicast addresses are given out in IPv6.
var global = netip.MustParsePrefix("2000::/3")

func prefixes(list ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(list))
	for i, p := range list {
		all[i] = netip.MustParsePrefix(p)
	}
	return all
}

func isPublic(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if nat64.Contains(a) {
		bytes := a.As16()
		a = netip.AddrFrom4([4]byte(bytes[12:]))
	}
	if a.Is4() {
		return !within(a, inside)
	}
	return global.Contains(a) && !within(a, inside6)
}

func within(a netip.Addr, ranges []netip.Prefix) bool {
	for _, p := range ranges {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
