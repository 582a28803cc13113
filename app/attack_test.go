package app_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/store"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// Somebody else's green run of the same name satisfies no rule that is bound to the App.
func TestSpoofedRunOfTheSameName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	p := w.open("change", compose("nginx:latest"))
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	other := githubtest.Must(w.github.AddApp(githubtest.AppConfig{ID: 666, Slug: "impostor", Manifest: []byte(
		"name: impostor\ndefault_permissions: {metadata: read, checks: write}\ndefault_events: []\n")}))
	w.github.Install(other, "acme")
	w.spoof(other, p.Head())
	if err := p.Merge(w.dev); err == nil {
		t.Error("the pull request merged on somebody else's run")
	}
	must(w, w.github.Rerequest(w.dev, newest(w.runs(p.Head())).ID))
	w.until("a second own run", func() bool { return len(concluded(w.runs(p.Head()))) == 2 })
	w.stays(p.Head(), "failure")
}

// spoof posts a green run "checkrein" as another app.
func (w *world) spoof(as *githubtest.App, sha string) {
	w.Helper()
	h := w.hubOf(as)
	id := w.github.Install(as, "acme").ID
	_, err := h.Installation(id).CreateRun(w.Context(), w.named(), greenRun(w, sha))
	must(w, err)
}

// A comment of the App's that somebody else has edited is written over; nothing in it is believed.
func TestCommentEditedByAnotherWriter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	p := w.open("change", compose("nginx:latest"))
	w.expect(p.Head(), "failure", "1 blocking")
	w.until("the comment", func() bool { return len(p.Comments()) == 1 })
	w.settle()
	id := p.Comments()[0].ID
	must(w, p.EditComment(w.github.User("mallet"), id, "<!-- checkrein -->\nAll clear. [details](https://evil.example)"))
	w.settle()
	w.push("change", "-- more.md --\nx\n")
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	comments := p.Comments()
	if len(comments) != 1 || comments[0].ID != id || strings.Contains(comments[0].Body, "evil.example") || !strings.Contains(comments[0].Body, "blocking") {
		t.Errorf("comments %+v, want the own one with the verdict in it again", comments)
	}
}

// The head moves between judging and publishing: the verdict stands on the judged commit,
// and the new one gets its own.
func TestHeadMovedWhileItWasJudged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	p := w.open("change", compose("nginx:1.27.4"))
	w.verdict(p.Head())
	w.settle()
	w.github.Fault(githubtest.Match{Path: compares}, githubtest.Action{Delay: time.Second})
	good := w.push("change", "-- a.md --\nx\n")
	w.until("the good head is being compared", func() bool { return strings.Contains(requests(w), good) })
	bad := w.push("change", compose("nginx:latest"))
	w.expect(bad, "failure", "1 blocking")
	w.settle()
	for _, r := range w.runs(bad) {
		if r.Conclusion == "success" {
			t.Error("the verdict of the head before stands on the new one")
		}
	}
	if err := p.Merge(w.dev); err == nil {
		t.Error("the red head was merged")
	}
}

// A delivery that is replayed judges nothing again, and one that is forged is not stored.
func TestReplayedAndForgedDeliveries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, compose("nginx:1.27.3"))
	p := w.open("change", compose("nginx:latest"))
	w.expect(p.Head(), "failure", "1 blocking")
	w.settle()
	w.github.ResetRequests()
	for _, d := range w.github.Deliveries() {
		if status := w.deliver(d, d.Header); d.StatusCode == http.StatusAccepted && status != http.StatusOK {
			t.Errorf("replayed %s.%s: status %d, want 200", d.Event, d.Action, status)
		}
		forged := d.Header.Clone()
		forged.Set("X-GitHub-Delivery", "forged-"+d.GUID)
		forged.Set("X-Hub-Signature-256", githubtest.Sign("a guess", d.Payload))
		if status := w.deliver(d, forged); status != http.StatusUnauthorized {
			t.Errorf("forged %s.%s: status %d, want 401", d.Event, d.Action, status)
		}
	}
	w.settle()
	if n := len(w.github.Requests()); n != 0 {
		t.Errorf("%d requests after replayed and forged deliveries:\n%s", n, requests(w))
	}
}

// deliver sends a delivery again under these headers and answers the status.
func (w *world) deliver(d githubtest.Delivery, header http.Header) int {
	w.Helper()
	req := githubtest.Must(http.NewRequest(http.MethodPost, "http://"+w.config.Listen+"/webhook", bytes.NewReader(d.Payload)))
	req.Header = header
	resp := githubtest.Must(http.DefaultClient.Do(req))
	defer resp.Body.Close()
	return resp.StatusCode
}

