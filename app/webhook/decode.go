package webhook

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// App is who the deliveries are for.
type App struct {
	ID     int64    // of the GitHub App: its own check runs carry it
	Slug   string   // the name in the app's address; its own events come from "<slug>[bot]"; empty: not known
	Owners []string // whose repositories are served; empty: all
}

var objectID = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

// event is one family of events. Every family has its own file.
type event interface {
	common() *envelope
	// wanted reports whether an event with this action is for the app.
	wanted(App) bool
	// fill adds what the event changes; its error says what was expected.
	fill(*Intake) error
}

// envelope is what all wanted events share; other fields may come and go.
type envelope struct {
	Action       string `json:"action"`
	Installation struct {
		ID int64 `json:"id"`
	} `json:"installation"`
	Repository struct {
		ID    int64  `json:"id"`
		Name  string `json:"name"`
		Owner struct {
			Login string `json:"login"`
		} `json:"owner"`
	} `json:"repository"`
	Sender struct {
		Login string `json:"login"`
		Type  string `json:"type"`
	} `json:"sender"`
}

func (e *envelope) common() *envelope { return e }

// newEvent answers nil for a family that the app does not listen to.
func newEvent(name string) event {
	switch name {
	case "pull_request":
		return &pullRequest{}
	case "merge_group":
		return &mergeGroup{}
	case "check_run":
		return &checkRun{}
	case "check_suite":
		return &checkSuite{}
	}
	return nil
}

// Decode reads a payload. Not ours are: other events and actions, the app's own
// doings, owners that are not served, and webhooks that are not the app's. The
// error says what the payload should have had.
func (a App) Decode(name, delivery string, payload []byte, received time.Time) (in Intake, ours bool, err error) {
	e := newEvent(name)
	if e == nil {
		if !json.Valid(payload) {
			return Intake{}, false, fmt.Errorf("%s: the payload is not JSON", name)
		}
		return Intake{}, false, nil
	}
	if err := json.Unmarshal(payload, e); err != nil {
		return Intake{}, false, fmt.Errorf("%s: the payload cannot be read: %w", name, err)
	}
	if !e.wanted(a) || !a.serves(e.common()) {
		return Intake{}, false, nil
	}
	in = e.common().intake(name, delivery, payload, received)
	if err := in.Repo.complete(); err != nil {
		return Intake{}, false, fmt.Errorf("%s: %w", name, err)
	}
	if err := e.fill(&in); err != nil {
		return Intake{}, false, fmt.Errorf("%s: %w", name, err)
	}
	return in, true, nil
}

// serves leaves out what the app itself did, else it would answer itself for ever,
// and what came through a repository's own webhook: no installation, no access.
func (a App) serves(e *envelope) bool {
	own := a.Slug != "" && e.Sender.Type == "Bot" && strings.EqualFold(e.Sender.Login, a.Slug+"[bot]")
	served := len(a.Owners) == 0 || slices.ContainsFunc(a.Owners, func(owner string) bool {
		return strings.EqualFold(owner, e.Repository.Owner.Login)
	})
	return !own && served && e.Installation.ID != 0
}

func (e *envelope) intake(name, delivery string, payload []byte, received time.Time) Intake {
	return Intake{
		Delivery: Delivery{ID: delivery, Event: name, Action: e.Action, Installation: e.Installation.ID,
			Repository: e.Repository.ID, Received: received, Payload: payload},
		Repo: Repo{ID: e.Repository.ID, Installation: e.Installation.ID,
			Owner: e.Repository.Owner.Login, Name: e.Repository.Name},
	}
}

func (r Repo) complete() error {
	if r.ID <= 0 || r.Owner == "" || r.Name == "" {
		return fmt.Errorf("expected repository.id, repository.name and repository.owner.login, got %d, %q and %q", r.ID, r.Name, r.Owner)
	}
	return nil
}

// commit checks a field that must name a commit.
func commit(field, sha string) error {
	if !objectID.MatchString(sha) {
		return fmt.Errorf("expected a commit id in %s, got %.80q", field, sha)
	}
	return nil
}

// due asks for one more judgement of a head.
func (in *Intake) due(sha string, rerun bool) {
	in.Due = append(in.Due, Due{Repository: in.Repo.ID, SHA: sha, Rerun: rerun})
}
