package sweep

import (
	"context"
	"errors"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/review"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

// voice follows the commands that people wrote on a pull request, as GitHub has them now:
// what an event said may have been edited since. Only those with write access are
// followed, so that nobody else makes work.
func (s *Sweeper) voice(ctx context.Context, key string) error {
	id, number, err := work.ParseVoiceKey(key)
	if err != nil {
		return err
	}
	repo, live, err := s.live(ctx, id)
	if err != nil || !live {
		return err
	}
	heard, err := s.Voices.Heard(ctx, id, number)
	if err != nil {
		return err
	}
	sha, err := s.Voices.HeadOf(ctx, id, number)
	if err != nil {
		return err
	}
	for _, v := range heard {
		if sha != "" {
			if err := s.answer(ctx, repo, sha, v); err != nil {
				return err
			}
		}
		if err := s.Voices.Answered(ctx, id, []int64{v.Comment}); err != nil {
			return err
		}
	}
	return nil
}

// answer has the head judged for a command that may be followed. Whether an accept counts
// is decided there.
func (s *Sweeper) answer(ctx context.Context, r Repository, sha string, v webhook.Voice) error {
	github := s.GitHub(r.Installation)
	repo := hub.Repo{ID: r.ID, Owner: r.Owner, Name: r.Name}
	said, err := github.Comment(ctx, repo, v.Comment)
	if errors.Is(err, hub.ErrGone) {
		return nil
	}
	if err != nil {
		return err
	}
	command, ok := review.Command(said.Body)
	if !ok || said.Pull != v.Pull {
		return nil
	}
	decider := review.Decider{GitHub: github}
	may, err := decider.MayRecheck(ctx, repo, said.By)
	if err != nil {
		return err
	}
	if !may {
		s.Log.InfoContext(ctx, "a command of somebody without write access is not followed",
			"repository", repo.ID, "name", repo.String(), "pull", v.Pull, "login", said.By.Login, "command", command.Command)
		return nil
	}
	due := []work.Due{{Key: work.HeadKey(r.ID, sha), Rerun: command.Command == review.Recheck}}
	if command.Command == review.Recheck {
		due = append(due, work.Due{Key: work.EnforceKey(r.ID)}) // whoever asks anew wants to know it as it is
	}
	return s.Memory.MakeDue(ctx, due)
}
