package review

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/app/hub"
)

// voice is a review or a comment that may be a yes.
type voice struct {
	yes Yes // as it will be recorded, but for the question
	by  hub.Account
	// did is what the person did, after the name: "approved 1234567".
	did string
	// meant reports whether it was meant as a yes to a question.
	meant func(q asked) bool
	// misses says why it is no yes to a question about these files, after did; empty: it
	// is one.
	misses func(ctx context.Context, h *hearing, q asked) (string, error)
}

// sentence is what the person did, and why that does not count.
func (v voice) sentence(refusal string) string { return v.told() + ", " + refusal + "." }

// told is what the person did.
func (v voice) told() string {
	if v.by.Login == "" {
		return "A deleted account " + v.did
	}
	return "@" + shown(v.by.Login) + " " + v.did
}

// voices are all that may be a yes, the earliest first. The app's own are none.
func (d *Decider) voices(pr PullRequest, said hub.Voices) []voice {
	var all []voice
	for _, r := range said.Reviews {
		if r.Approved && !d.own(r.By) {
			all = append(all, ofReview(pr, r))
		}
	}
	for _, c := range said.Comments {
		command, ok := Command(c.Body)
		if ok && command.Command == Accept && c.Pull == pr.Number && !d.own(c.By) {
			all = append(all, d.ofComment(pr, c, command))
		}
	}
	slices.SortFunc(all, func(a, b voice) int {
		return cmp.Or(a.yes.At.Compare(b.yes.At), cmp.Compare(a.yes.Kind, b.yes.Kind), cmp.Compare(a.yes.ID, b.yes.ID))
	})
	return all
}

// own reports whether an account is the app: GraphQL leaves "[bot]" away.
func (d *Decider) own(a hub.Account) bool {
	bare := func(login string) string { return strings.TrimSuffix(strings.ToLower(login), "[bot]") }
	return !a.Human && a.Login != "" && bare(a.Login) == bare(d.Own)
}

func ofReview(pr PullRequest, r hub.Review) voice {
	return voice{
		yes:   Yes{Repository: pr.Repo.ID, Pull: pr.Number, Kind: ByReview, ID: r.ID, By: r.By.Login, ByID: r.By.ID, At: r.At},
		by:    r.By,
		did:   "approved " + short(r.Commit),
		meant: func(q asked) bool { return KindOf(q.Rule) == ByReview },
		misses: func(_ context.Context, h *hearing, q asked) (string, error) {
			if r.Blobs == nil {
				if h.recorded[about{ByReview, r.ID, q.key}] {
					return "", nil
				}
				return "but that commit is gone, so which files it had cannot be seen", nil
			}
			return others(q.Files, r.Blobs), nil
		},
	}
}

// others says which files are not the same at the reviewed commit.
func others(files []File, blobs map[string]string) string {
	changed := slices.DeleteFunc(slices.Clone(files), func(f File) bool { return blobs[f.Path] == f.Blob })
	slices.SortFunc(changed, byPath)
	changed = slices.CompactFunc(changed, func(a, b File) bool { return a.Path == b.Path })
	switch len(changed) {
	case 0:
		return ""
	case 1:
		return "where " + in(changed) + " was another"
	}
	return "where " + in(changed) + " were others"
}

func (d *Decider) ofComment(pr PullRequest, c hub.Said, said Said) voice {
	problem := said.Problem(d.Rules)
	did := "accepted " + shown(said.Rule)
	// Nobody can tell which question a rule that does not exist was meant for.
	nameless := !slices.Contains(d.Rules, said.Rule)
	if nameless {
		did = "wrote /checkrein accept"
	}
	return voice{
		yes:   Yes{Repository: pr.Repo.ID, Pull: pr.Number, Kind: ByComment, ID: c.ID, By: c.By.Login, ByID: c.By.ID, Reason: said.Reason, At: c.At},
		by:    c.By,
		did:   did,
		meant: func(q asked) bool { return nameless || q.Rule == said.Rule },
		misses: func(ctx context.Context, h *hearing, q asked) (string, error) {
			switch {
			case problem != "":
				return "but " + problem, nil
			case c.Edited:
				return "but the comment was edited afterwards", nil
			}
			told, err := h.told(ctx, c.ID, q, c.At)
			if err != nil || told {
				return "", err
			}
			return "but before this finding was told, or about other files", nil
		},
	}
}
