package app_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestTrace: one event is one trace, from the webhook to what was published, with parents
// that are right; what it makes known is no secret, no content and nobody's name.
func TestTrace(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("ghcr.io/acme/web:1.0.0"))
	g := newGate(w)
	c := newCollector(w, "OTEL_EXPORTER_OTLP_HEADERS=api-key=key-of-the-collector", "OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=tests")
	p := w.spawn()
	w.swept()
	p1 := w.open("change", compose("ghcr.io/acme/web:latest"))
	w.verdict(p1.Head())
	w.settle()
	p.terminate()

	delivery := c.delivered("opened", p1.Head())
	if len(delivery.ParentSpanId) != 0 {
		t.Error("the delivery's span has a parent")
	}
	work := c.all().under(delivery)
	if diff := cmp.Diff([]string{"work head"}, work.names()); diff != "" {
		t.Fatalf("spans under the delivery's (-want +got):\n%s", diff)
	}
	steps := c.all().under(work[0])
	want := []string{"GET /repos/{}/{}/compare/{}", "GET /repos/{}/{}/tarball/{}", "GET /{}/{}/{}/legacy.tar.gz/{}", "POST /graphql", "check deletions", "check images", "check policy", "check schema", "publish"}
	if diff := cmp.Diff(want, steps.names()); diff != "" {
		t.Errorf("spans under the work's (-want +got):\n%s", diff)
	}
	if told := c.all().under(steps.named("publish")[0]).names(); !contains(told, []string{"POST /repos/{}/{}/check-runs"}) {
		t.Errorf("under publishing stand %v", told)
	}
	for name, wants := range map[string]string{
		"checkrein.outcome": "done", "checkrein.head": p1.Head(), "checkrein.kind": "head", "checkrein.tries": "0",
	} {
		if got := work[0].attribute(name); got != wants {
			t.Errorf("%s of the work is %q, want %q", name, got, wants)
		}
	}
	if got := steps.named("publish")[0].attribute("checkrein.conclusion"); got != "failure" {
		t.Errorf("published is %q, want failure", got)
	}
	if !strings.Contains(p.log.String(), `"msg":"verdict"`) || !strings.Contains(p.log.String(), `"trace_id":"`+delivery.trace()+`"`) {
		t.Error("no line of the log has the trace's id")
	}
	c.tellsNoSecret(g)
}

// contains reports whether all of these are among those.
func contains(those, these []string) bool {
	for _, one := range these {
		if !strings.Contains("\n"+strings.Join(those, "\n")+"\n", "\n"+one+"\n") {
			return false
		}
	}
	return true
}

// tellsNoSecret looks through every byte that was exported.
func (c *collecting) tellsNoSecret(g *gate) {
	c.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !bytes.Contains(c.bytes, []byte("Api-Key: key-of-the-collector")) || !bytes.Contains(c.bytes, []byte("deployment.environment.name")) {
		c.Error("what the environment says of headers and resources is not exported")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	unwanted := map[string]string{
		"the webhook's secret": secret, "a part of the key": strings.Split(c.config.PrivateKey, "\n")[2],
		"a file's content": "ghcr.io/acme/web", "a file's path": "compose.yml", "a person": "dana", "a repository": "platform", "a query": "token=",
	}
	for _, key := range g.keys {
		if _, token, _ := strings.Cut(key, " "); token != "" {
			unwanted["a token: "+token] = token
		}
	}
	if len(unwanted) < 9 {
		c.Errorf("only %d things are looked for: the App sent no tokens", len(unwanted))
	}
	for what, text := range unwanted {
		if bytes.Contains(c.bytes, []byte(text)) {
			c.Errorf("exported is %s", what)
		}
	}
}

// TestTraceAcrossProcesses: a delivery is taken in by a process that is killed before its work
// is done; the one that does it continues the trace.
func TestTraceAcrossProcesses(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("ghcr.io/acme/web:1.0.0"))
	g := newGate(w)
	c := newCollector(w)
	first := w.spawn()
	w.swept()
	stuck := g.arm(0, unsent)
	p := w.open("change", compose("ghcr.io/acme/web:1.0.1"))
	w.await("the work is under way", stuck)
	delivery := c.delivered("opened", p.Head())
	first.kill()
	g.arm(-1, unsent)
	w.spawn()
	w.verdict(p.Head())
	c.continued(delivery)
}

