// Package lookup asks registries what a tag stands for now and whether a digest is still
// there. Which registries may be asked is decided by two lists, the policy's and the
// operator's; what may be reached, by the address that is dialled. Nobody's credentials
// are read: what a registry shows to everybody is all that is asked for.
package lookup

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"golang.org/x/sync/errgroup"

	"github.com/checkrein/checkrein/checks/images"
)

// Bounds of one verdict and of one answer.
const (
	// Most is how many questions one verdict may ask in the App.
	Most = 50
	// Within is how long all of them may take there.
	Within = 20 * time.Second

	answerTime = 5 * time.Second // one answer, from the first byte sent to the last byte read
	answerSize = 1 << 20         // bytes of one answer
	atOnce     = 8
	patience   = 2 // failures after which a registry is left alone
)

// Config says how registries are asked.
type Config struct {
	UserAgent string
	// Most questions of one Resolver are asked, Within this time for each Resolve.
	Most   int
	Within time.Duration
	// Sightings keeps what tags were seen with; nil: nothing is kept.
	Sightings Sightings
	Now       func() time.Time
	// Detour is for tests: see there. The zero Detour changes nothing.
	Detour Detour
	// Around is put around what sends requests; nil: nothing is.
	Around func(http.RoundTripper) http.RoundTripper
}

// Client asks registries.
type Client struct {
	config Config
	net    http.RoundTripper
}

// New makes a client.
func New(c Config) *Client {
	client := &Client{config: c, net: newTransport(c.Detour)}
	if c.Around != nil {
		client.net = c.Around(client.net)
	}
	return client
}

// Resolver asks for one verdict: the registries that are on both lists, each question
// once. nil when the policy names none.
func (c *Client) Resolver(policy, operator Hosts) images.Resolver {
	if len(policy) == 0 {
		return nil
	}
	return &resolver{
		client: c, policy: policy, operator: operator, left: c.config.Most,
		known: map[images.Question]images.Answer{}, registries: map[string]*registry{},
	}
}

// resolver implements images.Resolver.
type resolver struct {
	client           *Client
	policy, operator Hosts

	mu         sync.Mutex
	left       int
	known      map[images.Question]images.Answer
	registries map[string]*registry
}

// request is a question that is asked.
type request struct {
	images.Question
	ref      name.Reference
	registry *registry
	answer   images.Answer
}

// Resolve implements images.Resolver.
func (r *resolver) Resolve(ctx context.Context, questions []images.Question) []images.Answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ask(ctx, r.take(questions))
	answers := make([]images.Answer, len(questions))
	for i, q := range questions {
		answers[i] = r.known[q]
	}
	return answers
}

// take are the questions to ask; those that are not asked get their answer here.
func (r *resolver) take(questions []images.Question) []*request {
	var requests []*request
	for _, q := range questions {
		if _, done := r.known[q]; done {
			continue
		}
		req, answer := r.request(q)
		if r.known[q] = answer; req == nil {
			continue
		}
		if r.left == 0 {
			r.known[q] = images.Answer{Problem: fmt.Sprintf("One verdict looks up %d references at most", r.client.config.Most)}
			continue
		}
		r.left--
		requests = append(requests, req)
	}
	return requests
}

// request turns a question into one for a registry; without one, the answer says why.
func (r *resolver) request(q images.Question) (*request, images.Answer) {
	ref, err := parse(q)
	if err != nil {
		return nil, images.Answer{Unasked: "no registry takes the reference"}
	}
	host := ref.Context().RegistryStr()
	switch shown := Canonical(host); {
	case !r.policy.Match(host):
		return nil, images.Answer{Unasked: shown + " is not among the registries that may be asked (checks.images.registries)"}
	case !r.operator.Match(host):
		return nil, images.Answer{Problem: shown + " is not among the registries that the operator lets be asked (CHECKREIN_REGISTRIES)"}
	}
	return &request{Question: q, ref: ref, registry: r.registryAt(host)}, images.Answer{}
}

func (r *resolver) registryAt(host string) *registry {
	if r.registries[host] == nil {
		r.registries[host] = newRegistry(r.client, host)
	}
	return r.registries[host]
}

// parse reads a question as a reference of a registry.
func parse(q images.Question) (name.Reference, error) {
	if q.Digest != "" {
		return name.NewDigest(q.Name + "@" + q.Digest)
	}
	return name.NewTag(q.Name+":"+cmpTag(q.Tag), name.WeakValidation)
}

func cmpTag(tag string) string {
	if tag == "" {
		return name.DefaultTag
	}
	return tag
}

// ask asks some at a time and keeps the answers.
func (r *resolver) ask(ctx context.Context, requests []*request) {
	if len(requests) == 0 {
		return
	}
	bounded, cancel := context.WithTimeout(ctx, r.client.config.Within)
	defer cancel()
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, req := range requests {
		group.Go(func() error {
			req.answer = req.registry.ask(bounded, req.ref, req.Digest != "")
			return nil
		})
	}
	_ = group.Wait() // no answer is an answer too
	r.remember(ctx, requests)
	for _, req := range requests {
		r.known[req.Question] = req.answer
	}
}

// remember keeps which digest each tag was seen with, and adds those of earlier times.
func (r *resolver) remember(ctx context.Context, requests []*request) {
	if r.client.config.Sightings == nil {
		return
	}
	kept := slices.DeleteFunc(slices.Clone(requests), func(req *request) bool { return !req.Keep || req.answer.Digest == "" })
	if len(kept) == 0 {
		return
	}
	seen := make([]Seen, len(kept))
	for i, req := range kept {
		at := req.ref.Context()
		seen[i] = Seen{Tag{Canonical(at.RegistryStr()), at.RepositoryStr(), cmpTag(req.Question.Tag)}, req.answer.Digest, r.client.config.Now()}
	}
	before, err := r.client.config.Sightings.See(ctx, seen)
	for i, req := range kept {
		if err != nil {
			req.answer.Problem = "What its tag stood for earlier could not be read"
			continue
		}
		req.answer.Seen = before[seen[i].Tag]
	}
}
