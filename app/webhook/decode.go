package webhook

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/checkrein/checkrein/app/work"
)

// App is who the deliveries are for.
type App struct {
	ID     int64  // of the GitHub App: its own check runs carry it
	Slug   string // the name in the app's address; its own events come from "<slug>[bot]"; empty: not known
	Owners Owners
}

var objectID = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

// event is one family of events. Every family has its own file.
type event interface {
	common() *envelope
	owner() string // whose event it is
	// repo is the event's repository; zero for families that have none.
	repo() (Repo, error)
	// wanted reports whether an event with this action is for the app.
	wanted(App) bool
	// fill adds what the event changes; its error says what was expected.
	fill(*Intake) error
}

// envelope is what all wanted events share; other fields may come and go.
type envelope struct {
	Action       string `json:"action"`
	Installation struct {
		ID      int64 `json:"id"`
		Account struct {
			Login string `json:"login"`
		} `json:"account"` // in events about the installation itself
		Suspended *string `json:"suspended_at"`
	} `json:"installation"`
	Repository struct {
		ID    int64  `json:"id"`
		Name  string `json:"name"`
		Owner struct {
			Login string `json:"login"`
			Name  string `json:"name"` // pushes have had only this
		} `json:"owner"`
		DefaultBranch string `json:"default_branch"`
	} `json:"repository"`
	Sender struct {
		ID    int64  `json:"id"`
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
	case "pull_request_review":
		return &pullRequestReview{}
	case "issue_comment":
		return &issueComment{}
	case "push":
		return &push{}
	case "merge_group":
		return &mergeGroup{}
	case "check_run":
		return &checkRun{}
	case "check_suite":
		return &checkSuite{}
	case "deployment_status":
		return &deploymentStatus{}
	case "installation":
		return &installation{}
	case "installation_repositories":
		return &installationRepositories{}
	}
	return nil
}

// Hears reports whether the app listens to a family of events at all.
func Hears(event string) bool { return newEvent(event) != nil }

// Decode reads a payload, one that was signed or that GitHub itself was asked for. Not
// ours are: other events and actions, the app's own doings, owners that are not served,
// and webhooks that are not the app's. The error says what the payload should have had.
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
	if !e.wanted(a) || !a.serves(e) {
		return Intake{}, false, nil
	}
	repo, err := e.repo()
	if err != nil {
		return Intake{}, false, fmt.Errorf("%s: %w", name, err)
	}
	in = Intake{Repo: repo, Delivery: Delivery{ID: delivery, Event: name, Action: e.common().Action,
		Installation: e.common().Installation.ID, Repository: repo.ID, Received: received, Payload: payload}}
	if err := e.fill(&in); err != nil {
		return Intake{}, false, fmt.Errorf("%s: %w", name, err)
	}
	return in, true, nil
}

// serves leaves out what the app itself did, else it would answer itself for ever,
// and what came through a repository's own webhook: no installation, no access.
func (a App) serves(e event) bool {
	by := e.common().Sender
	own := a.Slug != "" && by.Type == "Bot" && strings.EqualFold(by.Login, a.Slug+"[bot]")
	return !own && a.Owners.Serve(e.owner()) && e.common().Installation.ID != 0
}

func (e *envelope) owner() string { return cmp.Or(e.Repository.Owner.Login, e.Repository.Owner.Name) }

func (e *envelope) repo() (Repo, error) {
	r := Repo{ID: e.Repository.ID, Installation: e.Installation.ID, Owner: e.owner(), Name: e.Repository.Name}
	if r.ID <= 0 || r.Owner == "" || r.Name == "" {
		return Repo{}, fmt.Errorf("expected repository.id, repository.name and repository.owner.login, got %d, %q and %q", r.ID, r.Name, r.Owner)
	}
	return r, nil
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
	in.Due = append(in.Due, work.Due{Key: work.HeadKey(in.Repo.ID, sha), Rerun: rerun})
}
