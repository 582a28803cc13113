package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/store"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/images"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/schema"
	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// dropper is a small schema check: a new .sql file drops a word that no deployed .ts file
// may have. It tells what was deployed, and counts the files whose facts were not kept.
type dropper struct {
	policy   *policy.Policy
	facts    images.Facts
	deployed schema.Deployments
	missed   *atomic.Int64
}

func (dropper) Name() string                          { return "images" }
func (dropper) Learn(string, string, []byte) []string { return nil }
func (dropper) Reads(path string) bool                { return strings.HasSuffix(path, ".sql") }

func (c dropper) Run(ctx context.Context, change checks.Change) checks.Report {
	r := checks.Report{Check: "images"}
	if !slices.ContainsFunc(change.Files, func(f tree.Changed) bool { return c.Reads(f.Path) }) {
		return r
	}
	running, err := c.deployed.Running(ctx, change, c.policy.Schema.Deployed, sources{c})
	if err != nil {
		return checks.Report{Check: "images", Err: err, Unread: []checks.Unread{{Kind: checks.Failed, Reason: err.Error()}}}
	}
	r.Deployed, r.Notices = true, running.Notices
	for _, unknown := range running.Unknown {
		r.Unread = append(r.Unread, checks.Unread{Path: "x.sql", Kind: checks.Defeated, Touched: true, Reason: unknown})
	}
	for _, ref := range running.Refs {
		r.Notices = append(r.Notices, "Deployed: "+ref.Name+".")
		for _, word := range c.dropped(ctx, change.Head, ref.Tree) {
			r.Findings = append(r.Findings, c.users(ctx, ref, word)...)
		}
	}
	return r
}

// dropped are the words of the head's .sql files that the deployed commit has not.
func (c dropper) dropped(ctx context.Context, head, deployed tree.Tree) []string {
	var words []string
	entries, _, _ := head.List(ctx)
	for _, e := range entries {
		if _, has := deployed.Lookup(e.Path); has || !c.Reads(e.Path) {
			continue
		}
		_ = head.Prefetch(ctx, []string{e.Path})
		data, _ := head.Read(e.Path)
		words = append(words, strings.TrimSpace(string(data)))
	}
	return words
}

func (c dropper) users(ctx context.Context, ref schema.Ref, word string) []checks.Finding {
	var found []checks.Finding
	entries, _, _ := ref.Tree.List(ctx)
	for _, e := range entries {
		if !strings.HasSuffix(e.Path, ".ts") {
			continue
		}
		data, ok := c.facts.Get(ctx, images.FactKey{Blob: e.SHA, Reader: "test"})
		if !ok {
			c.missed.Add(1)
		}
		if strings.Contains(string(data), word) {
			found = append(found, checks.Finding{Rule: "images/mutable-tag", Severity: checks.Block, New: true, Path: "x.sql",
				Span: checks.Span{Line: 1, Column: 1, EndLine: 1, EndColumn: 2}, Subject: word, Title: fmt.Sprintf("%s uses %s at %s", e.Path, word, ref.Name)})
		}
	}
	return found
}

// sources learns .ts files: the fact is the file.
type sources struct{ dropper }

func (s sources) Reads(path string) bool { return strings.HasSuffix(path, ".ts") }
func (s sources) Learn(_, blob string, data []byte) {
	s.facts.Put(context.Background(), images.FactKey{Blob: blob, Reader: "test"}, data)
}

// deploying is a world in which one judge with that check judges heads.
type deploying struct {
	*world
	memory *store.Store
	judge  *pull.Judge
	missed atomic.Int64
	now    time.Time
	told   int
}

func deploys(t *testing.T, files string, options ...githubtest.Option) *deploying {
	w := &deploying{now: time.Now()}
	w.world = newGitHub(t, files, options...)
	w.memory = githubtest.Must(store.Open(t.Context(), w.config.DatabaseURL))
	t.Cleanup(func() { _ = w.memory.Close() })
	w.judge = w.world.judge(w.memory, nil)
	w.judge.Now = func() time.Time { return w.now }
	w.judge.Checks = func(p *policy.Policy, facts images.Facts, _ images.Resolver, deployed schema.Deployments) []checks.Check {
		return []checks.Check{dropper{p, facts, deployed, &w.missed}}
	}
	return w
}

