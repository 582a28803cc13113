package setup

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/checkrein/checkrein/app/hub"
)

// callback is where GitHub sends the browser back to. It needs no key: the state is one.
const callback = "/callback"

func (s *Setup) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{key}/{$}", s.keyed(s.begin))
	mux.HandleFunc("GET /{key}/change", s.keyed(func(w http.ResponseWriter, _ *http.Request) { s.ask(w, http.StatusOK, s.suggested(), nil) }))
	mux.HandleFunc("POST /{key}/{$}", s.keyed(s.submit))
	mux.HandleFunc("POST /{key}/retry", s.keyed(s.retry))
	mux.HandleFunc(callback, s.returned)
	mux.HandleFunc("/", s.nowhere)
	return s.guarded(mux)
}

func (s *Setup) nowhere(w http.ResponseWriter, _ *http.Request) {
	s.tell(w, problem{Status: http.StatusNotFound, Title: "There is nothing here", Do: "Open the whole address that the terminal shows."})
}

// keyed serves whoever was given the address.
func (s *Setup) keyed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !equal(r.PathValue("key"), s.key) {
			s.nowhere(w, r)
			return
		}
		next(w, r)
	}
}

// entered is what the form brings, as it was written.
type entered struct{ GitHub, Organization, Webhook string }

func (s *Setup) suggested() entered { return entered{s.GitHub, s.Organization, s.Webhook} }

// read makes an attempt of it; problems are by field.
func (e entered) read() (a attempt, problems map[string]string) {
	problems = map[string]string{}
	var err error
	if a.github, err = ParseGitHub(e.GitHub); err != nil {
		problems["github"] = err.Error()
	}
	if a.organization, err = parseOrganization(e.Organization); err != nil {
		problems["owner"] = err.Error()
	}
	if a.webhook, err = parseWebhook(e.Webhook); err != nil {
		problems["webhook"] = err.Error()
	}
	return a, problems
}

// begin asks only for what was not said on the command line.
func (s *Setup) begin(w http.ResponseWriter, _ *http.Request) {
	if s.Webhook == "" {
		s.ask(w, http.StatusOK, s.suggested(), nil)
		return
	}
	s.consider(w, s.suggested())
}

func (s *Setup) submit(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.tell(w, problem{Status: http.StatusBadRequest, Title: "The form cannot be read", Do: "Go back and send it again.", Start: true})
		return
	}
	s.consider(w, entered{r.PostForm.Get("github"), r.PostForm.Get("owner"), r.PostForm.Get("webhook")})
}

// consider shows the button, or what has to be entered in another way.
func (s *Setup) consider(w http.ResponseWriter, e entered) {
	a, problems := e.read()
	if len(problems) > 0 {
		s.ask(w, http.StatusUnprocessableEntity, e, problems)
		return
	}
	document, err := s.manifest.document(a.webhook, "http://"+s.address+callback)
	if err != nil {
		s.tell(w, problem{Status: http.StatusInternalServerError, Title: "The manifest cannot be written", Text: err.Error()})
		return
	}
	s.offer(w, e, s.attempts.add(a), document)
}

// target is where the manifest goes.
func (a attempt) target() string {
	return a.settings() + "/new?" + url.Values{"state": {a.state}}.Encode()
}

// returned takes the browser that comes back from GitHub. Whoever has not the state of an
// attempt learns nothing, the address of the page least of all.
func (s *Setup) returned(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		s.tell(w, problem{Status: http.StatusMethodNotAllowed, Title: "GitHub comes back with GET", Do: "Open the address that the terminal shows."})
		return
	}
	query := r.URL.Query()
	a, ok := s.attempts.take(query.Get("state"))
	if !ok {
		s.report(w, problem{Status: http.StatusForbidden, Title: "This answer belongs to no attempt of this page",
			Text: "It was used before, it is of an earlier run, or somebody else made it up. Nothing was done with it.",
			Do:   "If an App was created at GitHub, delete it there, under Developer settings, GitHub Apps. Then open the address that the terminal shows and press the button again."})
		return
	}
	if denied := query.Get("error"); denied != "" || query.Get("code") == "" {
		s.report(w, problem{Status: http.StatusForbidden, Title: "GitHub registered nothing", Text: reason(denied, query.Get("error_description")),
			Do: "Register it as an owner of " + a.owner() + ", or ask one to.", Start: true})
		return
	}
	s.receive(a, query.Get("code"))
	s.conclude(w, r)
}

func reason(code, description string) string {
	switch {
	case code == "":
		return "It sent the browser back without a code: the App was not created."
	case description == "":
		return "It says: " + clip(code)
	}
	return "It says: " + clip(description) + " (" + clip(code) + ")"
}

// owner names for whom an attempt registers the App.
func (a attempt) owner() string {
	if a.organization == "" {
		return "your own account"
	}
	return a.organization
}

func (s *Setup) retry(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	nothing := s.back.code == "" && s.back.app.ID == 0
	s.mu.Unlock()
	if nothing {
		s.tell(w, problem{Status: http.StatusConflict, Title: "There is nothing to try again", Start: true})
		return
	}
	s.conclude(w, r)
}

// conclude shows how it ended.
func (s *Setup) conclude(w http.ResponseWriter, r *http.Request) {
	app, err := s.finish(r.Context())
	if err == nil {
		s.done(w, app)
		return
	}
	s.mu.Lock()
	at := s.back.attempt
	s.mu.Unlock()
	s.report(w, explain(at, err))
}

// explain says what to do about an error of finish.
func explain(a attempt, err error) problem {
	if unkept, ok := errors.AsType[*unkeptError](err); ok {
		return problem{Status: http.StatusInternalServerError, Title: "The credentials could not be written", Text: unkept.err.Error(), Again: true,
			Do: "The App " + unkept.app.Page() + " is there, and GitHub tells its key only once: this page still has it. Mend what is in the way, then try again."}
	}
	if errors.Is(err, hub.ErrBadCode) {
		return problem{Status: http.StatusBadGateway, Title: "GitHub does not know the code any more", Start: true,
			Text: "It was used already, or it is more than an hour old. The App was created, but nobody has its credentials.",
			Do:   "Delete the App at " + a.settings() + ", and register it anew."}
	}
	return problem{Status: http.StatusBadGateway, Title: "GitHub did not hand out the credentials", Text: err.Error(), Again: true,
		Do: "The App is created. Try again: the code is good for an hour. See that this machine reaches " + a.github.API +
			" (HTTPS_PROXY is obeyed). If GitHub does not know the code then, delete the App at " + a.settings() + " and register it anew."}
}

// report tells a problem on the page and in the terminal.
func (s *Setup) report(w http.ResponseWriter, p problem) {
	if s.Tell != nil {
		s.Tell(p.line())
	}
	s.tell(w, p)
}
