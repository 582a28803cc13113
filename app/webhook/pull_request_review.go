package webhook

import "errors"

type pullRequestReview struct {
	envelope
	Review struct {
		State string `json:"state"`
	} `json:"review"`
	PullRequest struct {
		Number int `json:"number"`
	} `json:"pull_request"`
}

// wanted: a review that only comments gives no yes and takes none away.
func (e *pullRequestReview) wanted(App) bool {
	switch e.Action {
	case "submitted":
		return e.Review.State == "approved" || e.Review.State == "changes_requested"
	case "dismissed":
		return true
	}
	return false
}

func (e *pullRequestReview) fill(in *Intake) error {
	if e.PullRequest.Number <= 0 {
		return errors.New("expected pull_request.number")
	}
	in.Voices = []Voice{{Repo: in.Repo, Pull: e.PullRequest.Number}}
	return nil
}
