package app_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/all"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

const ms = time.Millisecond

// Deliveries that came while the App was down are found when it starts, from GitHub's
// own list and by comparing what is open.
func TestWhatCameWhileDownIsFound(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	w.start()
	first := w.open("first", compose("nginx:latest"))
	w.expect(first.Head(), "failure", "1 blocking")
	w.settle()
	w.stop()
	second := w.open("second", compose("nginx:latest")) // nobody answers
	w.push("first", compose("nginx:1.27.4"))
	closed := w.open("closed", compose("nginx:latest"))
	closed.Close(w.dev)
	w.settle()
	w.start()
	w.expect(second.Head(), "failure", "1 blocking")
	w.expect(first.Head(), "success", "")
	w.settle()
	if runs := w.runs(closed.Head()); len(runs) != 0 {
		t.Errorf("the closed pull request got %d runs", len(runs))
	}
	if !strings.Contains(w.log.String(), "missed delivery taken in") {
		t.Error("no delivery was taken in from GitHub's list")
	}
}

// Deliveries older than GitHub keeps are gone: what is open is found all the same.
func TestOpenHeadsAreFoundWithoutDeliveries(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	p := w.open("change", compose("nginx:latest")) // before the App ever ran
	w.start()
	w.expect(p.Head(), "failure", "1 blocking")
}

// A merge group whose event was lost is found in the queue.
func TestLostMergeGroupIsFound(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	w.start()
	p := w.open("change", "-- notes.md --\nx\n")
	w.expect(p.Head(), "success", "")
	w.settle()
	w.stop()
	w.app.SetWebhook("", secret) // not even attempted
	head := githubtest.Must(w.repo.EnqueueMerge(w.dev, p))
	w.start()
	w.expect(head, "success", "")
}

func TestInstallationsComeAndGo(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	w.start()
	w.settle()
	other := githubtest.Must(w.github.CreateRepo("umbrella", "app", githubtest.Txtar([]byte(compose("nginx:1.27.3")))))
	must(w, other.Branch("change", "main", githubtest.By(w.dev)))
	sha := githubtest.Must(other.Commit("change", "float", githubtest.Txtar([]byte(compose("nginx:latest"))), githubtest.By(w.dev)))
	githubtest.Must(other.OpenPull(w.dev, "change", "main"))
	in := w.github.Install(w.app, "umbrella")
	runs := func() int { return len(concluded(onlyOwn(other.CheckRuns(sha)))) }
	w.until("the new installation's head is judged", func() bool { return runs() == 1 })
	w.settle()

	w.github.Suspend(in)
	w.settle()
	w.github.ResetRequests()
	second := githubtest.Must(other.Commit("change", "again", githubtest.Txtar([]byte("-- x.md --\nx\n")), githubtest.By(w.dev)))
	w.settle()
	if n := len(w.github.Requests()); n != 0 {
		t.Errorf("%d requests for a suspended installation:\n%s", n, requests(w))
	}
	w.github.Unsuspend(in)
	w.until("the head is judged once it is back", func() bool { return len(concluded(onlyOwn(other.CheckRuns(second)))) == 1 })
	w.settle()

	w.github.Uninstall(in)
	w.settle()
	w.github.ResetRequests()
	githubtest.Must(other.Commit("change", "third", githubtest.Txtar([]byte("-- y.md --\nx\n")), githubtest.By(w.dev)))
	w.settle()
	if n := len(w.github.Requests()); n != 0 {
		t.Errorf("%d requests after the app was uninstalled:\n%s", n, requests(w))
	}
}

func onlyOwn(all []githubtest.CheckRun) []githubtest.CheckRun {
	var own []githubtest.CheckRun
	for _, r := range all {
		if r.Name == "checkrein" && r.App == "checkrein" {
			own = append(own, r)
		}
	}
	return own
}

