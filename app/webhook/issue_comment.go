package webhook

import (
	"errors"

	"github.com/checkrein/checkrein/app/review"
)

type issueComment struct {
	envelope
	Issue struct {
		Number      int       `json:"number"`
		PullRequest *struct{} `json:"pull_request"` // nil: an issue
	} `json:"issue"`
	Comment struct {
		ID   int64  `json:"id"`
		Body string `json:"body"`
		User struct {
			Login string `json:"login"`
		} `json:"user"`
	} `json:"comment"`
	Changes struct {
		Body struct {
			From string `json:"from"`
		} `json:"body"`
	} `json:"changes"`
}

// wanted: a command counts when it is written, from whoever wrote it, and by a person. An
// edit could put it into another's mouth; what an edit or a deletion takes back is gone.
func (e *issueComment) wanted(App) bool {
	if e.Issue.PullRequest == nil {
		return false
	}
	switch e.Action {
	case "created":
		_, ok := review.Command(e.Comment.Body)
		return ok && e.Sender.Type == "User" && e.Sender.Login == e.Comment.User.Login
	case "edited":
		return accepts(e.Changes.Body.From)
	case "deleted":
		return accepts(e.Comment.Body)
	}
	return false
}

func accepts(body string) bool {
	said, ok := review.Command(body)
	return ok && said.Command == review.Accept
}

func (e *issueComment) fill(in *Intake) error {
	if e.Issue.Number <= 0 || e.Comment.ID <= 0 || e.Sender.Login == "" {
		return errors.New("expected issue.number, comment.id and sender.login")
	}
	if e.Action != "created" {
		in.Voices = []Voice{{Repo: in.Repo, Pull: e.Issue.Number}}
		return nil
	}
	said, _ := review.Command(e.Comment.Body)
	in.Voices = []Voice{{Repo: in.Repo, Pull: e.Issue.Number, Comment: e.Comment.ID, Command: said.Command}}
	return nil
}
