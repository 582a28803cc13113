package app_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/fixtures/githubtest"
)

const (
	refersToTag = "-- compose.yml --\nservices:\n  api:\n    image: acme/api:${TAG}\n"
	floatsTag   = "-- .env --\nTAG=latest\n"
)

// The two are red in one group that an event tells of.
func TestBrokenTogetherInOneGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- README.md --\nx\n")
	refers, floats := w.open("refers", refersToTag), w.open("floats", floatsTag)
	w.expect(refers.Head(), "success", "")
	w.expect(floats.Head(), "success", "")
	w.settle()
	w.expect(githubtest.Must(w.repo.EnqueueMerge(w.dev, refers, floats)), "failure", "1 blocking")
}

// Two changes that break together are red too when each has a group of its own, one
// behind the other.
func TestBrokenTogetherInGroupsOneBehindTheOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "-- README.md --\nx\n")
	refers, floats := w.open("refers", refersToTag), w.open("floats", floatsTag)
	w.expect(refers.Head(), "success", "")
	w.expect(floats.Head(), "success", "")
	w.settle()
	w.github.Fault(githubtest.Match{Path: checkRuns, Method: "POST"}, githubtest.Action{Delay: time.Second})
	githubtest.Must(w.repo.EnqueueMerge(w.dev, refers))
	second := githubtest.Must(w.repo.EnqueueMerge(w.dev, floats))
	w.is("compose.yml and .env float together", second, "failure")
	if floats.Merged() != "" {
		t.Error("the queue merged what breaks together")
	}
}

// The sweep judges a group of two as its event does: against the branch.
func TestLostGroupOfTwoIsJudgedWhole(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, "-- README.md --\nx\n")
	w.start()
	refers, floats := w.open("refers", refersToTag), w.open("floats", floatsTag)
	w.expect(refers.Head(), "success", "")
	w.expect(floats.Head(), "success", "")
	w.settle()
	w.stop()
	w.app.SetWebhook("", secret)
	head := githubtest.Must(w.repo.EnqueueMerge(w.dev, refers, floats))
	w.start()
	w.until("a verdict", func() bool { return len(concluded(w.runs(head))) > 0 })
	w.is("compose.yml and .env float together", head, "failure")
}

// A push to a base has the heads on it judged anew, also where that branch began with
// the same files as another.
func TestPushToABaseThatBeganAsAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	w.expect(w.open("docs", "-- docs.md --\nx\n").Head(), "success", "") // main is kept
	must(w, w.repo.Branch("release", "main", githubtest.By(w.dev)))
	w.push("change", compose("nginx:1.27.4"))
	p := githubtest.Must(w.repo.OpenPull(w.dev, "change", "release"))
	w.expect(p.Head(), "success", "")
	w.settle()
	w.push("release", strings.Replace(loose, "level: warn", "pin: digest", 1))
	w.is("release demands digests now", p.Head(), "failure")
}

// A base that was rewritten long ago, so that GitHub has forgotten the commit that was
// kept, keeps no head from its verdict.
func TestForgottenBaseCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	w.expect(w.open("first", "-- docs.md --\nx\n").Head(), "success", "")
	w.settle()
	old := w.repo.Tip("main")
	w.github.Fault(githubtest.Match{Path: regexp.MustCompile(`/compare/` + old + `\.\.\.`), Times: -1}, githubtest.Action{Status: 404})
	w.toMain("-- README.md --\ny\n")
	w.settle()
	w.push("second", "-- other.md --\nx\n")
	p := githubtest.Must(w.repo.OpenPull(w.dev, "second", "main"))
	w.until("it is judged, or given up", func() bool {
		return len(concluded(w.runs(p.Head()))) > 0 || strings.Contains(w.log.String(), "nothing to judge any more")
	})
	w.is("nobody judged it", p.Head(), "success")
}

// Two heads of a pull request that are told at the same time make one comment.
func TestTwoHeadsOneComment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	w.github.Fault(githubtest.Match{Path: checkRuns, Method: "POST"}, githubtest.Action{Delay: 2 * time.Second})
	p := w.open("change", compose("nginx:latest"))
	w.until("it is compared", func() bool { return strings.Contains(requests(w), "/compare/") })
	time.Sleep(500 * ms)
	w.push("change", compose("redis:latest"))
	w.expect(p.Head(), "failure", "1 blocking")
	w.calm()
	n := 0
	for _, c := range p.Comments() {
		if strings.Contains(c.Body, "<!-- checkrein -->") {
			n++
			if !strings.Contains(c.Body, p.Head()[:7]) {
				t.Errorf("a comment tells of another head than the newest:\n%s", c.Body)
			}
		}
	}
	if n != 1 {
		t.Errorf("%d comments, want 1", n)
	}
}

