package setup

import (
	"bytes"
	"embed"
	_ "embed"
	"html/template"
	"net/http"
	"strings"
)

//go:embed pages.html
var pageFiles embed.FS

// style stands in every page: the last one is shown when nothing is served any more.
//
//go:embed style.css
var style string

var pages = template.Must(template.ParseFS(pageFiles, "pages.html"))

// view is what the templates get.
type view struct {
	Style    template.CSS
	Start    string // path of the first page; empty where it is not to be told
	Step     int    // of three; 0: none
	Title    string
	Manifest manifest

	Entered  entered           // first step
	Problems map[string]string // by field

	Document, Target, Owner, Host string // second step

	App     App // third step
	Where   string
	Command string

	Problem problem
}

// problem is a page that says what went wrong and what to do.
type problem struct {
	Status          int
	Title, Text, Do string
	Again           bool // offer to try again
	Start           bool // offer to start anew
}

func (p problem) line() string {
	var parts []string
	for _, part := range []string{p.Title, p.Text, p.Do} {
		if part != "" {
			parts = append(parts, strings.TrimSuffix(part, "."))
		}
	}
	return strings.Join(parts, ". ") + "."
}

func (s *Setup) ask(w http.ResponseWriter, status int, e entered, problems map[string]string) {
	if e.GitHub == "" {
		e.GitHub = "github.com"
	}
	s.show(w, status, "ask", view{Step: 1, Title: "Register " + s.manifest.Name + " as a GitHub App", Start: s.start(), Entered: e, Problems: problems})
}

// offer shows the one button, whose form may lead to that GitHub and nowhere else.
func (s *Setup) offer(w http.ResponseWriter, e entered, a attempt, document string) {
	protect(w.Header(), a.github.Web)
	e.Webhook = a.webhook
	s.show(w, http.StatusOK, "offer", view{Step: 2, Title: "Create the App at " + a.github.Host(), Start: s.start(), Entered: e,
		Document: document, Target: a.target(), Owner: a.owner(), Host: a.github.Host()})
}

func (s *Setup) done(w http.ResponseWriter, app App) {
	s.mu.Lock()
	where := s.where
	s.mu.Unlock()
	s.show(w, http.StatusOK, "done", view{Step: 3, Title: app.Name + " is registered", App: app, Where: where})
}

func (s *Setup) tell(w http.ResponseWriter, p problem) {
	v := view{Title: p.Title, Problem: p}
	if p.Again || p.Start {
		v.Start = s.start()
	}
	s.show(w, p.Status, "problem", v)
}

func (s *Setup) show(w http.ResponseWriter, status int, name string, v view) {
	v.Style, v.Manifest = template.CSS(style), s.manifest
	var out bytes.Buffer
	if err := pages.ExecuteTemplate(&out, name, v); err != nil {
		http.Error(w, "the page cannot be written: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(out.Bytes())
}
