package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	minSecret = 16          // characters of a webhook secret that nobody guesses
	maxSkew   = time.Minute // beyond it GitHub may refuse the App's tokens
)

// configuration tells what the environment says; that it is valid was found out before.
func (d *Doctor) configuration() {
	address := Line{Level: OK, Subject: "GitHub", Found: fmt.Sprintf("App %d at %s", d.AppID, d.APIURL)}
	if !strings.HasPrefix(d.APIURL, "https://") {
		address.Level, address.Expected, address.Do = Warn, "https", "without TLS whoever is between reads the App's tokens: set GITHUB_API_URL to https://"
	}
	owners := Line{Level: OK, Subject: "owners", Found: "all are served"}
	if len(d.Owners) > 0 {
		owners.Found = "served: " + strings.Join(d.Owners, ", ")
	}
	secrets := Line{Level: OK, Subject: "webhook secrets", Found: fmt.Sprintf("%d", len(d.Secrets))}
	if slices.ContainsFunc(d.Secrets, func(s string) bool { return len(s) < minSecret }) {
		secrets.Level = Warn
		secrets.Found += ", one of them short"
		secrets.Expected = fmt.Sprintf("at least %d characters, random", minSecret)
		secrets.Do = "make a new one with `openssl rand -hex 32`, for GitHub and GITHUB_WEBHOOK_SECRET"
	}
	d.report.set("configuration", address, owners, secrets)
}

// key asks who the App is. Without an answer nothing else can be asked.
func (d *Doctor) key(ctx context.Context) bool {
	d.Step("asking GitHub who the App is")
	me, err := d.GitHub.App(ctx)
	line := Line{Level: OK, Subject: "private key", Found: fmt.Sprintf("GitHub accepts it: %s (%s) of %s", me.Name, me.Slug, me.Owner)}
	switch {
	case err != nil && silent(err):
		line = unasked("private key", err)
	case err != nil:
		line = Line{
			Level: Bad, Subject: "private key", Found: err.Error(), Expected: fmt.Sprintf("a key of App %d", d.AppID),
			Do: "compare GITHUB_APP_ID and the key with the App's page at GitHub; a new key is made there under Private keys",
		}
	}
	section := d.report.set("key", append([]Line{line}, d.clock()...)...)
	if err != nil {
		section.Summary = "without an answer nothing else could be examined"
	}
	d.me = me
	return err == nil
}

func (d *Doctor) clock() []Line {
	skew, known := d.Skew()
	switch {
	case !known:
		return nil
	case skew.Abs() <= maxSkew:
		return []Line{{Level: OK, Subject: "clock", Found: "within a minute of GitHub's"}}
	}
	way := "behind"
	if skew < 0 {
		way = "ahead of"
	}
	return []Line{{
		Level: Warn, Subject: "clock", Found: fmt.Sprintf("%s %s GitHub's", skew.Abs().Round(time.Second), way),
		Expected: "at most a minute off", Do: "let this machine follow a time server: GitHub refuses tokens from a wrong clock",
	}}
}
