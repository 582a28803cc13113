package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
)

// tokenShape is printable ASCII without spaces: what a header can carry.
var tokenShape = regexp.MustCompile(`^[!-~]{1,1000}$`)

// Person speaks with GitHub with a person's own token, for what the app has no right to.
type Person struct{ client *Client }

// bearer sends a person's token to the API; redirects are not followed.
type bearer struct {
	token string
	next  http.RoundTripper
}

func (b bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+b.token)
	return b.next.RoundTrip(req)
}

// NewPerson needs of cfg only where GitHub is: no app id and no key. It sends nothing.
func NewPerson(cfg Config, token string) (*Person, error) {
	if !tokenShape.MatchString(token) {
		return nil, errors.New("the token is empty or has characters that no token has")
	}
	h, err := cfg.reach()
	if err != nil {
		return nil, err
	}
	g := newGate(h, 0)
	return &Person{&Client{hub: h, gate: g, api: h.rest(bearer{token, g})}}, nil
}

// CreateRuleset creates a ruleset of a repository and answers its id. Errors:
// ErrForbidden and ErrNoRepository (the token's owner is no administrator, or the token
// lacks the right), ErrMoved, *LimitError, *UnavailableError (Sent: it may exist).
func (p *Person) CreateRuleset(ctx context.Context, repo Repo, body any) (id int64, err error) {
	doing := "creating a ruleset of " + repo.String()
	if err := check(repo); err != nil {
		return 0, explain(doing, err)
	}
	req, err := p.client.api.NewRequest(http.MethodPost, fmt.Sprintf("repos/%s/%s/rulesets", repo.Owner, repo.Name), body)
	if err != nil {
		return 0, explain(doing, err)
	}
	var answer struct{ ID int64 }
	if _, err := p.client.api.Do(ctx, req, &answer); err != nil {
		return 0, refusedRuleset(doing, err)
	}
	if answer.ID <= 0 {
		return 0, explain(doing, &UnavailableError{Status: http.StatusCreated, Sent: true, Err: errors.New("the answer names no ruleset")})
	}
	return answer.ID, nil
}

// refusedRuleset adds what a person can do about a refusal.
func refusedRuleset(doing string, err error) error {
	told := explain(doing, err)
	switch status(err) {
	case http.StatusUnauthorized:
		return fmt.Errorf("%s: %w", doing, ErrBadToken)
	case http.StatusForbidden:
		return fmt.Errorf("%w (this needs a token of an administrator of the repository, with the permission \"administration: write\" or the scope \"repo\")", told)
	case http.StatusNotFound:
		return fmt.Errorf("%w (or the token's owner is no administrator of it)", errors.Join(ErrNoRepository, told))
	case http.StatusUnprocessableEntity:
		return fmt.Errorf("%w (a ruleset of this name may exist already, or the plan has no rulesets for this repository)", told)
	}
	return told
}
