package guard_test

import (
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/registry"
	"github.com/checkrein/checkrein/registry/guard"
)

// attempt is one deletion that a cleaner tries.
type attempt struct {
	digest registry.Digest
	want   guard.Code // empty: it goes through
}

func stays(d registry.Digest, code guard.Code) attempt { return attempt{d, code} }
func goes(d registry.Digest) attempt                   { return attempt{digest: d} }

// fault is a data loss that somebody reported, as a package and what a cleaner did to it.
type fault struct {
	id, mechanism string
	policy        string // of the rule for the package; empty: none
	try           func(w *world) []attempt
}

// TestReportedLosses: none of the losses that were reported of other cleaners happens, and
// what is safe to delete goes.
func TestReportedLosses(t *testing.T) {
	for _, f := range reportedLosses() {
		t.Run(f.id, func(t *testing.T) {
			w := newWorld(t, "app")
			w.image("something", "unrelated") // GitHub keeps the last tagged version by itself
			if f.policy != "" {
				w.policy(f.policy)
			}
			w.start()
			for _, a := range f.try(w) {
				if a.want == "" {
					w.gone(a.digest)
				} else {
					w.refused(a.digest, a.want)
				}
			}
			w.whole()
		})
	}
}

const prTags = "delete: {untagged: true, tags: ['pr-*', 'tmp-*']}"

