package packages

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// token is what the registry gave for the caller's credential; it lives as long as the
// Repository, in memory only.
type token struct {
	first  sync.Mutex // held by who asks without one
	mu     sync.Mutex
	header string
}

func (r *Repository) header() string {
	if !r.github {
		return r.credential
	}
	r.token.mu.Lock()
	defer r.token.mu.Unlock()
	return r.token.header
}

var challengePart = regexp.MustCompile(`([a-zA-Z_]+)="([^"]*)"`)

// authorize answers the registry's challenge: a bearer token for the caller's credential,
// from the registry's own host, or the credential itself as a password. used is the header
// that was not enough: many ask at once, and one token serves them all. Distribution spec,
// "Token Authentication".
func (r *Repository) authorize(ctx context.Context, challenge, used string) error {
	r.token.mu.Lock()
	defer r.token.mu.Unlock()
	if r.token.header != used {
		return nil
	}
	secret, err := password(r.credential)
	if err != nil {
		return err
	}
	scheme, rest, _ := strings.Cut(challenge, " ")
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("token:"+secret))
	switch strings.ToLower(scheme) {
	case "basic":
		r.token.header = basic
		return nil
	case "bearer":
	default:
		return errors.New("registry: it asks for a credential of a kind that is not known")
	}
	parts := map[string]string{}
	for _, m := range challengePart.FindAllStringSubmatch(rest, -1) {
		parts[strings.ToLower(m[1])] = m[2]
	}
	realm, err := r.realm(parts["realm"], parts["service"])
	if err != nil {
		return err
	}
	bearer, err := r.exchange(ctx, realm, basic)
	if err != nil {
		return err
	}
	r.token.header = "Bearer " + bearer
	return nil
}

// password takes the secret out of an Authorization header as the API accepts it.
func password(header string) (string, error) {
	scheme, value, _ := strings.Cut(header, " ")
	switch strings.ToLower(scheme) {
	case "token", "bearer":
		return strings.TrimSpace(value), nil
	case "basic":
		pair, err := base64.StdEncoding.DecodeString(strings.TrimSpace(value))
		if _, secret, ok := strings.Cut(string(pair), ":"); ok && err == nil {
			return secret, nil
		}
	}
	return "", errors.New("registry: the caller's credential is none that a registry takes")
}

// realm is where the token is to be had. It must be on the registry's host: a credential
// goes nowhere else.
func (r *Repository) realm(address, service string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != r.up.registry.Scheme || u.Host != r.up.registry.Host {
		return "", errors.New("registry: it asks for a token from another host; the caller's credential is not sent there")
	}
	query := u.Query()
	query.Set("scope", "repository:"+r.name+":pull")
	if service != "" {
		query.Set("service", service)
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}

func (r *Repository) exchange(ctx context.Context, realm, basic string) (string, error) {
	r.up.counts.tokens.Add(1)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, realm, nil)
	if err != nil {
		return "", fmt.Errorf("registry token: %w", err)
	}
	req.Header.Set("Authorization", basic)
	resp, err := r.up.client.Do(req)
	if err != nil {
		return "", blame("registry token", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", &StatusError{resp.StatusCode, "registry token", resp.Header}
	}
	var answer struct {
		Token       string `json:"token"`
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&answer); err != nil {
		return "", errors.New("registry token: the answer is no JSON")
	}
	if answer.Token == "" {
		answer.Token = answer.AccessToken
	}
	if answer.Token == "" {
		return "", errors.New("registry token: the answer holds none")
	}
	return answer.Token, nil
}
