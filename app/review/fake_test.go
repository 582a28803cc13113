package review

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/checkrein/checkrein/app/hub"
)

var (
	head  = strings.Repeat("a", 40)
	older = strings.Repeat("b", 40)
	noon  = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
)

const (
	loosened = "policy/loosened"
	mutable  = "images/mutable-tag"
	policy   = ".github/checkrein.yml"
	compose  = "compose.yml"
)

func person(id int64, login string) hub.Account {
	return hub.Account{ID: id, Login: login, Human: true}
}

var (
	author = person(1, "author")
	rita   = person(2, "rita")
	sam    = person(3, "sam")
)

// world is GitHub and the store around pull request 7, which author opened and pushed.
type world struct {
	voices  hub.Voices
	may     map[string]hub.Permission // by lower-case login
	pushers []string                  // logins
	renamed []hub.Account             // pushers whose account has another name by now
	unknown []string
	told    []told
	yeses   []Yes

	asked []string   // whose permission
	paths [][]string // of each question for voices
	kept  int
	reads int    // of what was told
	fail  string // the call that fails
}

type told struct {
	pull int
	rule string
	at   time.Time
	keys []string
}

var errDown = errors.New("down")

func (w *world) err(call string) error {
	if w.fail == call {
		return errDown
	}
	return nil
}

func (w *world) Voices(_ context.Context, _ hub.Repo, pull int, paths []string) (hub.Voices, error) {
	w.paths = append(w.paths, paths)
	if pull != 7 {
		return hub.Voices{}, w.err("voices")
	}
	return w.voices, w.err("voices")
}

func (w *world) Permission(_ context.Context, _ hub.Repo, login string) (hub.Permission, error) {
	w.asked = append(w.asked, login)
	return w.may[strings.ToLower(login)], w.err("permission")
}

func (w *world) Pushers(_ context.Context, _ int64, _ int, commits []string) (pushers []hub.Account, unknown []string, err error) {
	for _, login := range w.pushers {
		pushers = append(pushers, hub.Account{Login: login})
	}
	pushers = append(pushers, w.renamed...)
	for _, sha := range commits {
		if slices.Contains(w.unknown, sha) {
			unknown = append(unknown, sha)
		}
	}
	return pushers, unknown, w.err("pushers")
}

func (w *world) ToldBefore(_ context.Context, _ int64, pull int, rule string, at time.Time) ([]string, error) {
	w.reads++
	var keys []string
	for _, t := range w.told {
		if t.pull == pull && t.rule == rule && !t.at.After(at) {
			keys = append(keys, t.keys...)
		}
	}
	return keys, w.err("told")
}

func (w *world) Yeses(_ context.Context, repository int64, pull int) ([]Yes, error) {
	var all []Yes
	for _, y := range w.yeses {
		if y.Repository == repository && y.Pull == pull {
			all = append(all, y)
		}
	}
	return all, w.err("yeses")
}

func (w *world) KeepYes(_ context.Context, y Yes) error {
	w.kept++
	w.yeses = append(w.yeses, y)
	return w.err("keep")
}

func (w *world) permit(accounts ...hub.Account) {
	for _, a := range accounts {
		w.may[strings.ToLower(a.Login)] = hub.Permission{Account: a, Write: true}
	}
}

func newWorld() *world {
	w := &world{may: map[string]hub.Permission{}, pushers: []string{"author"}}
	w.voices.Author = author
	w.voices.Commits = []hub.CommitPeople{{SHA: head, Authors: []hub.Account{author}, Committer: author}}
	w.permit(author, rita, sam)
	return w
}

// reviewed is a world in which rita approved the policy as it stands.
func reviewed() *world {
	w := newWorld()
	w.voices.Reviews = []hub.Review{approval(11, rita, noon, File{policy, "p2"})}
	return w
}

func approval(id int64, by hub.Account, at time.Time, files ...File) hub.Review {
	r := hub.Review{ID: id, By: by, Approved: true, Commit: head, At: at, Blobs: map[string]string{}}
	for _, f := range files {
		r.Blobs[f.Path] = f.Blob
	}
	return r
}

// accepted is a world in which rita accepted a mutable tag an hour after it was told.
func accepted() *world {
	w := newWorld()
	w.told = []told{{7, mutable, noon.Add(-time.Hour), []string{floats.Key()}}}
	w.voices.Comments = []hub.Said{comment(21, rita, noon, "/checkrein accept images/mutable-tag only for local use")}
	return w
}

func comment(id int64, by hub.Account, at time.Time, body string) hub.Said {
	return hub.Said{ID: id, By: by, Body: body, At: at, Pull: 7}
}

var (
	milder = Question{Rule: loosened, Files: []File{{policy, "p2"}}}
	floats = Question{Rule: mutable, Files: []File{{compose, "c2"}}}
	pr     = PullRequest{Repo: hub.Repo{ID: 42, Owner: "acme", Name: "shop"}, Number: 7}
)

func decider(w *world) *Decider {
	rules := []string{mutable, "images/default-tag", loosened, "deletions/unreviewed"}
	return &Decider{GitHub: w, Memory: w, Rules: rules, Own: "checkrein[bot]"}
}

// by are the logins of those who said yes to a question, with blanks between them.
func by(a Answers, q Question) string {
	var names []string
	for _, y := range a.Yes[q.Key()] {
		names = append(names, y.By)
	}
	return strings.Join(names, " ")
}
