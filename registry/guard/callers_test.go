package guard_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/registry"
	"github.com/checkrein/checkrein/registry/guard"
)

// TestCallersLearnNothingFromEachOther: what one caller may not see is answered as if it
// were not there, whether another caller has read it before or not.
func TestCallersLearnNothingFromEachOther(t *testing.T) {
	w := newWorld(t, "app")
	child, lone := w.image("child"), w.image("lone")
	w.index("ix", digests(child), "secret-tag")
	w.start()
	stranger, nobody := w.github.User("eve"), (*githubtest.User)(nil)
	ask := func() (all []string) {
		for _, as := range []*githubtest.User{stranger, nobody, {Token: "wrong"}} {
			for _, d := range digests(child, lone) {
				for _, method := range []string{"DELETE", "GET"} {
					a := w.call(method, w.path(d), as, "")
					all = append(all, fmt.Sprint(a.status, a.body))
				}
				a := w.call("DELETE", "/v2/acme/app/manifests/"+string(d), nil, "", "Authorization", "Bearer "+base64.StdEncoding.EncodeToString([]byte(stranger.Token)))
				all = append(all, fmt.Sprint(a.status, a.body))
			}
		}
		return all
	}
	before := ask()
	w.refused(child, guard.Referenced) // now the guard has read everything
	if diff := cmp.Diff(before, ask()); diff != "" {
		t.Errorf("the answers differ once somebody else has read (-before +after):\n%s", diff)
	}
	for _, a := range before {
		if strings.Contains(a, "secret-tag") || strings.Contains(a, string(lone)) && !strings.Contains(a, "DENIED") {
			t.Errorf("told a stranger: %s", a)
		}
	}
	if events := w.memory.events(); len(events) != 1 {
		t.Errorf("strangers are in the journal: %v", events)
	}
}

// TestOwnListOnly: the path of a refusal comes from the caller's own reading, though the
// same manifests were stored for another caller.
func TestOwnListOnly(t *testing.T) {
	w := newWorld(t, "app")
	child := w.image("child")
	w.index("ix", digests(child), "secret-tag")
	w.image("kept", "prod")
	w.start()
	w.refused(child, guard.Referenced)
	other := w.github.User("bea")
	w.must(w.pack.Grant(other, "admin"))
	// The other's list shows nothing but two untagged versions.
	short := w.call("GET", w.path(child), w.admin, "").body
	w.github.Fault(githubtest.Match{Path: anyList, Times: -1}, githubtest.Action{Status: 200, Body: []byte("[" + short + "]")})
	a := w.call("DELETE", w.path(child), other, "")
	if strings.Contains(a.body, "secret-tag") {
		t.Errorf("told what only another caller has read: %s", a.body)
	}
}

// TestReaderMayNotDelete: a caller that can read is refused by the upstream, not by the guard.
func TestReaderMayNotDelete(t *testing.T) {
	w := newWorld(t, "app")
	lone := w.image("lone")
	w.image("kept", "prod")
	w.start()
	reader := w.github.User("rob")
	w.must(w.pack.Grant(reader, "read"))
	if a := w.call("DELETE", w.path(lone), reader, ""); a.status != http.StatusForbidden || !strings.Contains(a.body, "admin rights") || !w.there(lone) {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// TestCredentialsStayNowhere: whatever is written, no credential is in it, in any form.
func TestCredentialsStayNowhere(t *testing.T) {
	w := newWorld(t, "app").policy(prTags)
	child, lone, pr := w.image("child"), w.image("lone"), w.image("pr", "pr-1")
	w.index("ix", digests(child), "prod")
	w.start()
	var answers strings.Builder
	try := func(method, path string, header ...string) {
		a := w.call(method, path, nil, "", header...)
		fmt.Fprint(&answers, a.status, a.header, a.body)
	}
	secret := w.admin.Token
	for _, authorization := range []string{"Bearer " + secret, "token " + secret, "Basic " + base64.StdEncoding.EncodeToString([]byte("ada:"+secret)), secret, "Bearer", "Bearer " + secret + "x"} {
		try("DELETE", w.path(child), "Authorization", authorization)
		try("DELETE", "/orgs/acme/packages/container/app", "Authorization", authorization)
		try("DELETE", "/v2/acme/app/manifests/prod", "Authorization", authorization)
	}
	w.github.Fault(anyDelete, githubtest.Action{DropAnswer: true})
	try("DELETE", w.path(pr), "Authorization", "Bearer "+secret)
	w.github.Fault(githubtest.Match{Path: regexp.MustCompile(`^/v2/|/token|/versions`), Times: 5}, githubtest.Action{CutAfterBytes: 3})
	for range 4 {
		try("DELETE", w.path(lone), "Authorization", "Bearer "+secret)
	}
	stored, err := json.Marshal([]any{w.memory.records, w.memory.intents, w.memory.sights, w.memory.manifests, w.memory.hours})
	w.must(err)
	written := map[string]string{"log": w.log.String(), "memory": string(stored), "answers": answers.String()}
	for where, text := range written {
		if text == "" {
			t.Errorf("%s is empty: nothing was looked at", where)
		}
		for _, form := range []string{secret, base64.StdEncoding.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte("ada:" + secret)), base64.StdEncoding.EncodeToString([]byte("token:" + secret))} {
			if strings.Contains(text, form) {
				t.Errorf("a credential is in the %s", where)
			}
		}
	}
}

// TestWho: the journal names a person by login, and a workflow by a hash that is the same
// every time.
func TestWho(t *testing.T) {
	w := newWorld(t, "app")
	child := w.image("child")
	w.index("ix", digests(child), "prod")
	workflow := w.github.Workflow(githubtest.Must(w.github.CreateRepo("acme", "app", nil)))
	w.must(w.pack.Grant(workflow, "admin"))
	w.start()
	w.refused(child, guard.Referenced)
	for range 2 {
		w.call("DELETE", w.path(child), workflow, "")
		w.start()
	}
	var who []string
	for _, r := range w.memory.records {
		who = append(who, r.Who)
	}
	if len(who) != 3 || who[0] != "ada" || who[1] != who[2] || !regexp.MustCompile(`^credential [0-9a-f]{16}$`).MatchString(who[1]) {
		t.Errorf("who %q", who)
	}
}

// TestManyAtOnce: a hundred deletions at a time, of several packages, are decided right.
func TestManyAtOnce(t *testing.T) {
	w := newWorld(t, "app")
	var stay, go_ []registry.Digest
	for i := range 50 {
		child := w.image(fmt.Sprint("child ", i))
		w.index(fmt.Sprint("ix ", i), digests(child), fmt.Sprint("v", i))
		stay, go_ = append(stay, child), append(go_, w.image(fmt.Sprint("lone ", i)))
	}
	w.start()
	var group sync.WaitGroup
	for _, d := range append(stay, go_...) {
		path := w.path(d)
		group.Go(func() { w.call("DELETE", path, w.admin, "") })
	}
	group.Wait()
	for _, d := range go_ {
		if w.there(d) {
			t.Errorf("%s is there", w.names[string(d)])
		}
	}
	w.whole()
}
