package app_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/checkrein/checkrein/fixtures/effort"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// What happens in a big organisation in its busiest hour, and what GitHub allows it.
const (
	repositories = 500
	eventsEach   = 6   // pull request events: 3,000
	pushesEach   = 0.9 // to bases: 450
	budget       = 12_500
	mostOfIt     = 0.65
)

// part is what is played of such an organisation, and of what GitHub allows it: requests grow
// with repositories, and what does not weighs more in a small part. CHECKREIN_TEST_LARGE plays all.
func part(of int) int {
	if os.Getenv("CHECKREIN_TEST_LARGE") != "" {
		return of
	}
	return of / 5
}

// The busiest hour of a big organisation, the sweep and the upkeep of what is known of
// bases counted, takes less than two thirds of what GitHub allows an installation.
func TestBusiestHour(t *testing.T) {
	if !effort.Measured {
		t.Skip("requests are counted without the race detector: with it a verdict may take the five seconds after which one more shows it in progress")
	}
	repositories, budget := part(repositories), part(budget)
	w := newGitHub(t, compose("nginx:1.27.3"), githubtest.WithRates(githubtest.Rates{REST: budget, GraphQL: budget, Window: time.Hour}))
	o := w.organisation(repositories)
	w.start()
	o.warm()
	w.github.ResetRequests()
	w.github.SetRates(githubtest.Rates{REST: budget, GraphQL: budget, Window: time.Hour}) // as of now
	w.stop()
	w.start() // the hour's sweep: it runs at every start
	o.hour()
	w.settle()
	got := w.counted()
	looks := repositories / 6 * 2 // branch rules are looked at every six hours; all that did not fall into this run
	limit := int(mostOfIt * float64(budget))
	t.Logf("%d repositories: %d REST (and %d for branch rules), %d GraphQL, %d tokens, %d archives; limit %d each",
		repositories, got.REST, looks, got.GraphQL, got.Token, got.Download, limit)
	if got.REST+looks > limit || got.GraphQL > limit {
		t.Errorf("the hour took %d REST and %d GraphQL requests, want at most %d each", got.REST+looks, got.GraphQL, limit)
	}
}

type organisation struct {
	*world
	repos []*githubtest.Repo
	heads map[string]head
}

// head is where a commit is and what it deserves.
type head struct {
	repo       *githubtest.Repo
	conclusion string
}

func (w *world) organisation(n int) *organisation {
	w.Helper()
	o := &organisation{world: w, heads: map[string]head{}}
	files := githubtest.Txtar([]byte("-- README.md --\nx\n-- deploy/.env --\nTAG=1.2.3\n" +
		"-- deploy/compose.yml --\nservices:\n  api:\n    image: acme/api:${TAG}\n  db:\n    image: postgres:16.4.1\n"))
	for i := range n {
		o.repos = append(o.repos, githubtest.Must(w.github.CreateRepo("acme", fmt.Sprintf("service-%03d", i), files)))
	}
	return o
}

// warm opens a pull request in each repository, so that what is known of bases is there.
func (o *organisation) warm() {
	o.Helper()
	for i, r := range o.repos {
		o.change(r, fmt.Sprint("warm-", i), "-- warm.md --\nx\n", "success")
	}
	o.complete()
	o.settle()
}

// change opens a pull request with these files.
func (o *organisation) change(r *githubtest.Repo, branch, files, conclusion string) {
	o.Helper()
	must(o.world, r.Branch(branch, "main", githubtest.By(o.dev)))
	sha := githubtest.Must(r.Commit(branch, "work", githubtest.Txtar([]byte(files)), githubtest.By(o.dev)))
	githubtest.Must(r.OpenPull(o.dev, branch, "main"))
	o.heads[sha] = head{r, conclusion}
}

// hour sends the events: of every ten, three touch what is read, and one of those three
// brings a finding.
func (o *organisation) hour() {
	o.Helper()
	pushes := int(pushesEach * float64(len(o.repos)))
	for n := range eventsEach * len(o.repos) {
		files, conclusion := fmt.Sprintf("-- notes/%d.md --\nx\n", n), "success"
		switch n % 10 {
		case 3, 6:
			files = fmt.Sprintf("-- svc%d/compose.yml --\nservices:\n  web:\n    image: nginx:1.27.%d\n", n, n)
		case 9:
			files, conclusion = fmt.Sprintf("-- svc%d/compose.yml --\nservices:\n  web:\n    image: nginx:latest\n", n), "failure"
		}
		o.change(o.repos[n%len(o.repos)], fmt.Sprint("change-", n), files, conclusion)
		if n%eventsEach == eventsEach-1 && pushes > 0 {
			pushes--
			o.toBase(o.repos[(n*7+3)%len(o.repos)], n/eventsEach)
		}
	}
	o.complete()
}

// toBase pushes to main; one push in three touches what is read.
func (o *organisation) toBase(r *githubtest.Repo, n int) {
	o.Helper()
	files := fmt.Sprintf("-- docs/%d.md --\nx\n", n)
	if n%3 == 2 {
		files = fmt.Sprintf("-- deploy/.env --\nTAG=1.2.%d\n", n)
	}
	githubtest.Must(r.Commit("main", "main moves", githubtest.Txtar([]byte(files)), githubtest.By(o.dev)))
}

// complete waits until every head has the verdict it deserves.
func (o *organisation) complete() {
	o.Helper()
	deadline := time.Now().Add(10 * time.Minute)
	for sha, want := range o.heads {
		for {
			runs := concluded(onlyOwn(want.repo.CheckRuns(sha)))
			if len(runs) > 0 && newest(runs).Conclusion == want.conclusion {
				break
			}
			if time.Now().After(deadline) {
				o.Fatalf("waited in vain for %s on %s of %s: %+v", want.conclusion, sha, want.repo.FullName(), runs)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}
