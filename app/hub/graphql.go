package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// answer is the envelope of GraphQL: data may be there beside errors.
type answer struct {
	Data   json.RawMessage `json:"data"`
	Errors []graphError    `json:"errors"`
}

type graphError struct {
	Type    string `json:"type"`
	Path    []any  `json:"path"`
	Message string `json:"message"`
}

// at reports whether the error is about this path or something beneath it.
func (e graphError) at(path ...string) bool {
	if len(e.Path) < len(path) {
		return false
	}
	for i, want := range path {
		if got, ok := e.Path[i].(string); !ok || got != want {
			return false
		}
	}
	return true
}

// absent reports whether a null at this path is an answer (it does not exist) and not
// a gap. GitHub leaves gaps, told only by an error somewhere in the list, when a query
// costs more than it allows.
func (a *answer) absent(path ...string) bool {
	for _, e := range a.Errors {
		if e.at(path...) {
			return e.Type == "NOT_FOUND" && len(e.Path) == len(path)
		}
	}
	return a.whole()
}

// denied reports whether the installation may not see what is at this path.
func (a *answer) denied(path ...string) bool {
	for _, e := range a.Errors {
		if e.at(path...) && e.Type == "FORBIDDEN" {
			return true
		}
	}
	return false
}

// whole reports that no error leaves it open which part of the data is missing.
func (a *answer) whole() bool {
	for _, e := range a.Errors {
		if (e.Type != "NOT_FOUND" && e.Type != "FORBIDDEN") || len(e.Path) == 0 {
			return false
		}
	}
	return true
}

// gap is the error for a part that is missing without being absent.
func (a *answer) gap(what string) error {
	text := "GraphQL left out " + what
	if i := slices.IndexFunc(a.Errors, func(e graphError) bool { return e.Type == "FORBIDDEN" }); i >= 0 && a.whole() {
		return fmt.Errorf("%s: %w: %s; `checkrein doctor` tells what was not accepted", text, ErrForbidden, clip(a.Errors[i].Message))
	}
	for _, e := range a.Errors {
		if e.Type != "NOT_FOUND" {
			text += ": " + clip(e.Type+" "+e.Message)
			break
		}
	}
	return &UnavailableError{Status: http.StatusOK, Err: errors.New(text)}
}

// graph sends one query. Names from outside travel as variables, never in the text.
// An answer with data is returned even where it has errors: the caller looks at each part.
func (c *Client) graph(ctx context.Context, query string, vars map[string]any) (*answer, error) {
	req, err := c.api.NewRequest(http.MethodPost, c.hub.graphql, struct {
		Query     string         `json:"query"`
		Variables map[string]any `json:"variables"`
	}{query, vars})
	if err != nil {
		return nil, err
	}
	var a answer
	if _, err := c.api.Do(ctx, req, &a); err != nil {
		return nil, unreadable(err)
	}
	for _, e := range a.Errors {
		if e.Type == "RATE_LIMITED" || speaksOfLimit(e.Message) {
			return nil, c.gate.limitedBy(e)
		}
	}
	if len(a.Data) == 0 || string(a.Data) == "null" {
		return nil, refusedQuery(a.Errors)
	}
	return &a, nil
}

// limitedBy closes GraphQL after an answer that says so with status 200.
func (g *gate) limitedBy(e graphError) error {
	secondary := strings.Contains(strings.ToLower(e.Message), "secondary")
	wait := secondaryWait
	for _, b := range g.budgets() {
		if b.Resource == GraphQL && !secondary {
			wait = max(b.Reset.Sub(g.now()), time.Second)
		}
	}
	return g.block(GraphQL, wait, secondary)
}

// refusedQuery tells a query that GitHub finds wrong, which trying again does not
// mend, from one that it could not answer.
func refusedQuery(list []graphError) error {
	for _, e := range list {
		if e.Type == "" && len(e.Path) == 0 && !strings.Contains(e.Message, "went wrong") {
			return fmt.Errorf("GraphQL refused the query: %s", clip(e.Message))
		}
	}
	text := "GraphQL gave no data"
	if len(list) > 0 {
		text += ": " + clip(list[0].Type+" "+list[0].Message)
	}
	return &UnavailableError{Status: http.StatusOK, Err: errors.New(text)}
}

// unreadable makes an answer that is not whole JSON one that is asked for again.
func unreadable(err error) error {
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, shape := errors.AsType[*json.UnmarshalTypeError](err)
	if syntax || shape || errors.Is(err, io.ErrUnexpectedEOF) {
		return &UnavailableError{Status: http.StatusOK, Err: fmt.Errorf("the answer is not what was asked for: %w", err)}
	}
	return err
}
