package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"

	"github.com/google/go-github/v60/github"
)

// ErrBadCode says that GitHub does not know the code of a registration: it was used
// already, or it is more than an hour old.
var ErrBadCode = errors.New("GitHub does not know the code: it was used already, or it is more than an hour old")

// codeShape keeps a code from meaning something else in a path.
var codeShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,200}$`)

// Registered is an App as GitHub tells it once, when it has just been registered.
type Registered struct {
	ID                         int64
	Slug, Name, Owner, HTMLURL string
	PEM                        string
	WebhookSecret              string // empty when GitHub made none
}

// Redeem exchanges the code that GitHub sent at the end of the manifest flow for the
// App's credentials. Of cfg only where GitHub is counts: the code is all that GitHub
// wants to see. Errors: ErrBadCode, *LimitError, *UnavailableError (Sent: the code may
// be used up although no answer says so). None of them holds the code.
func Redeem(ctx context.Context, cfg Config, code string) (Registered, error) {
	const doing = "exchanging the code for the App's credentials"
	if !codeShape.MatchString(code) {
		return Registered{}, fmt.Errorf("%s: %w", doing, ErrBadCode)
	}
	h, err := cfg.reach()
	if err != nil {
		return Registered{}, err
	}
	app, _, err := h.rest(newGate(h, 0)).Apps.CompleteAppManifest(ctx, code)
	switch status(err) {
	case http.StatusNotFound:
		return Registered{}, fmt.Errorf("%s: %w", doing, ErrBadCode)
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return Registered{}, fmt.Errorf("%s: %s answers with a redirect, which is not followed", doing, h.api.Host)
	}
	if err != nil {
		return Registered{}, explain(doing, err)
	}
	return registered(doing, app)
}

// registered refuses an answer with which the App could not run.
func registered(doing string, app *github.AppConfig) (Registered, error) {
	if app.GetID() <= 0 || app.GetSlug() == "" {
		return Registered{}, explain(doing, lacking("which App was registered"))
	}
	if _, err := parseKey([]byte(app.GetPEM())); err != nil {
		return Registered{}, explain(doing, lacking("the App's private key"))
	}
	return Registered{ID: app.GetID(), Slug: app.GetSlug(), Name: app.GetName(), Owner: app.GetOwner().GetLogin(),
		HTMLURL: app.GetHTMLURL(), PEM: app.GetPEM(), WebhookSecret: app.GetWebhookSecret()}, nil
}