// judged judges the head of a pull request and answers its run; counts are of this alone.
func (w *deploying) judged(p *githubtest.Pull) githubtest.CheckRun {
	w.Helper()
	w.told++
	repo := webhook.Repo{ID: w.repo.ID, Installation: w.in.ID, Owner: "acme", Name: "platform"}
	githubtest.Must(w.memory.Accept(w.Context(), webhook.Intake{
		Delivery: webhook.Delivery{ID: fmt.Sprint("pull ", w.told), Event: "pull_request", Received: time.Now()}, Repo: repo,
		Pulls: []webhook.Pull{{Repo: repo, Number: p.Number, Head: p.Head(), BaseRef: "main", Open: true}},
		Due:   []work.Due{{Key: work.HeadKey(repo.ID, p.Head())}},
	}))
	claim := githubtest.Must(w.memory.Claim(w.Context(), time.Minute))
	w.github.ResetRequests()
	w.missed.Store(0)
	if err := w.judge.Head(w.Context(), claim); err != nil {
		w.Fatal(err)
	}
	must(w.world, w.memory.Done(w.Context(), claim))
	run := w.verdict(p.Head())
	if n := w.missed.Load(); n > 0 {
		w.Errorf("the facts of %d deployed files were not at hand", n)
	}
	return run
}

// says looks for what a run tells, without the marks that names have in Markdown.
func (w *deploying) says(run githubtest.CheckRun, parts ...string) {
	w.Helper()
	plain := strings.ReplaceAll(run.Title+"\n"+run.Summary, "`", "")
	for _, part := range parts {
		if !strings.Contains(plain, part) {
			w.Errorf("the run does not say %q:\n%s", part, plain)
		}
	}
}

func (w *deploying) costs(what string, want counts) {
	w.Helper()
	if diff := cmp.Diff(want, w.counted()); diff != "" {
		w.Errorf("%s (-want +got):\n%s%s", what, diff, requests(w.world))
	}
}

const uses = "-- app.ts --\nselect asset from t\n-- old.sql --\nx\n"

// Requests of a change that is held against what runs, by the default: the newest version
// and the base.
func TestDeployedBudget(t *testing.T) {
	w := deploys(t, uses)
	must(w.world, w.repo.Tag("v1.0.0", "main", ""))
	githubtest.Must(w.repo.Commit("main", "on", githubtest.Txtar([]byte("-- app.ts --\nselect nothing\n"))))
	w.judged(w.open("unaffected", "-- README.md --\nx\n")) // the base is known, the token at hand
	w.judged(w.open("unaffected too", "-- README.md --\ny\n"))
	w.costs("unaffected", counts{REST: 2, GraphQL: 1})

	run := w.judged(w.open("cold", "-- new.sql --\nasset\n"))
	if run.Conclusion != "failure" {
		t.Errorf("%s: %s\n%s", run.Conclusion, run.Title, run.Summary)
	}
	w.says(run, "app.ts uses asset at v1.0.0", "Deployed: v1.0.0.", "Deployed: main.")
	// Compare, run, detail run, comment; how far main is ahead of the tag; the paths of two
	// commits. State, blob of the change, what is deployed; app.ts of each commit.
	w.costs("cold", counts{REST: 4 + 1 + 2, GraphQL: 2 + 1 + 2})

	run = w.judged(w.open("warm", "-- other.sql --\nnothing\n"))
	w.says(run, "app.ts uses nothing at main")
	w.costs("warm", counts{REST: 4, GraphQL: 2 + 1})

	githubtest.Must(w.repo.Commit("main", "further", githubtest.Txtar([]byte("-- more.ts --\nselect more\n"))))
	w.judged(w.open("unaffected still", "-- README.md --\nz\n")) // the facts of a base tip are not part of an evaluation
	run = w.judged(w.open("base moved", "-- other.sql --\nmore\n"))
	w.says(run, "more.ts uses more at main")
	w.costs("the base has moved: its paths, and the one file that is new", counts{REST: 4 + 1, GraphQL: 2 + 1 + 1})
}

