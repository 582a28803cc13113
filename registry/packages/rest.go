package packages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/go-github/v60/github"

	"github.com/checkrein/checkrein/registry"
)

// PerPage is how many versions one page of the API holds at most.
const PerPage = 100

// Owner is how a path of the API names whose package it is.
type Owner struct {
	Kind string // orgs, users or user
	Name string // login; empty for user: whoever asks
}

// Package is a container package as one caller sees it.
type Package struct {
	up         *Upstreams
	owner      Owner
	name       string // with slashes
	credential string // the Authorization header of the caller
	rest       *github.Client
	*Repository
}

// Package is the container package of an owner, seen with a caller's Authorization
// header. login is who owns it, for the registry's name.
func (u *Upstreams) Package(owner Owner, login, name, credential string) *Package {
	p := &Package{up: u, owner: owner, name: name, credential: credential, rest: u.github(credential)}
	p.Repository = u.repository(strings.ToLower(login)+"/"+name, credential, true)
	return p
}

// github is a client that sends a caller's Authorization header as it came.
func (u *Upstreams) github(credential string) *github.Client {
	client := github.NewClient(&http.Client{
		Transport: authorize{credential, cmp.Or[http.RoundTripper](u.client.Transport, http.DefaultTransport)}, CheckRedirect: u.client.CheckRedirect, Timeout: timeout,
	})
	base := *u.api
	base.Path += "/"
	client.BaseURL, client.UserAgent = &base, "checkrein-guard"
	return client
}

type authorize struct {
	credential string
	next       http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (a authorize) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", a.credential)
	return a.next.RoundTrip(r)
}

// Login asks who a caller is; GitHub tells it to people's tokens only.
func (u *Upstreams) Login(ctx context.Context, credential string) (string, error) {
	me, _, err := u.github(credential).Users.Get(ctx, "")
	if err != nil {
		return "", answered("the caller's login", err)
	}
	return me.GetLogin(), nil
}

// answered turns go-github's errors, which repeat addresses and bodies, into ours.
func answered(what string, err error) error {
	var limited *github.RateLimitError
	var abuse *github.AbuseRateLimitError
	var e *github.ErrorResponse
	switch {
	case errors.As(err, &limited) && limited.Response != nil:
		return &StatusError{limited.Response.StatusCode, what, limited.Response.Header}
	case errors.As(err, &abuse) && abuse.Response != nil:
		return &StatusError{abuse.Response.StatusCode, what, abuse.Response.Header}
	case errors.As(err, &e) && e.Response != nil:
		return &StatusError{e.Response.StatusCode, what, e.Response.Header}
	}
	return blame(what, err)
}

// path is the address of the package's versions. go-github's own methods escape names
// below organisations and not below users, so that a slash means two things.
func (p *Package) path() string {
	owner := p.owner.Kind
	if p.owner.Name != "" {
		owner += "/" + p.owner.Name
	}
	return owner + "/packages/container/" + url.PathEscape(p.name) + "/versions"
}

// ask asks the API and decodes the answer into what is given, unless that is nil.
func (p *Package) ask(ctx context.Context, method, path, what string, into any) (*github.Response, error) {
	req, err := p.rest.NewRequest(method, path, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	resp, err := p.rest.Do(ctx, req, into)
	if err != nil {
		return nil, answered(what, err)
	}
	return resp, nil
}

// Version reads one version.
func (p *Package) Version(ctx context.Context, id int64) (registry.Version, error) {
	p.up.counts.versions.Add(1)
	var v github.PackageVersion
	if _, err := p.ask(ctx, http.MethodGet, fmt.Sprintf("%s/%d", p.path(), id), fmt.Sprintf("version %d", id), &v); err != nil {
		return registry.Version{}, err
	}
	return version(&v)
}

func version(v *github.PackageVersion) (registry.Version, error) {
	digest, err := registry.ParseDigest(v.GetName())
	if err != nil {
		return registry.Version{}, fmt.Errorf("version %d: %w", v.GetID(), err)
	}
	out := registry.Version{ID: v.GetID(), Digest: digest, Created: v.GetCreatedAt().Time, Updated: v.GetUpdatedAt().Time}
	if m := v.GetMetadata(); m != nil && m.Container != nil {
		out.Tags = m.Container.Tags
	}
	return out, nil
}

// Page is one page of a list of versions.
type Page struct {
	Versions []registry.Version
	Number   int
	Next     int // 0: this is the last
	Last     int // 0: not told, as on the last page
}

// Page reads one page, numbered from 1; state is active or deleted.
func (p *Package) Page(ctx context.Context, number int, state string) (Page, error) {
	p.up.counts.pages.Add(1)
	what := fmt.Sprintf("page %d of the versions", number)
	var list []*github.PackageVersion
	resp, err := p.ask(ctx, http.MethodGet, fmt.Sprintf("%s?page=%d&per_page=%d&state=%s", p.path(), number, PerPage, state), what, &list)
	if err != nil {
		return Page{}, err
	}
	page := Page{Number: number, Next: resp.NextPage, Last: resp.LastPage}
	if resp.Header.Get("Link") == "" && len(list) >= PerPage {
		page.Next = number + 1 // a server without Link: only an empty page is the end
	}
	for _, v := range list {
		one, err := version(v)
		if err != nil {
			return Page{}, fmt.Errorf("%s: %w", what, err)
		}
		page.Versions = append(page.Versions, one)
	}
	return page, nil
}

// Restore brings a deleted version back.
func (p *Package) Restore(ctx context.Context, id int64) error {
	p.up.counts.writes.Add(1)
	_, err := p.ask(ctx, http.MethodPost, fmt.Sprintf("%s/%d/restore", p.path(), id), fmt.Sprintf("restore of version %d", id), nil)
	return err
}
