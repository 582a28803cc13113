package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/checkrein/checkrein/app/enforce"
	"github.com/checkrein/checkrein/app/hub"
)

// Person is an administrator: somebody who may write rulesets. The App may not.
type Person interface {
	// CreateRuleset answers the id of the new ruleset.
	CreateRuleset(ctx context.Context, repo hub.Repo, body any) (int64, error)
}

// Fix is what makes the check required in one repository. It only ever adds a ruleset.
type Fix struct {
	Repository string `json:"repository"`
	Body       any    `json:"body"`    // of POST /repos/{owner}/{repo}/rulesets
	Command    string `json:"command"` // the same for a shell
	// Ruleset is the id of the one that was made; 0: none was, and Problem may say why.
	Ruleset int64  `json:"ruleset,omitempty"`
	Problem string `json:"problem,omitempty"`
}

// Fix adds to the report what would enforce the check where it is not, and with a
// person (nil: nobody) does it, then looks again.
func (d *Doctor) Fix(ctx context.Context, by Person) (*Report, error) {
	body := enforce.Ruleset(d.Check, d.AppID)
	var touched []*repository
	stop := ""
	for _, r := range d.repositories {
		if standing(r.state) != Bad {
			continue
		}
		command, err := d.command(r.Repo, body)
		if err != nil {
			return nil, err
		}
		fix := Fix{Repository: clean(r.String()), Body: body, Command: command}
		switch {
		case by == nil:
		case stop != "":
			fix.Problem = "not tried: " + stop
		default:
			d.Step("adding a ruleset to " + r.String())
			stop = apply(ctx, by, r.Repo, &fix)
			touched = append(touched, r)
		}
		d.report.Fixes = append(d.report.Fixes, fix)
	}
	if len(touched) > 0 {
		d.lookAt(ctx, touched)
		d.tell()
	}
	if err := ctx.Err(); err != nil {
		return &d.report, fmt.Errorf("add rulesets: %w", err)
	}
	return &d.report, nil
}

// apply makes the ruleset, and says why no more are to be tried, if so.
func apply(ctx context.Context, by Person, repo hub.Repo, fix *Fix) (stop string) {
	id, err := by.CreateRuleset(ctx, repo, fix.Body)
	if err == nil {
		fix.Ruleset = id
		return ""
	}
	fix.Problem = clean(err.Error())
	if ctx.Err() != nil {
		return interrupted
	}
	if errors.Is(err, hub.ErrBadToken) {
		return "GitHub refuses the token"
	}
	if _, limited := errors.AsType[*hub.LimitError](err); limited {
		return "GitHub limits the requests of this token"
	}
	return ""
}

// fullName is what GitHub allows for an owner and a repository.
var fullName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}/[.]*[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$`)

// command is one line for a POSIX shell. Nothing in it needs quoting: GitHub's names
// hold letters, digits, dots, dashes and underscores only, and the body no quote.
func (d *Doctor) command(repo hub.Repo, body any) (string, error) {
	if !fullName.MatchString(repo.String()) {
		return "", fmt.Errorf("write the command for %q: the name is not one GitHub allows", repo.String())
	}
	data, err := json.Marshal(body)
	if err != nil {
		return "", fmt.Errorf("write the ruleset: %w", err)
	}
	return fmt.Sprintf("printf %%s '%s' | gh api%s --method POST repos/%s/%s/rulesets --input -", data, hostFlag(d.APIURL), repo.Owner, repo.Name), nil
}

// hostFlag tells gh which GitHub is meant, by the name of its pages.
func hostFlag(api string) string {
	u, err := url.Parse(api)
	if err != nil || u.Host == "api.github.com" {
		return ""
	}
	host := u.Host
	if strings.HasSuffix(host, ".ghe.com") { // there the API has a name of its own
		host = strings.TrimPrefix(host, "api.")
	}
	return " --hostname " + host
}
