package webhook

import (
	"errors"
	"strings"
)

type mergeGroup struct {
	envelope
	MergeGroup struct {
		HeadSHA string `json:"head_sha"`
		BaseSHA string `json:"base_sha"`
		BaseRef string `json:"base_ref"` // refs/heads/main
	} `json:"merge_group"`
}

func (e *mergeGroup) wanted(App) bool {
	return e.Action == "checks_requested" || e.Action == "destroyed"
}

// fill makes the head of a destroyed group due as well: a run begun on it is ended.
func (e *mergeGroup) fill(in *Intake) error {
	g := e.MergeGroup
	ref := strings.TrimPrefix(g.BaseRef, "refs/heads/")
	if ref == "" {
		return errors.New("expected merge_group.base_ref")
	}
	if err := errors.Join(commit("merge_group.head_sha", g.HeadSHA), commit("merge_group.base_sha", g.BaseSHA)); err != nil {
		return err
	}
	in.Groups = []Group{{Repo: in.Repo, Head: g.HeadSHA, Base: g.BaseSHA, BaseRef: ref, Open: e.Action != "destroyed"}}
	in.due(g.HeadSHA, false)
	return nil
}