// A commit with many files that nobody has seen is one archive; what the archive lacks
// (export-ignore) or has with other bytes (export-subst) is fetched.
func TestDeployedArchive(t *testing.T) {
	var many strings.Builder
	for i := range 120 {
		fmt.Fprintf(&many, "-- src/%03d.ts --\nselect c%d from t\n", i, i)
	}
	w := deploys(t, uses+many.String()+"-- tests/hidden.ts --\nselect hidden from t\n-- version.ts --\n$Format:%H$ stamped\n"+
		"-- .gitattributes --\ntests export-ignore\nversion.ts export-subst\n")
	w.judged(w.open("unaffected", "-- README.md --\nx\n"))
	run := w.judged(w.open("hidden", "-- new.sql --\nhidden\n"))
	w.says(run, "tests/hidden.ts uses hidden at main", "No version tag (v1.2.3) is reachable from main")
	w.costs("cold", counts{REST: 4 + 2, GraphQL: 2 + 1 + 1, Download: 1})
	w.says(w.judged(w.open("stamped", "-- new.sql --\nstamped\n")), "version.ts uses stamped at main")
	w.says(w.judged(w.open("archived", "-- new.sql --\nc119 from\n")), "src/119.ts uses c119 from at main")
	w.costs("warm", counts{REST: 4, GraphQL: 2 + 1})
	// Facts are kept for 30 days; then the commit counts as not seen.
	w.now = w.now.Add(31 * 24 * time.Hour)
	must(w.world, w.memory.Purge(t.Context(), time.Now().Add(time.Minute)))
	w.judged(w.open("later", "-- README.md --\ny\n")) // the base is read anew
	w.says(w.judged(w.open("much later", "-- new.sql --\nc118 from\n")), "src/118.ts uses c118 from at main")
	w.costs("after a month", counts{REST: 4 + 2, GraphQL: 2 + 1 + 1, Download: 1})
}

// A change that starts behind the tip of its base is judged with all of its own files.
func TestHeadListsEverything(t *testing.T) {
	w := deploys(t, uses+"-- zero.sql --\nasset\n")
	must(w.world, w.repo.Tag("v1.0.0", "main", ""))
	githubtest.Must(w.repo.Commit("main", "undeployed", githubtest.Txtar([]byte("-- one.sql --\nasset\n"))))
	w.push("change", "-- two.sql --\nnobody's\n")
	githubtest.Must(w.repo.Commit("main", "more", githubtest.Txtar([]byte("-- README.md --\nmore\n"))))
	w.judged(w.open("unaffected", "-- README.md --\nx\n"))
	p := githubtest.Must(w.repo.OpenPull(w.dev, "change", "main"))
	w.says(w.judged(p), "app.ts uses asset at v1.0.0") // by one.sql, which the change does not touch
	w.costs("behind: the paths of head and merge base more", counts{REST: 4 + 2 + 1 + 2, GraphQL: 3 + 1 + 1})
}

const production = "-- .github/checkrein.yml --\nversion: 1\nchecks: {schema: {deployed: [{environment: production}]}}\n"