// TestTraceAcrossReplicas: the same on PostgreSQL, where another replica takes the work over.
// It is played with CHECKREIN_CHAOS=1.
func TestTraceAcrossReplicas(t *testing.T) {
	t.Parallel()
	r := newServer(t, compose("ghcr.io/acme/web:1.0.0"))
	g := newGate(r.world)
	c := newCollector(r.world)
	first := r.add()
	r.swept()
	stuck := g.arm(0, unsent)
	p := r.open("change", compose("ghcr.io/acme/web:1.0.1"))
	r.await("the work is under way", stuck)
	delivery := c.delivered("opened", p.Head())
	r.lose(first)
	g.arm(-1, unsent)
	r.add()
	r.verdict(p.Head())
	c.continued(delivery)
}

// continued fails unless another process did the delivery's work in the delivery's trace.
func (c *collecting) continued(delivery collected) {
	c.Helper()
	var work spans
	c.until("the work's span is collected", func() bool {
		work = c.all().under(delivery).named("work head")
		return len(work) > 0
	})
	if work[0].process() == delivery.process() || work[0].process() == "" {
		c.Errorf("the work was done by process %q, as the delivery by %q", work[0].process(), delivery.process())
	}
	if got := c.all().under(work[0]).named("publish"); len(got) != 1 || got[0].trace() != delivery.trace() {
		c.Errorf("published in spans %v", got)
	}
}

// TestTraceOfGuard: a decided deletion is a trace with the requests that it took, of a guard
// alone as well; who asked, and with what, is not in it.
func TestTraceOfGuard(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	c := newCollector(&world{TB: t})
	for _, variable := range c.variables {
		name, value, _ := strings.Cut(variable, "=")
		g.env[name] = value
	}
	address := "http://" + guardAddress(t, g.spawn().log)
	for digest, want := range map[string]int{g.child: http.StatusForbidden, g.lone[0]: http.StatusNoContent} {
		if status := g.delete(address, digest); status != want {
			t.Errorf("%s: %d, want %d", digest, status, want)
		}
	}
	var decided spans
	c.until("both decisions are collected", func() bool {
		decided = c.all().named("decide deletion")
		return len(decided) == 2
	})
	for _, d := range decided {
		asked := c.all().under(d).names()
		refused := d.attribute("checkrein.digest") == g.child
		if refused != (d.attribute("checkrein.code") == "referenced") || refused == contains(asked, []string{"DELETE /orgs/{}/packages/container/{}/versions/{}"}) {
			t.Errorf("%s is %s %s, with the requests %v", d.attribute("checkrein.digest"), d.attribute("checkrein.decision"), d.attribute("checkrein.code"), asked)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, unwanted := range []string{g.admin.Token, g.admin.Login, "acme"} {
		if bytes.Contains(c.bytes, []byte(unwanted)) {
			t.Errorf("exported is %q", unwanted)
		}
	}
}

// TestCollectorHangs: a collector that answers nothing stops neither a verdict nor the end.
func TestCollectorHangs(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("ghcr.io/acme/web:1.0.0"))
	w.variables = []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + hangs(w), "OTEL_BSP_SCHEDULE_DELAY=20", "OTEL_BSP_MAX_QUEUE_SIZE=4"}
	p := w.spawn()
	w.verdict(w.open("change", compose("ghcr.io/acme/web:1.0.1")).Head())
	if took := p.terminate(); took > 10*time.Second {
		t.Errorf("the end took %s", took)
	}
	if !strings.Contains(p.log.String(), "the last spans were not handed over") {
		t.Error("the log does not tell that spans were lost")
	}
}