func reportedLosses() []fault {
	return []fault{
		{"F1", "an untagged sweep takes platform children", "", func(w *world) []attempt {
			amd, arm, old := w.image("amd"), w.image("arm"), w.image("old")
			w.index("ix", digests(amd, arm), "prod")
			return []attempt{stays(amd, guard.Referenced), stays(arm, guard.Referenced), goes(old)}
		}},
		{"F2", "one of several children", "", func(w *world) []attempt {
			a, b, c, lone := w.image("a"), w.image("b"), w.image("c"), w.image("lone")
			w.index("ix", digests(a, b, c), "v1")
			w.index("ix old", digests(lone))
			return []attempt{stays(b, guard.Referenced), goes(lone)}
		}},
		{"F3", "an index of one image and its attestation", "", func(w *world) []attempt {
			amd, att := w.image("amd"), w.image("att")
			w.push("ix", ociIndex, `{"schemaVersion":2,"mediaType":"`+ociIndex+`","manifests":[
				{"mediaType":"`+ociImage+`","digest":"`+string(amd)+`","platform":{"os":"linux","architecture":"amd64"}},
				{"mediaType":"`+ociImage+`","digest":"`+string(att)+`","platform":{"os":"unknown","architecture":"unknown"},
				 "annotations":{"vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"`+string(amd)+`"}}]}`, "main")
			return []attempt{stays(att, guard.Referenced), stays(amd, guard.Referenced)}
		}},
		{"F4", "keep the last N counts children", "keep: {newest_roots: 2}, delete: {untagged: true, tags: ['v*']}", func(w *world) []attempt {
			var children, roots []registry.Digest
			for _, v := range []string{"v1", "v2", "v3"} {
				child := w.image("child of " + v)
				root := w.index("ix "+v, digests(child), v)
				children, roots = append(children, child), append(roots, root)
			}
			for i, d := range roots {
				w.must(w.pack.Backdate(string(d), w.clock().Add(time.Duration(i-100)*24*time.Hour)))
			}
			w.must(w.pack.Backdate(versionTagged(w, "unrelated"), w.clock().Add(-200*24*time.Hour)))
			return []attempt{stays(children[0], guard.Referenced), stays(roots[1], guard.Tagged), goes(roots[0]), goes(children[0]), stays(children[1], guard.Referenced)}
		}},
		{"F5", "age and count never override a reference", "", func(w *world) []attempt {
			amd := w.image("amd")
			w.index("ix", digests(amd), "lts")
			w.must(w.pack.Backdate(string(amd), w.clock().AddDate(-3, 0, 0)))
			return []attempt{stays(amd, guard.Referenced)}
		}},
		{"F6", "the safe way is the default", "", func(w *world) []attempt {
			amd, pr := w.image("amd"), w.image("pr", "pr-1")
			w.index("ix", digests(amd), "prod")
			return []attempt{stays(amd, guard.Referenced), stays(pr, guard.Tagged)}
		}},
		{"F7", "two cleaners at the same time", prTags, func(w *world) []attempt {
			child, second := w.image("child"), w.github.User("bea")
			w.must(w.pack.Grant(second, "admin"))
			pr := w.index("ix", digests(child), "pr-1")
			w.index("ix kept", digests(child, w.image("more")), "v1")
			var group sync.WaitGroup
			for _, path := range []string{w.path(pr), w.path(child), w.path(pr), w.path(child)} {
				for _, as := range []*githubtest.User{w.admin, second} {
					group.Go(func() { w.call("DELETE", path, as, "") })
				}
			}
			group.Wait()
			if w.there(pr) || !w.there(child) {
				w.Errorf("the index is there: %v, its child: %v", w.there(pr), w.there(child))
			}
			return nil
		}},
		{"F8", "deleting by one tag takes the manifest's other tags", prTags, func(w *world) []attempt {
			both, one := w.image("both", "pr-1", "v1.0"), w.image("one", "pr-2")
			return []attempt{stays(both, guard.Tagged), goes(one)}
		}},
		{"F9", "a tag joined the version after the cleaner's list", prTags, func(w *world) []attempt {
			pr := w.image("pr", "pr-1")
			w.delete(w.image("other", "pr-2")) // the guard has its list
			w.must(w.pack.Tag("latest", string(pr)))
			w.must(w.pack.Backdate(string(pr), w.clock().Add(-48*time.Hour)))
			return []attempt{stays(pr, guard.Tagged)}
		}},
		{"F10", "a tagged child of a tagged index", prTags, func(w *world) []attempt {
			amd := w.image("amd", "tmp-amd64")
			lone := w.image("lone", "tmp-s390x")
			w.index("ix", digests(amd), "v1")
			return []attempt{stays(amd, guard.Referenced), goes(lone)}
		}},
		{"F11", "a child shared by two indexes, lost on the second day", prTags, func(w *world) []attempt {
			shared := w.image("shared")
			rc := w.index("ix rc", digests(shared), "pr-rc")
			w.index("ix release", digests(shared, w.image("more")), "v1")
			w.gone(rc)
			w.pass(25 * time.Hour)
			return []attempt{stays(shared, guard.Referenced)}
		}},
		{"F12", "a tag taken away by a manifest without content", prTags, func(w *world) []attempt {
			both, one := w.image("both", "pr-1", "v1"), w.image("one", "pr-2")
			w.seenFirst("pr-2", "v1")
			w.untag("v1", http.StatusForbidden)
			w.untag("pr-1", http.StatusForbidden) // v1 names the same
			w.untag("pr-2", http.StatusCreated)
			dummy := registry.Digest(versionTagged(w, "pr-2"))
			return []attempt{stays(both, guard.Tagged), goes(dummy), stays(one, guard.Young)} // it lost its tag just now
		}},
		{"F13", "a clean-up minutes after the release", "", func(w *world) []attempt {
			amd := w.fresh("amd")
			return []attempt{stays(amd, guard.Young)}
		}},
		{"F14", "digests that are to be tagged by a later job", "", func(w *world) []attempt {
			amd := w.fresh("amd")
			old := w.image("old")
			return []attempt{stays(amd, guard.Young), goes(old)}
		}},
		{"F15", "the same, by seconds", "", func(w *world) []attempt {
			amd, arm := w.image("amd"), w.image("arm")
			w.pass(24*time.Hour - 15*time.Second)
			late := w.fresh("late")
			w.pass(15 * time.Second)
			return []attempt{stays(late, guard.Young), goes(amd), goes(arm)}
		}},
		{"F16", "a one-shot script that takes everything without a tag", "delete: {untagged: true}, brake: {share: 50%, min: 50}", func(w *world) []attempt {
			var all []attempt
			for i := range 99 { // one more is there
				d := w.image("untagged " + strconv.Itoa(i))
				if i < 50 {
					all = append(all, goes(d))
				} else {
					all = append(all, stays(d, guard.Brake))
				}
			}
			return all
		}},
		{"F17", "a shell script with curl", "", func(w *world) []attempt {
			amd := w.image("amd")
			w.index("ix", digests(amd), "prod")
			if a := w.call("DELETE", w.path(amd), w.admin, "", "User-Agent", "curl/8.5.0", "Accept", "*/*"); a.status != http.StatusForbidden {
				w.Errorf("answered %d", a.status)
			}
			return nil
		}},
		{"F18", "both index types, and an index without one", "", func(w *world) []attempt {
			docker, oci, bare := w.image("docker"), w.image("oci"), w.image("bare")
			w.push("list", dockerList, w.indexOf(dockerList, digests(docker)), "docker")
			w.index("ix", digests(oci), "oci")
			w.push("bare ix", ociIndex, `{"schemaVersion":2,"manifests":[{"digest":"`+string(bare)+`","mediaType":"`+ociImage+`","size":1}]}`, "bare")
			return []attempt{stays(docker, guard.Referenced), stays(oci, guard.Referenced), stays(bare, guard.Referenced)}
		}},
		{"F19", "referrers by subject while the subject lives", "", func(w *world) []attempt {
			amd := w.image("amd")
			w.index("ix", digests(amd), "prod")
			ofChild, dead := w.about("sbom", amd), w.image("dead")
			ofDead := w.about("sbom of dead", dead)
			return []attempt{stays(ofChild, guard.Referenced), goes(ofDead), goes(dead)}
		}},
		{"F20", "untagged, tagged again, and still deleted", "", func(w *world) []attempt {
			img := w.image("img")
			w.gone(w.image("other")) // the guard has its list
			w.must(w.pack.Tag("back", string(img)))
			return []attempt{stays(img, guard.Young)} // and tagged
		}},
		{"F21", "second-level manifests under kept tags", "", func(w *world) []attempt {
			leaf := w.image("leaf")
			inner := w.index("ix inner", digests(leaf))
			w.index("ix outer", digests(inner), "prod")
			return []attempt{stays(leaf, guard.Referenced), stays(inner, guard.Referenced)}
		}},
		{"F23", "a child that is itself in use", "", func(w *world) []attempt {
			child := w.image("child")
			pr := w.index("ix", digests(child))
			w.keep(string(child) + " pinned # in a compose file\n")
			return []attempt{goes(pr), stays(child, guard.Pinned)}
		}},
		{"F24", "a nested index with a tag of its own", prTags, func(w *world) []attempt {
			leaf := w.image("leaf")
			inner := w.index("ix inner", digests(leaf), "tmp-inner")
			w.index("ix outer", digests(inner), "prod")
			return []attempt{stays(inner, guard.Referenced), stays(leaf, guard.Referenced)}
		}},
		{"F25", "the last tag of what a list references", prTags, func(w *world) []attempt {
			child := w.image("child", "tmp-1")
			w.index("ix", digests(child), "prod")
			return []attempt{stays(child, guard.Referenced)}
		}},
		{"F26", "promoted by a new tag long after its push", prTags, func(w *world) []attempt {
			old := w.image("old")
			w.gone(w.image("other")) // the guard has its list
			w.must(w.pack.Tag("pr-promoted", string(old)))
			return []attempt{stays(old, guard.Young)}
		}},
		{"F27", "a digest that production pins, and nothing tags", "", func(w *world) []attempt {
			amd, lone := w.image("amd"), w.image("lone")
			index := w.index("ix", digests(amd))
			w.keep(string(index) + "\n")
			return []attempt{stays(index, guard.Deployed), stays(amd, guard.Referenced), goes(lone)}
		}},
		{"F28", "images of running workloads", "", func(w *world) []attempt {
			img := w.image("img")
			w.keep("# from the cluster\n" + string(img) + " deployed\n")
			return []attempt{stays(img, guard.Deployed)}
		}},
		{"F29", "signatures, attestations and SBOMs by tag", "delete: {untagged: true, tags: ['sha256-*']}", func(w *world) []attempt {
			img, dead := w.image("img", "prod"), w.image("dead")
			var all []attempt
			for _, suffix := range []string{".sig", ".att", ".sbom", ""} {
				all = append(all, stays(w.image("of img"+suffix, fallbackTag(img, suffix)), guard.Referenced))
				all = append(all, goes(w.image("of dead"+suffix, fallbackTag(dead, suffix))))
			}
			return all
		}},
		{"F31", "deleting while pages are read", "", func(w *world) []attempt {
			var all []attempt
			for range 60 { // two pages of what is to go, children of the kept between them
				child := w.image(string(rune('a'+len(all)%26)) + " child " + time.Duration(len(all)).String())
				lone := w.image("lone " + time.Duration(len(all)).String())
				w.index("ix "+time.Duration(len(all)).String(), digests(child), "v"+time.Duration(len(all)).String())
				all = append(all, stays(child, guard.Referenced), goes(lone))
			}
			return all
		}},
		{"F32", "an index that is broken already", "", func(w *world) []attempt {
			lost, left, lone := w.image("lost"), w.image("left"), w.image("lone")
			w.index("ix", digests(lost, left), "prod")
			w.must(w.pack.Delete(string(lost)))
			w.names[string(lost)] = lostBefore
			return []attempt{stays(left, guard.Referenced), goes(lone)}
		}},
		{"F33", "nested, tagged child and tagged referrer under one parent", prTags, func(w *world) []attempt {
			leaf := w.image("leaf")
			inner := w.index("ix inner", digests(leaf))
			w.index("ix outer", digests(inner), "prod")
			stable := w.image("stable", "stable-amd64")
			pr := w.index("ix pr", digests(stable), "pr-7")
			signature := w.about("signature", pr, "keep-signature")
			return []attempt{stays(leaf, guard.Referenced), stays(inner, guard.Referenced), goes(pr), stays(stable, guard.Tagged), stays(signature, guard.Tagged)}
		}},
		{"F34", "a budget that ends between the untagged and the tagged", prTags, func(w *world) []attempt {
			child := w.image("child")
			pr := w.index("ix", digests(child), "pr-1")
			// The child first: the parent may never be reached.
			return []attempt{stays(child, guard.Referenced), goes(pr), goes(child)}
		}},
		{"F36", "only tags are deleted", prTags, func(w *world) []attempt {
			w.image("kept", "v1")
			w.seenFirst("v1")
			if a := w.call("DELETE", "/v2/acme/app/manifests/v1", nil, "", "Authorization", w.bearer()); a.status != http.StatusForbidden || a.code() != string(guard.Tagged) {
				w.Errorf("answered %d %s", a.status, a.body)
			}
			return nil
		}},
	}
}

