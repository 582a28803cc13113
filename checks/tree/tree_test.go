package tree

import (
	"context"
	"errors"
	"io/fs"
	"testing"
)

// remote is a tree that notes what is asked of its source.
type remote struct {
	Tree
	source string
	asked  *[]string
}

func (r remote) Source() any { return r.source }

func (r remote) PrefetchAll(_ context.Context, wants []Want) error {
	line := r.source + ":"
	for _, w := range wants {
		line += " " + w.Tree.Commit()
	}
	*r.asked = append(*r.asked, line)
	if r.source == "down" {
		return errors.New("down")
	}
	return nil
}

func TestPrefetchJoinsTreesOfOneSource(t *testing.T) {
	var asked []string
	at := func(source, commit string) Want {
		return Want{Tree: remote{Memory(commit, nil), source, &asked}, Paths: []string{"a"}}
	}
	ctx, idle := context.Background(), at("one", "idle")
	idle.Paths = nil
	must(t, Prefetch(ctx, at("one", "base"), at("two", "base"), Want{Tree: Memory("", nil), Paths: []string{"a"}}, at("one", "head"), idle, Want{Paths: []string{"a"}}))
	equal(t, "asked", []string{"one: base head", "two: base"}, asked)
	if err := Prefetch(ctx, at("down", "x"), at("one", "y")); err == nil {
		t.Error("a failing source is not told")
	}
}

func TestWhatAChangeWas(t *testing.T) {
	equal(t, "renamed", "old", Changed{Path: "new", OldPath: "old"}.Was())
	equal(t, "kept", "new", Changed{Path: "new"}.Was())
	_, err := Memory("", map[string]string{"link/x": ""}).Read("link")
	equal(t, "a folder is there", true, !errors.Is(err, fs.ErrNotExist))
	_, err = Memory("", nil).Read("none")
	equal(t, "nothing is there", false, !errors.Is(err, fs.ErrNotExist))
}
