package lookup

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
)

// Hosts is a list of registries: "ghcr.io", "registry.acme.com:5000", and for all hosts
// below a domain "*.pkg.dev".
type Hosts []string

// Public are the registries that anybody may ask about public images.
func Public() Hosts {
	return Hosts{"docker.io", "ghcr.io", "quay.io", "registry.k8s.io", "mcr.microsoft.com", "gcr.io", "*.gcr.io", "*.pkg.dev", "public.ecr.aws"}
}

var hostPattern = regexp.MustCompile(`^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+(:[0-9]{1,5})?$`)

// ParseHosts checks a list; it may be empty.
func ParseHosts(list []string) (Hosts, error) {
	var hosts Hosts
	for _, h := range list {
		h = strings.ToLower(strings.TrimSpace(h))
		if !hostPattern.MatchString(h) {
			return nil, fmt.Errorf("%q: expected host names like ghcr.io, or *.pkg.dev, separated by commas", h)
		}
		hosts = append(hosts, h)
	}
	return hosts, nil
}

// Match reports whether a registry is on the list.
func (hs Hosts) Match(host string) bool {
	host = Canonical(host)
	return slices.ContainsFunc(hs, func(h string) bool {
		if domain, ok := strings.CutPrefix(h, "*"); ok {
			return strings.HasSuffix(host, domain) && len(host) > len(domain)
		}
		return Canonical(h) == host
	})
}

// Canonical is the name that people write for a registry.
func Canonical(host string) string {
	switch host = strings.ToLower(strings.TrimSuffix(host, ":443")); host {
	case name.DefaultRegistry, "registry-1.docker.io", "registry.hub.docker.com":
		return "docker.io"
	}
	return host
}