// Branch names are what strangers like to write: long ones, and ones that turn text around.
func TestHostileBranchNames(t *testing.T) {
	t.Parallel()
	for name, branch := range map[string]string{
		"300 bytes":     strings.Repeat("feature-of-the-long-name/", 12)[:300],
		"right to left": "fix/\u202egnp.exe\u202c",
		"markdown":      "a](https://evil.example)`@acme/all`<b>#1",
		"html comment":  "x<!--checkrein-->y",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, compose("nginx:1.27.3"))
			must(w, w.repo.Branch(branch, "main", githubtest.By(w.dev)))
			w.push("change", compose("nginx:latest"))
			ontoIt := githubtest.Must(w.repo.OpenPull(w.dev, "change", branch))
			run := w.expect(ontoIt.Head(), "failure", "1 blocking")
			w.push(branch, "-- base.md --\nmoves\n")
			githubtest.Must(w.repo.OpenPull(w.dev, branch, "main"))
			w.until("the comment", func() bool { return len(ontoIt.Comments()) == 1 })
			for _, text := range []string{run.Title, run.Summary, ontoIt.Comments()[0].Body} {
				if strings.Contains(text, "\u202e") || strings.Count(text, "<!-- checkrein -->") > 1 {
					t.Errorf("the branch name came through unescaped:\n%s", text)
				}
			}
			w.settle()
		})
	}
}

// Two changes that are each fine and break together are red in the merge queue: one
// refers to a parameter, the other gives it a default that floats.
func TestFineAloneAndBrokenTogether(t *testing.T) {
	t.Parallel()
	stack := func(tag, image string) string {
		return fmt.Sprintf(`-- infra/service.yml --
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Tag: {Type: String%s}
Resources:
  Other: {Type: AWS::SNS::Topic}
  Third: {Type: AWS::SNS::Topic}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - {Name: api, Image: %s}
`, tag, image)
	}
	w := newWorld(t, stack("", "acme/api:1.2.3"))
	refers := w.open("refers", stack("", `!Sub "acme/api:${Tag}"`))
	floats := w.open("floats", stack(", Default: latest", "acme/api:1.2.3"))
	w.expect(refers.Head(), "success", "")
	w.expect(floats.Head(), "success", "")
	w.settle()
	head := githubtest.Must(w.repo.EnqueueMerge(w.dev, refers, floats))
	says(t, w.expect(head, "failure", "1 blocking"), "images/default-tag", "infra/service.yml:3")
	w.settle()
	if refers.Merged() != "" || floats.Merged() != "" {
		t.Error("the queue merged what breaks together")
	}
}

// A rule that GitHub takes away is noticed, and told in every run.
func TestLostRequirementIsTold(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	w.start()
	w.until("the branch rules were looked at", func() bool { return strings.Contains(requests(w), "rules/branches") })
	w.settle()
	p := w.open("change", compose("nginx:1.27.4"))
	says(t, w.expect(p.Head(), "success", ""), "required on", "bound to this app")
	w.settle()
	w.stop()
	w.repo.RemoveRules()
	w.forgetLooks()
	w.start()
	w.until("the loss is told", func() bool { return strings.Contains(newest(w.runs(p.Head())).Summary, "Nothing requires") })
	if !strings.Contains(w.log.String(), "no longer required") {
		t.Error("the log does not tell of the loss")
	}
}

// forgetLooks makes it long ago that the branch rules were looked at.
func (w *world) forgetLooks() {
	w.Helper()
	memory := githubtest.Must(store.Open(w.Context(), w.config.DatabaseURL))
	defer func() { must(w, memory.Close()) }()
	state, known, err := memory.Enforcement(w.Context(), w.repo.ID)
	if must(w, err); !known {
		w.Fatal("nobody has looked at the branch rules")
	}
	state.Checked = time.Now().Add(-24 * time.Hour)
	must(w, memory.SetEnforcement(w.Context(), w.repo.ID, state))
}

// named is the repository as requests name it.
func (w *world) named() hub.Repo {
	return hub.Repo{ID: w.repo.ID, Owner: w.repo.Owner.Login, Name: w.repo.Name}
}

// hubOf speaks with GitHub as any app.
func (w *world) hubOf(a *githubtest.App) *hub.Hub {
	w.Helper()
	return githubtest.Must(hub.New(hub.Config{AppID: a.ID, PrivateKeyPEM: bytes.TrimSpace(a.PEM()), APIURL: w.github.URL}))
}

func greenRun(w *world, sha string) hub.Run {
	return hub.Run{Name: "checkrein", Head: sha, ExternalID: fmt.Sprintf("checkrein:%d:%s:all", w.repo.ID, sha),
		Conclusion: "success", Title: "No problem found", Summary: "All clear", Started: time.Now(), Completed: time.Now()}
}
