package sweep_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/enforce"
	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/sweep"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

const (
	installation = 9
	shop         = 42 // id of the repository acme/shop
	answering    = time.Minute
)

var (
	noon    = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	errDown = &hub.UnavailableError{Status: 502}
	headA   = strings.Repeat("a", 40)
	headB   = strings.Repeat("b", 40)
	headC   = strings.Repeat("c", 40)
)

// world is GitHub and the store around one Sweeper. Asking GitHub takes time: what
// is noted with a time must have the time of the question.
type world struct {
	*testing.T
	sweeper *sweep.Sweeper
	now     time.Time
	log     bytes.Buffer
	fail    map[string]error // by the call that fails
	calls   []string         // all calls, in order
	canWait bool             // the last question to GitHub was marked so

	// GitHub
	installations []hub.Installation
	repositories  []hub.Repository
	opened        []hub.Open
	attempts      []hub.Delivery
	payloads      map[int64]payload
	required      []hub.Required
	said          map[int64]hub.Said
	may           map[string]hub.Permission // by login
	since         time.Time                 // that the deliveries were asked for
	read          []int64                   // attempts whose payload was asked for
	asked         []hub.Repository          // about which it was asked what is open

	// the store
	known      map[int64]sweep.Repository
	look       []int64
	waiting    []work.Due // heads without a verdict
	ended      []work.Due
	all        []work.Due // of the installation
	onBase     []sweep.OnBase
	has        map[string]bool
	before     enforce.State
	heard      []webhook.Voice
	renewed    []int64
	head       string
	due        []work.Due
	marks      map[string]time.Time
	accepted   []string // delivery ids
	stored     []setOpen
	over       []webhook.Installation // taken over
	overAsked  time.Time
	lookBefore time.Time
	answered   []int64
	kept       *enforce.State
	followed   []string // branches
}

type payload struct {
	event, guid, body string
	err               error
}

type setOpen struct {
	Repository int64
	Pulls      []webhook.Pull
	Groups     []webhook.Group
	Asked      time.Time
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, now: noon, fail: map[string]error{}, marks: map[string]time.Time{}, payloads: map[int64]payload{},
		known: map[int64]sweep.Repository{shop: {Repo: shopRepo(), Default: "main"}}}
	w.sweeper = &sweep.Sweeper{
		App: w, GitHub: w.of, Memory: w, Voices: w, Inbox: w, Decode: w.decode, Follow: w.follow, Renew: func(id int64) { w.renewed = append(w.renewed, id) },
		Check: "checkrein", AppID: 4711, Window: 72 * time.Hour,
		Log: slog.New(slog.NewTextHandler(&w.log, nil)), Now: func() time.Time { return w.now },
	}
	return w
}

func shopRepo() webhook.Repo {
	return webhook.Repo{ID: shop, Installation: installation, Owner: "acme", Name: "shop"}
}

func (w *world) do(key string) error {
	return w.sweeper.Do(context.Background(), &work.Claim{Key: key, Kind: work.KindOf(key)})
}

// mustDo wants no error.
func (w *world) mustDo(key string) {
	w.Helper()
	if err := w.do(key); err != nil {
		w.Fatal(err)
	}
}

