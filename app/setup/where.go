package setup

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
)

// GitHub is where an App is registered.
type GitHub struct {
	Web string // of the pages, without a slash at its end: "https://github.com"
	API string // of the REST API: "https://api.github.com"
	// Apps is the path below Web under which Apps have their pages.
	Apps string
}

// hostShape is a host with or without a port: it is put into headers and addresses.
var hostShape = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$`)

// ParseGitHub reads "github.com", the host of an Enterprise Server or the address of its
// pages; empty is github.com. Without TLS it takes a server on this machine only: the
// credentials come from there.
func ParseGitHub(text string) (GitHub, error) {
	const expected = "expected github.com, or an Enterprise Server as github.example.com"
	text = strings.TrimSuffix(strings.TrimSpace(text), "/")
	if text == "" {
		text = "github.com"
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(strings.ToLower(text))
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return GitHub{}, fmt.Errorf("%q is no address: %s", text, expected)
	case u.User != nil: // not repeated: it may hold a password
		return GitHub{}, errors.New("the address holds credentials: " + expected)
	case u.Path != "" || u.RawQuery != "" || u.Fragment != "":
		return GitHub{}, fmt.Errorf("%q has something behind the host: %s", text, expected)
	case !hostShape.MatchString(u.Host):
		return GitHub{}, fmt.Errorf("%q is no host: %s", u.Host, expected)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return GitHub{}, fmt.Errorf("%q has no TLS, and the App's credentials come from there: expected https", text)
	}
	return reach(u), nil
}

// reach knows where each kind of GitHub has its API and its Apps.
func reach(u *url.URL) GitHub {
	web := u.Scheme + "://" + u.Host
	switch {
	case u.Host == "github.com" || u.Host == "www.github.com":
		return GitHub{"https://github.com", "https://api.github.com", "/apps/"}
	case strings.HasSuffix(u.Host, ".ghe.com"): // Enterprise Cloud with a domain of its own
		return GitHub{web, u.Scheme + "://api." + u.Host, "/apps/"}
	}
	return GitHub{web, web + "/api/v3", "/github-apps/"}
}

// Host is how the page and the terminal call it.
func (g GitHub) Host() string {
	_, host, _ := strings.Cut(g.Web, "://")
	return host
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// accountShape is what GitHub allows in the names of organisations.
var accountShape = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$`)

// parseOrganization reads the name of an organisation; empty is one's own account.
func parseOrganization(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || accountShape.MatchString(text) {
		return text, nil
	}
	return "", fmt.Errorf("%q is no name of an organisation: expected it as it stands in its address, "+
		"letters, digits and hyphens, at most 39; or nothing, for your own account", clip(text))
}

// parseWebhook reads the address to which GitHub sends events; without a path it is given
// the one that `checkrein serve` has.
func parseWebhook(text string) (string, error) {
	const expected = "expected https://HOST/webhook, where GitHub reaches `checkrein serve`"
	text = strings.TrimSpace(text)
	u, err := url.Parse(text)
	switch {
	case text == "":
		return "", errors.New("it is empty: " + expected)
	case err != nil || u.Hostname() == "" || u.Opaque != "" || u.Scheme != "https" && u.Scheme != "http" || len(text) > 500:
		return "", fmt.Errorf("%q is no address: %s", clip(text), expected)
	case u.User != nil:
		return "", errors.New("it holds credentials, and GitHub shows it: " + expected)
	case u.RawQuery != "" || u.Fragment != "":
		return "", fmt.Errorf("%q has something behind the path: %s", clip(text), expected)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", fmt.Errorf("%q has no TLS: %s", clip(text), expected)
	case u.Path == "" || u.Path == "/":
		u.Path = "/webhook"
	}
	return u.String(), nil
}

// Suggestions tells what is wrong with suggestions for the page, so that it is said
// before anybody opens it; an empty webhook is asked for there.
func Suggestions(github, organization, webhook string) error {
	if _, err := ParseGitHub(github); err != nil {
		return fmt.Errorf("GitHub: %w", err)
	}
	if _, err := parseOrganization(organization); err != nil {
		return fmt.Errorf("organisation: %w", err)
	}
	if webhook == "" {
		return nil
	}
	if _, err := parseWebhook(webhook); err != nil {
		return fmt.Errorf("webhook URL: %w", err)
	}
	return nil
}

// clip bounds what is repeated of an input.
func clip(text string) string {
	if len(text) > 100 {
		return strings.ToValidUTF8(text[:100], "") + "…"
	}
	return text
}
