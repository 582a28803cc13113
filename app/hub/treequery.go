package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// pathsPerQuery is how many files one query asks for: with GraphQL's 512 KB of text
// each, the answer stays within what is read of one.
const pathsPerQuery = 50

// lookup is one path of one tree to be asked for.
type lookup struct {
	tree *remote
	path string
}

// fetch asks for up to 50 paths, and once more for those an answer left out.
func (t *remote) fetch(ctx context.Context, paths []lookup) error {
	left, err := t.ask(ctx, paths)
	if len(left) > 0 {
		_, err = t.ask(ctx, left)
	}
	return err
}

// ask sends one query and settles what it answers. What it leaves out is in left, with
// an error that says why.
func (t *remote) ask(ctx context.Context, paths []lookup) (left []lookup, err error) {
	if err := check(t.repo); err != nil {
		return nil, err
	}
	text, vars := pathQuery(t.repo, paths)
	a, err := t.client.graph(ctx, text, vars)
	if err != nil {
		return nil, err
	}
	var data struct {
		Repository map[string]json.RawMessage
	}
	if err := json.Unmarshal(a.Data, &data); err != nil {
		return nil, unreadable(err)
	}
	if data.Repository == nil {
		if a.absent("repository") || a.denied("repository") {
			return nil, ErrNoRepository
		}
		return paths, a.gap("the repository")
	}
	for i, p := range paths {
		settled, err := t.read(ctx, a, data.Repository, i, p)
		if err != nil {
			return nil, err
		}
		if !settled {
			left = append(left, p)
		}
	}
	if len(left) > 0 {
		return left, a.gap(fmt.Sprintf("%d of %d files", len(left), len(paths)))
	}
	return nil, nil
}

// read settles one path from the answer; false when the answer leaves it open.
func (t *remote) read(ctx context.Context, a *answer, repository map[string]json.RawMessage, i int, p lookup) (bool, error) {
	commit, file := commitAlias(p.tree), fmt.Sprintf("f%d", i)
	var fields map[string]json.RawMessage
	if raw, ok := repository[commit]; !ok || json.Unmarshal(raw, &fields) != nil {
		return false, nil
	}
	if fields == nil {
		if a.absent("repository", commit) {
			return false, fmt.Errorf("commit %s: %w", p.tree.commit, ErrUnknownCommit)
		}
		return false, nil
	}
	var e *graphEntry
	if raw, ok := fields[file]; !ok || json.Unmarshal(raw, &e) != nil {
		return false, nil
	}
	if e == nil {
		if !a.absent("repository", commit, file) {
			return false, nil
		}
		p.tree.settle(p.path, nil, nil, fs.ErrNotExist)
		return true, nil
	}
	if e.Type == "blob" && e.Object == nil && !a.whole() {
		return false, nil
	}
	data, err := e.text()
	if errors.Is(err, errNotText) {
		data, err = p.tree.single(ctx, e.OID)
	}
	if err != nil && !inFile(err) && !errors.Is(err, ErrSingles) {
		return false, err
	}
	p.tree.settle(p.path, e, data, err)
	return true, nil
}

// pathQuery asks for the paths, grouped by commit: "c7: object(oid: $c7) { ... on
// Commit { f0: file(path: $f0) { … } } }".
func pathQuery(repo Repo, paths []lookup) (string, map[string]any) {
	q := query{vars: map[string]any{}}
	q.variable("owner", "String!", repo.Owner)
	q.variable("name", "String!", repo.Name)
	var b strings.Builder
	current := ""
	for i, p := range paths {
		if alias := commitAlias(p.tree); alias != current {
			if current != "" {
				b.WriteString("    } }\n")
			}
			current = alias
			fmt.Fprintf(&b, "    %s: object(oid: %s) { oid ... on Commit {\n", alias, q.variable(alias, "GitObjectID!", p.tree.commit))
		}
		file := fmt.Sprintf("f%d", i)
		fmt.Fprintf(&b, "      %s: file(path: %s) { %s }\n", file, q.variable(file, "String!", p.path), fileFields)
	}
	b.WriteString("    } }\n")
	return fmt.Sprintf("query Files(%s) {\n  repository(owner: $owner, name: $name) {\n%s  }\n}\n",
		strings.Join(q.params, ", "), b.String()), q.vars
}

func commitAlias(t *remote) string { return fmt.Sprintf("c%d", t.order) }