// expect compares; what names it in the message.
func (w *world) expect(what string, want, got any) {
	w.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// logged wants a line with this message, or none.
func (w *world) logged(message string, want bool) {
	w.Helper()
	if got := strings.Contains(w.log.String(), message); got != want {
		w.Errorf("logged %q: %v, want %v; the log:\n%s", message, got, want, w.log.String())
	}
}

// heads are rows due for heads of the shop, one second after the other from a time on.
func heads(from time.Time, shas ...string) []work.Due {
	var all []work.Due
	for i, sha := range shas {
		all = append(all, work.Due{Key: work.HeadKey(shop, sha), At: from.Add(time.Duration(i) * time.Second)})
	}
	return all
}

// call notes a call, and answers how it fails.
func (w *world) call(name string) error {
	w.calls = append(w.calls, name)
	return w.fail[name]
}

// ask is a call that goes to GitHub. A context that differs is one that marks it.
func (w *world) ask(ctx context.Context, name string) error {
	w.canWait = ctx != context.Background()
	w.now = w.now.Add(answering)
	return w.call(name)
}

func (w *world) of(id int64) sweep.GitHub {
	if id != installation {
		w.Errorf("GitHub was asked as installation %d, want %d", id, installation)
	}
	return w
}

func (w *world) Installations(ctx context.Context) ([]hub.Installation, error) {
	return w.installations, w.ask(ctx, "Installations")
}

func (w *world) Repositories(ctx context.Context) ([]hub.Repository, error) {
	return w.repositories, w.ask(ctx, "Repositories")
}

func (w *world) Open(ctx context.Context, repos []hub.Repository) ([]hub.Open, error) {
	w.asked = repos
	if err := w.ask(ctx, "Open"); err != nil {
		return nil, err
	}
	return w.opened, nil
}

func (w *world) Deliveries(ctx context.Context, since time.Time) ([]hub.Delivery, error) {
	w.since = since
	return w.attempts, w.ask(ctx, "Deliveries")
}

func (w *world) DeliveryPayload(ctx context.Context, id int64) (event, guid string, body []byte, err error) {
	w.read = append(w.read, id)
	p := w.payloads[id]
	return p.event, p.guid, []byte(p.body), errors.Join(p.err, w.ask(ctx, "DeliveryPayload"))
}

func (w *world) Required(ctx context.Context, repo hub.Repo, branch string) ([]hub.Required, error) {
	if want := (hub.Repo{ID: shop, Owner: "acme", Name: "shop"}); repo != want || branch != "main" {
		w.Errorf("asked for the rules of %v@%s, want %v@main", repo, branch, want)
	}
	return w.required, w.ask(ctx, "Required")
}

func (w *world) Comment(ctx context.Context, _ hub.Repo, id int64) (hub.Said, error) {
	said, ok := w.said[id]
	if !ok {
		return hub.Said{}, fmt.Errorf("comment %d: %w", id, hub.ErrGone)
	}
	return said, w.ask(ctx, "Comment")
}

func (w *world) Permission(ctx context.Context, _ hub.Repo, login string) (hub.Permission, error) {
	return w.may[login], w.ask(ctx, "Permission")
}

func (w *world) Voices(context.Context, hub.Repo, int, []string) (hub.Voices, error) {
	w.Error("what was said is asked for where the head is judged, not here")
	return hub.Voices{}, nil
}

// decode reads "ours", "theirs", and nothing else.
func (w *world) decode(event, delivery string, payload []byte, received time.Time) (webhook.Intake, bool, error) {
	if !received.Equal(w.now) {
		w.Errorf("received %v, want %v: it came in only now", received, w.now)
	}
	switch string(payload) {
	case "ours":
		return webhook.Intake{Repo: shopRepo(), Delivery: webhook.Delivery{ID: delivery, Event: event}}, true, nil
	case "theirs":
		return webhook.Intake{}, false, nil
	}
	return webhook.Intake{}, false, errors.New("not JSON")
}

func (w *world) follow(ctx context.Context, repo webhook.Repo, branch string) error {
	w.followed = append(w.followed, fmt.Sprintf("%s/%s@%s", repo.Owner, repo.Name, branch))
	return w.ask(ctx, "Follow")
}

func (w *world) MakeDue(_ context.Context, due []work.Due) error {
	if err := w.call("MakeDue"); err != nil {
		return err
	}
	w.due = append(w.due, due...)
	return nil
}

func (w *world) OpenHeads(_ context.Context, id int64) ([]work.Due, error) {
	if id != installation {
		w.Errorf("heads of installation %d, want %d", id, installation)
	}
	return slices.Clone(w.waiting), w.call("OpenHeads")
}

func (w *world) Ended(_ context.Context, now time.Time) ([]work.Due, error) {
	if !now.Equal(noon) {
		w.Errorf("exceptions that ended by %v, want %v", now, noon)
	}
	return slices.Clone(w.ended), w.call("Ended")
}

func (w *world) OfInstallation(_ context.Context, id int64) ([]work.Due, error) {
	if id != installation {
		w.Errorf("heads of installation %d, want %d", id, installation)
	}
	return slices.Clone(w.all), w.call("OfInstallation")
}

func (w *world) SetInstallations(_ context.Context, all []webhook.Installation, asked time.Time) error {
	w.over, w.overAsked = all, asked
	return w.call("SetInstallations")
}

func (w *world) SetRepositories(_ context.Context, id int64, all []hub.Repository, asked, lookedBefore time.Time) ([]int64, error) {
	w.expect("repositories taken over", w.repositories, all)
	w.overAsked, w.lookBefore = asked, lookedBefore
	return w.look, w.call("SetRepositories")
}

func (w *world) SetOpen(_ context.Context, repository int64, pulls []webhook.Pull, groups []webhook.Group, asked time.Time) error {
	w.stored = append(w.stored, setOpen{repository, pulls, groups, asked})
	return w.call("SetOpen")
}

func (w *world) Repository(_ context.Context, id int64) (sweep.Repository, error) {
	if err := w.call("Repository"); err != nil {
		return sweep.Repository{}, err
	}
	repo, ok := w.known[id]
	if !ok {
		return sweep.Repository{}, fmt.Errorf("repository %d: %w", id, pull.ErrUnknownRepository)
	}
	return repo, nil
}

func (w *world) OnBase(_ context.Context, repository int64, branch string) ([]sweep.OnBase, error) {
	if w.known[repository].Default != branch {
		return nil, w.call("OnBase")
	}
	return w.onBase, w.call("OnBase")
}

func (w *world) HasDeliveries(_ context.Context, ids []string) (map[string]bool, error) {
	have := map[string]bool{}
	for _, id := range ids {
		have[id] = w.has[id]
	}
	return have, w.call("HasDeliveries")
}

func (w *world) Mark(_ context.Context, name string) (time.Time, error) {
	return w.marks[name], w.call("Mark")
}

func (w *world) SetMark(_ context.Context, name string, at time.Time) error {
	if err := w.call("SetMark"); err != nil {
		return err
	}
	w.marks[name] = at
	return nil
}

func (w *world) Enforcement(context.Context, int64) (enforce.State, bool, error) {
	return w.before, !w.before.Checked.IsZero(), w.call("Enforcement")
}

func (w *world) SetEnforcement(_ context.Context, _ int64, s enforce.State) error {
	w.kept = &s
	return w.call("SetEnforcement")
}

func (w *world) Heard(_ context.Context, repository int64, pull int) ([]webhook.Voice, error) {
	if repository != shop || pull != 7 {
		w.Errorf("voices of %d#%d, want %d#7", repository, pull, shop)
	}
	return w.heard, w.call("Heard")
}

func (w *world) Answered(_ context.Context, _ int64, comments []int64) error {
	w.answered = append(w.answered, comments...)
	return w.call("Answered")
}

func (w *world) HeadOf(context.Context, int64, int) (sha string, err error) {
	return w.head, w.call("HeadOf")
}

func (w *world) Accept(_ context.Context, in webhook.Intake) (webhook.Outcome, error) {
	if err := w.call("Accept"); err != nil {
		return 0, err
	}
	w.accepted = append(w.accepted, in.Delivery.ID)
	return webhook.Stored, nil
}