// A push to the base that changes what an open head hangs on has it judged again; a push
// that has nothing to do with it asks nothing about it.
func TestPushToTheBase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- .env --\nTAG=1.2.3\n-- README.md --\nx\n")
	p := w.open("change", compose("acme/api:${TAG}"))
	w.expect(p.Head(), "success", "")
	docs := w.open("docs", "-- docs.md --\nx\n")
	w.expect(docs.Head(), "success", "")
	w.settle()

	w.github.ResetRequests()
	w.toMain("-- README.md --\ny\n")
	w.settle()
	if c := w.counted(); c.REST != 1 || c.GraphQL != 0 {
		t.Errorf("a push that touches nothing that is read took %+v, want one comparison:\n%s", c, requests(w))
	}

	// The head has .env from its merge base: the tip's own change is merged in by GitHub
	// and judged in the queue. What counts here is that the head was looked at again.
	w.github.ResetRequests()
	w.toMain("-- .env --\nTAG=1.2.4\n")
	w.settle()
	asked := strings.Count(requests(w), "compare/")
	if asked != 2 { // the base itself, and the one head that hangs on .env
		t.Errorf("%d comparisons after .env changed, want 2:\n%s", asked, requests(w))
	}

	w.toMain(strings.Replace(loose, "level: warn", "pin: digest", 1))
	w.push("change", compose("acme/api:1.2.3"))
	w.expect(p.Head(), "failure", "1 blocking") // the new policy
}

func (w *world) toMain(files string) {
	w.Helper()
	githubtest.Must(w.repo.Commit("main", "main moves", githubtest.Txtar([]byte(files)), githubtest.By(w.dev)))
}

// A policy that changes on the base judges the open heads anew.
func TestPolicyChangeOnTheBase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	p := w.open("change", compose("nginx:latest"))
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	w.toMain(loose)
	w.becomes(p.Head(), "success")
}

func TestOrganisationPolicyChange(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	defaults := githubtest.Must(w.github.CreateRepo("acme", ".github", githubtest.Txtar([]byte(strict))))
	w.start()
	p := w.open("change", compose("nginx:latest"))
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	githubtest.Must(defaults.Commit("main", "loosen", githubtest.Txtar([]byte(loose)), githubtest.By(w.dev)))
	w.becomes(p.Head(), "success")
}

// A repository that is renamed, or transferred within what the App sees, goes on.
func TestRenamedAndTransferred(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	p := w.open("change", compose("nginx:latest"))
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	w.repo.Rename("renamed")
	w.push("change", compose("nginx:1.27.4"))
	w.expect(p.Head(), "success", "")
	w.settle()
	w.github.Install(w.app, "umbrella")
	w.settle()
	w.repo.Transfer("umbrella")
	w.push("change", compose("nginx:latest"))
	w.expect(p.Head(), "failure", "1 blocking")
}

// Nothing that a repository's old name leads to is believed.
func TestAnotherRepositoryUnderTheOldName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	p := w.open("change", compose("nginx:latest"))
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	w.github.SetTraffic(githubtest.Traffic{Hold: true})
	w.repo.Rename("moved")
	githubtest.Must(w.github.CreateRepo("acme", "platform", githubtest.Txtar([]byte(loose))))
	w.push("change", compose("redis:latest"))
	w.github.SetTraffic(githubtest.Traffic{})
	w.expect(p.Head(), "failure", "1 blocking")
}

// Partial answers, limits and failures in the sweep's way cost time, not heads.
func TestSweepUnderFire(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	var heads []string
	for _, name := range []string{"a", "b", "c"} {
		heads = append(heads, w.open(name, compose("nginx:latest")).Head())
	}
	installations := regexp.MustCompile(`^/app/installations$`)
	w.github.Fault(githubtest.Match{Path: installations}, githubtest.Action{Status: 502})
	w.github.Fault(githubtest.Match{Path: regexp.MustCompile(`^/installation/repositories$`)}, githubtest.Action{CutAfterBytes: 50})
	w.github.Fault(githubtest.Match{Path: regexp.MustCompile(`^/graphql$`)}, githubtest.Action{DropAliases: 1})
	w.github.Fault(githubtest.Match{Path: regexp.MustCompile(`^/graphql$`), Nth: 2}, githubtest.TooManyRequests(time.Second))
	w.start()
	for _, sha := range heads {
		w.expect(sha, "failure", "1 blocking")
	}
}