// A change of the organisation's defaults reaches open heads, also when the default
// branch of its repository has another name since the last sweep.
func TestOrganisationPolicyOnARenamedBranch(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	defaults := githubtest.Must(w.github.CreateRepo("acme", ".github", githubtest.Txtar([]byte(strict))))
	w.start()
	p := w.open("change", compose("nginx:1.27.4"))
	w.expect(p.Head(), "success", "")
	w.calm()
	must(w, defaults.Branch("trunk", "main"))
	must(w, defaults.SetDefaultBranch("trunk"))
	githubtest.Must(defaults.Commit("trunk", "harden", githubtest.Txtar([]byte(strings.Replace(strict, "pin: tag", "pin: digest", 1))), githubtest.By(w.dev)))
	w.is("the organisation demands digests now", p.Head(), "failure")
}

// Likewise when that repository was made after the last sweep.
func TestOrganisationPolicyIsNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	p := w.open("change", compose("nginx:1.27.4"))
	w.expect(p.Head(), "success", "")
	w.calm()
	defaults := githubtest.Must(w.github.CreateRepo("acme", ".github", githubtest.Txtar([]byte("-- README.md --\nx\n"))))
	githubtest.Must(defaults.Commit("main", "harden", githubtest.Txtar([]byte(strings.Replace(strict, "pin: tag", "pin: digest", 1))), githubtest.By(w.dev)))
	w.is("the organisation demands digests now", p.Head(), "failure")
}

// One missed delivery that GitHub cannot give out keeps no later one back.
func TestOneUnreadableDeliveryKeepsNoneBack(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"all can be read": 0, "one cannot": 500} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, compose("nginx:1.27.3"))
			p := w.open("change", compose("nginx:latest"))
			w.expect(p.Head(), "failure", "1 blocking")
			w.settle()
			w.stop()
			before := len(w.github.Deliveries())
			w.toMain("-- docs.md --\nx\n")
			w.settle()
			p.Comment(w.github.User("mona"), accept)
			w.settle()
			poison := w.github.Deliveries()[before:][0]
			path := regexp.MustCompile(`/app/hook/deliveries/` + strconv.FormatInt(poison.ID, 10) + `$`)
			w.github.Fault(githubtest.Match{Path: path, Times: -1}, githubtest.Action{Status: status})
			w.start()
			w.until("the first was asked for", func() bool { return strings.Contains(requests(w), "hook/deliveries/") })
			time.Sleep(5 * time.Second)
			w.is("mona's accept came after it", p.Head(), "success")
		})
	}
}

// A delivery that was acknowledged is not lost because the App did not hear that its
// installation is no longer suspended: GitHub delivers for active ones only.
func TestDeliveryAfterAnUnheardUnsuspend(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	umbrella := githubtest.Must(w.github.CreateRepo("umbrella", "app", githubtest.Txtar([]byte(compose("nginx:1.27.3")))))
	in := w.github.Install(w.app, "umbrella")
	w.calm()
	must(w, umbrella.Branch("change", "main", githubtest.By(w.dev)))
	sha := githubtest.Must(umbrella.Commit("change", "float", githubtest.Txtar([]byte(compose("nginx:latest"))), githubtest.By(w.dev)))
	p := githubtest.Must(umbrella.OpenPull(w.dev, "change", "main"))
	runs := func() []githubtest.CheckRun { return concluded(onlyOwn(umbrella.CheckRuns(sha))) }
	w.until("it is judged", func() bool { return len(runs()) == 1 })
	w.settle()

	w.github.Suspend(in)
	w.settle()
	url := "http://" + w.config.Listen + "/webhook"
	w.app.SetWebhook("", secret)
	w.github.Unsuspend(in) // nobody hears
	w.settle()
	w.app.SetWebhook(url, secret)
	mona := w.github.User("mona")
	must(w, umbrella.Grant(mona, "write"))
	p.Comment(mona, accept)
	w.settle()
	heard := slices.ContainsFunc(w.github.Deliveries(), func(d githubtest.Delivery) bool {
		return d.Event == "issue_comment" && d.Action == "created" && d.StatusCode == 202
	})
	if !heard {
		t.Fatal("the comment was not acknowledged")
	}
	w.stop()
	w.start() // the sweep finds out
	w.calm()
	if run := newest(runs()); run.Conclusion != "success" {
		t.Errorf("the accept that was acknowledged is lost: %s\n%s", run.Conclusion, run.Summary)
	}
}