// An environment runs its newest success, and for a day the one before; that the day has
// passed is a reason to judge again.
func TestDeployedEnvironment(t *testing.T) {
	w := deploys(t, uses+production)
	old := w.repo.Tip("main")
	githubtest.Must(w.repo.Commit("main", "unused", githubtest.Txtar([]byte("-- app.ts --\nselect 1\n"))))
	p := w.open("change", "-- new.sql --\nasset\n")
	run := w.judged(p)
	w.says(run, "no deployment to production has succeeded")
	if run.Conclusion != "action_required" {
		t.Errorf("nothing is known and the run is %s", run.Conclusion)
	}
	must(w.world, w.repo.Deploy(w.dev, old, "production", "success"))
	if run = w.judged(p); run.Conclusion != "failure" {
		t.Errorf("%s: %s", run.Conclusion, run.Summary)
	}
	must(w.world, w.repo.Deploy(w.dev, "main", "production", "in_progress"))
	w.judged(p)
	must(w.world, w.repo.Deploy(w.dev, "main", "production", "success"))
	run = w.judged(p)
	w.says(run, "app.ts uses asset at production (until ")
	if due := githubtest.Must(w.memory.Ended(t.Context(), w.now.Add(23*time.Hour))); len(due) != 0 {
		t.Errorf("due within the day: %v", due)
	}
	if due := githubtest.Must(w.memory.Ended(t.Context(), w.now.Add(25*time.Hour))); len(due) != 1 {
		t.Errorf("due after the day: %v", due)
	}
	w.now = w.now.Add(25 * time.Hour)
	if run = w.judged(p); run.Conclusion != "success" {
		t.Errorf("a day later %s: %s", run.Conclusion, run.Summary)
	}
}

// Whoever may report a deployment, or push a tag, cannot make what is not merged pass for
// what runs: the base counts as well.
func TestForgedDeployment(t *testing.T) {
	for name, policy := range map[string]string{"deployment": production,
		"tag": "-- .github/checkrein.yml --\nversion: 1\nchecks: {schema: {deployed: [{tag: 'v*'}]}}\n", "version tag": ""} {
		t.Run(name, func(t *testing.T) {
			w := deploys(t, uses+policy)
			p := w.open("change", "-- new.sql --\nasset\n-- app.ts --\nselect 1\n")
			must(w.world, w.repo.Deploy(w.dev, p.Head(), "production", "success"))
			must(w.world, w.repo.Tag("v99.0.0", p.Head(), ""))
			run := w.judged(p)
			w.says(run, "app.ts uses asset at main")
			if run.Conclusion != "failure" {
				t.Errorf("%s: %s", run.Conclusion, run.Title)
			}
		})
	}
}

// Without permission to read deployments what runs is not known: undecided, never green.
func TestDeploymentsWithoutPermission(t *testing.T) {
	w := deploys(t, uses+production)
	w.in.Grant(map[string]string{"metadata": "read", "contents": "read", "checks": "write", "pull_requests": "write", "merge_queues": "read"})
	must(w.world, w.repo.Deploy(w.dev, "main", "production", "success"))
	run := w.judged(w.open("change", "-- new.sql --\nnobody's\n"))
	w.says(run, "has no permission to read deployments")
	if run.Conclusion != "action_required" {
		t.Errorf("%s: %s", run.Conclusion, run.Title)
	}
}

// Trees larger than GitHub lists, and archives that lack too much, are told and not judged.
func TestHugeDeployedTree(t *testing.T) {
	w := deploys(t, uses, githubtest.WithSizes(githubtest.Sizes{TreeEntries: 1}))
	run := w.judged(w.open("change", "-- new.sql --\nnobody's\n"))
	w.says(run, "main: its list of files is larger than GitHub gives out")
	if run.Conclusion != "action_required" {
		t.Errorf("%s: %s", run.Conclusion, run.Title)
	}

	var many strings.Builder
	for i := range 1001 {
		fmt.Fprintf(&many, "-- src/%04d.ts --\nx\n", i)
	}
	w = deploys(t, uses+many.String()+"-- .gitattributes --\nsrc export-ignore\n")
	run = w.judged(w.open("change", "-- new.sql --\nnobody's\n"))
	w.says(run, "more than a thousand of its files are kept out of archives")
	if run.Conclusion != "action_required" {
		t.Errorf("%s: %s", run.Conclusion, run.Title)
	}
}
