package webhook

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

type pullRequest struct {
	envelope
	// Before is the head that a push replaced.
	Before  string `json:"before"`
	Changes struct {
		Base *struct{} `json:"base"`
	} `json:"changes"`
	PullRequest struct {
		Number  int       `json:"number"`
		State   string    `json:"state"`
		Updated time.Time `json:"updated_at"`
		Head    struct {
			SHA  string `json:"sha"`
			Repo *struct {
				ID int64 `json:"id"`
			} `json:"repo"` // nil: the fork is gone
		} `json:"head"`
		Base struct {
			Ref string `json:"ref"`
		} `json:"base"`
	} `json:"pull_request"`
}

// wanted: an edit counts only when it moved the pull request to another base.
func (e *pullRequest) wanted(App) bool {
	switch e.Action {
	case "opened", "synchronize", "reopened", "ready_for_review", "closed":
		return true
	case "edited":
		return e.Changes.Base != nil
	}
	return false
}

func (e *pullRequest) fill(in *Intake) error {
	p := e.PullRequest
	if p.Number <= 0 || p.Base.Ref == "" || p.Updated.IsZero() {
		return errors.New("expected pull_request.number, pull_request.base.ref and pull_request.updated_at")
	}
	if p.State != "open" && p.State != "closed" {
		return fmt.Errorf("expected open or closed in pull_request.state, got %.80q", p.State)
	}
	if err := commit("pull_request.head.sha", p.Head.SHA); err != nil {
		return err
	}
	in.Pulls = []Pull{{Repo: in.Repo, Number: p.Number, Head: p.Head.SHA, BaseRef: p.Base.Ref,
		Open: p.State == "open", Updated: p.Updated}}
	if e.pushed(in.Repo) {
		in.Pushers = []Pusher{{SHA: p.Head.SHA, Sender: e.Sender.Login, SenderID: e.Sender.ID}}
	}
	in.due(p.Head.SHA, false)
	return e.fillBefore(in)
}

// pushed reports whether the sender pushed the head. Who opens a pull request of the
// repository's own branch need not have: there a push event tells. Of a fork none comes.
func (e *pullRequest) pushed(base Repo) bool {
	from := e.PullRequest.Head.Repo
	switch {
	case e.Sender.Login == "":
		return false
	case e.Action == "synchronize":
		return true
	}
	return e.Action == "opened" && from != nil && from.ID != 0 && from.ID != base.ID
}

// fillBefore makes the replaced head due, so that a run begun on it is ended.
func (e *pullRequest) fillBefore(in *Intake) error {
	if e.Action != "synchronize" || e.Before == e.PullRequest.Head.SHA || strings.Trim(e.Before, "0") == "" {
		return nil
	}
	if err := commit("before", e.Before); err != nil {
		return err
	}
	in.due(e.Before, false)
	return nil
}