// deployable is a check whose verdict hangs on what is deployed.
type deployable struct{}

func (deployable) Name() string                          { return "images" }
func (deployable) Reads(string) bool                     { return true }
func (deployable) Learn(string, string, []byte) []string { return nil }
func (deployable) Run(context.Context, checks.Change) checks.Report {
	return checks.Report{Check: "images", Deployed: true}
}

// A deployment has the heads judged again whose verdict hangs on what runs, and no others.
func TestDeployment(t *testing.T) {
	t.Parallel()
	for check, want := range map[checks.Check]bool{deployable{}: true, all.Checks(policy.Default(), nil, nil, nil)[0]: false} {
		t.Run(fmt.Sprintf("%T", check), func(t *testing.T) {
			w := newGitHub(t, compose("nginx:1.27.3"))
			p := w.open("change", compose("nginx:1.27.4"))
			memory, claim := w.claimed(p)
			judge := w.judge(memory, check)
			if err := judge.Head(t.Context(), claim); err != nil {
				t.Fatal(err)
			}
			must(w, memory.Done(t.Context(), claim))
			repo := webhook.Repo{ID: w.repo.ID, Installation: w.in.ID, Owner: "acme", Name: "platform"}
			githubtest.Must(memory.Accept(t.Context(), webhook.Intake{
				Delivery: webhook.Delivery{ID: "2", Event: "deployment_status", Received: time.Now()}, Repo: repo, Deployed: true,
			}))
			again := githubtest.Must(memory.Claim(t.Context(), time.Minute))
			if (again != nil) != want {
				t.Errorf("due after a deployment: %+v, want %v", again, want)
			}
		})
	}
}

// large is a change of more files than GitHub lists; the last one floats.
func large() string {
	var b strings.Builder
	for i := range 3001 {
		fmt.Fprintf(&b, "-- docs/%04d.md --\nx\n", i)
	}
	return b.String() + "-- zzz/compose.yml --\nservices:\n  web:\n    image: nginx:latest\n"
}

// Beyond the files that GitHub lists both trees are compared: nothing hides at the end.
func TestMoreFilesThanGitHubLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- README.md --\nx\n")
	w.expect(w.open("large", large()).Head(), "failure", "1 blocking")
}

// A change so large that GitHub truncates its trees is not judged, and says so.
func TestTruncatedTreesAreUndecided(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, "-- README.md --\nx\n", githubtest.WithSizes(githubtest.Sizes{TreeEntries: 2500}))
	w.start()
	says(t, w.expect(w.open("large", large()).Head(), "action_required", "Undecided"), "larger than GitHub gives out")
}

// Permissions that an owner accepts later are used at once: the token of before is forgotten.
func TestPermissionsAcceptedLater(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	w.in.Grant(map[string]string{"metadata": "read", "contents": "read", "pull_requests": "write"})
	w.start()
	p := w.open("change", compose("nginx:latest"))
	w.until("the App was refused", func() bool { return strings.Contains(w.log.String(), "no permission") })
	w.in.Grant(nil)
	w.expect(p.Head(), "failure", "1 blocking")
}

// A head that cannot be judged again and again shows that it is being tried, and why it
// takes so long: a check that only says "Expected" leaves everybody guessing.
func TestFailingAttemptsAreShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	w.github.Fault(githubtest.Match{Path: compares, Times: -1}, githubtest.Action{Status: 502})
	p := w.open("change", compose("nginx:latest"))
	run := w.begun(p.Head())
	says(t, run, "came to no end", "502")
	w.github.ClearFaults()
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	if n := len(w.runs(p.Head())); n != 1 {
		t.Errorf("%d runs, want one: begun and concluded", n)
	}
}
