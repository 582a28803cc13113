package hub

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v60/github"
)

var (
	// ErrNoInstallation says that the app is not installed there any more, or suspended.
	ErrNoInstallation = errors.New("the app is not installed there, or is suspended")
	// ErrNoRepository says that the repository is gone or not open to the installation.
	ErrNoRepository = errors.New("the repository does not exist or is not open to the app")
	// ErrMoved says that the repository has another name or that another repository
	// has its name now.
	ErrMoved = errors.New("the repository was renamed or moved")
	// ErrUnknownCommit says that the repository has no such commit.
	ErrUnknownCommit = errors.New("the repository has no such commit")
	// ErrGone says that what was to be changed was deleted; it can be made anew.
	ErrGone = errors.New("it was deleted")
	// ErrLocked says that the conversation is locked: no comment can be written.
	ErrLocked = errors.New("the conversation is locked")
	// ErrBadKey says that GitHub does not take the app's id with its private key.
	ErrBadKey = errors.New("GitHub refuses the app's id and private key (wrong id, wrong key, or this machine's clock is wrong)")
	// ErrBadToken says that GitHub does not take a person's token.
	ErrBadToken = errors.New("GitHub refuses the token: it is wrong or has expired")
	// ErrForbidden says that the app lacks a permission.
	ErrForbidden = errors.New("the app has no permission for this")
)

// maxMessage bounds what is told of an answer's own words.
const maxMessage = 1000

// UnavailableError says that GitHub did not answer, or not wholly: try again later.
type UnavailableError struct {
	Status int // HTTP status, or 0 when there was no answer
	// Sent: it was a write and it may have taken effect although no answer says so.
	Sent bool
	Err  error
}

// Error tells the status or what cut the answer.
func (e *UnavailableError) Error() string {
	text := "GitHub is not available"
	if e.Status != 0 {
		text += fmt.Sprintf(" (status %d)", e.Status)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// RetryAfter is the zero time: GitHub does not say when it will be back.
func (e *UnavailableError) RetryAfter() time.Time { return time.Time{} }

// Unwrap is the cause.
func (e *UnavailableError) Unwrap() error { return e.Err }

// explain wraps an error of go-github or ghinstallation with what was being done, and
// with the sentinel that callers act upon.
func explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	if mint, ok := errors.AsType[*ghinstallation.HTTPError](err); ok {
		return fmt.Errorf("%s: %w", doing, explainMint(mint))
	}
	if limit, ok := errors.AsType[*LimitError](err); ok {
		return fmt.Errorf("%s: %w", doing, limit)
	}
	if down, ok := errors.AsType[*UnavailableError](err); ok {
		return fmt.Errorf("%s: %w", doing, down)
	}
	if answer, ok := errors.AsType[*github.ErrorResponse](err); ok {
		return fmt.Errorf("%s: %w", doing, explainAnswer(answer))
	}
	return fmt.Errorf("%s: %w", doing, unreadable(err))
}

// explainMint tells why no token was to be had.
func explainMint(err *ghinstallation.HTTPError) error {
	if err.Response == nil {
		return explain("making a token", err.RootCause)
	}
	switch err.Response.StatusCode {
	case http.StatusNotFound, http.StatusForbidden:
		return fmt.Errorf("making a token for installation %d: %w", err.InstallationID, ErrNoInstallation)
	case http.StatusUnauthorized:
		return fmt.Errorf("making a token: %w", ErrBadKey)
	}
	return fmt.Errorf("making a token for installation %d: status %d", err.InstallationID, err.Response.StatusCode)
}

// explainAnswer gives the statuses that mean the same for every call their meaning.
func explainAnswer(answer *github.ErrorResponse) error {
	text := message(answer)
	switch answer.Response.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return ErrMoved
	case http.StatusForbidden:
		if strings.Contains(strings.ToLower(text), "locked") {
			return ErrLocked
		}
		return fmt.Errorf("%w: %s", ErrForbidden, text)
	case http.StatusUnprocessableEntity, http.StatusNotFound, http.StatusConflict:
		if strings.Contains(strings.ToLower(text), "no commit found") {
			return ErrUnknownCommit
		}
	}
	return fmt.Errorf("status %d: %s", answer.Response.StatusCode, text)
}

// message is GitHub's text with the details of a refused request.
func message(answer *github.ErrorResponse) string {
	text := answer.Message
	for _, e := range answer.Errors {
		text += fmt.Sprintf("; %s %s %s %s", e.Resource, e.Field, e.Code, e.Message)
	}
	return clip(text)
}

func clip(text string) string {
	if len(text) > maxMessage {
		return strings.ToValidUTF8(text[:maxMessage], "") + "…"
	}
	return text
}

// status is the HTTP status that err carries, or 0.
func status(err error) int {
	if answer, ok := errors.AsType[*github.ErrorResponse](err); ok && answer.Response != nil {
		return answer.Response.StatusCode
	}
	return 0
}