// fresh is an image that was pushed just now.
func (w *world) fresh(name string, tags ...string) registry.Digest {
	w.Helper()
	d := w.image(name, tags...)
	w.must(w.pack.Backdate(string(d), w.clock()))
	return d
}

// keep writes the keep file.
func (w *world) keep(text string) {
	w.Helper()
	keepIn(w, &w.config, text)
	w.start()
}

func keepIn(t testing.TB, c *guard.Config, text string) {
	t.Helper()
	c.KeepFile = filepath.Join(t.TempDir(), "keep")
	if err := os.WriteFile(c.KeepFile, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// bearer is the registry's token for the caller, as the fixture makes it.
func (w *world) bearer() string {
	return "Bearer " + base64.StdEncoding.EncodeToString([]byte(w.admin.Token))
}

// seenFirst has the guard see tags through the registry, which tells no ages, and lets
// the grace period pass.
func (w *world) seenFirst(tags ...string) {
	w.Helper()
	for _, tag := range tags {
		if a := w.call("DELETE", "/v2/acme/app/manifests/"+tag, nil, "", "Authorization", w.bearer()); a.code() != string(guard.Young) {
			w.Errorf("at first sight %s: %d %s", tag, a.status, a.body)
		}
	}
	w.pass(25 * time.Hour)
}

// dummy is what cleaners put over a tag: one layer that is empty.
const dummy = `{"schemaVersion":2,"mediaType":"` + ociImage + `","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2}]}`

// untag puts a manifest without content over a tag.
func (w *world) untag(tag string, want int) {
	w.Helper()
	a := w.call("PUT", "/v2/acme/app/manifests/"+tag, nil, dummy, "Authorization", w.bearer(), "Content-Type", ociImage)
	if a.status != want {
		w.Errorf("put of a manifest without content over %s: %d %s, want %d", tag, a.status, a.body, want)
	}
}

// lostBefore is the name of what was missing before the guard was there.
const lostBefore = "lost before"

func versionTagged(w *world, tag string) string {
	for _, v := range w.pack.Versions() {
		for _, t := range v.Tags {
			if t == tag {
				return v.Digest
			}
		}
	}
	w.Fatalf("no tag %s", tag)
	return ""
}
