package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/app/hub"
)

// installations examines each installation, and collects its repositories.
func (d *Doctor) installations(ctx context.Context) bool {
	d.Step("asking GitHub where the App is installed")
	list, err := d.GitHub.Installations(ctx)
	if err != nil {
		d.report.set("installations", unasked("installations", err)).Summary = "without the list no repository could be examined"
		return false
	}
	slices.SortFunc(list, func(a, b hub.Installation) int { return cmp.Compare(a.Owner, b.Owner) })
	complete := true
	var lines []Line
	for _, i := range list {
		lines = append(lines, d.installed(i)...)
		if i.Suspended || !d.serves(i.Owner) {
			complete = false
			continue
		}
		line := d.collect(ctx, i)
		complete = complete && line.Level == OK
		lines = append(lines, line)
	}
	lines = append(lines, d.nowhere(list)...)
	d.report.set("installations", lines...)
	d.missing(complete)
	return true
}

// installed tells what keeps an installation from being judged.
func (d *Doctor) installed(i hub.Installation) []Line {
	line := Line{Level: Bad, Subject: owner(i)}
	switch pending := d.pending(i); {
	case !d.serves(i.Owner):
		line.Level, line.Found = OK, "not served: CHECKREIN_OWNERS does not name it"
	case i.Suspended:
		line.Found, line.Expected = "suspended: nothing is judged there", "active"
		line.Do = "an owner of " + owner(i) + " lifts it: Settings, GitHub Apps, Configure"
	case len(pending) > 0:
		line.Found, line.Expected = "not accepted yet: "+strings.Join(pending, ", "), "all that app.yml asks for"
		line.Do = "an owner of " + owner(i) + " accepts it: Settings, GitHub Apps, Review request"
	default:
		return nil
	}
	return []Line{line}
}

// pending is what the App asks for and this installation has not granted. What the App
// itself lacks was told before.
func (d *Doctor) pending(i hub.Installation) []string {
	var words []string
	for name, want := range d.want.Permissions {
		if grade := min(level(want), level(d.me.Permissions[name])); level(i.Permissions[name]) < grade {
			words = append(words, "permission "+name+" "+want)
		}
	}
	for _, name := range d.want.Events {
		if slices.Contains(d.me.Events, name) && !slices.Contains(i.Events, name) {
			words = append(words, "event "+name)
		}
	}
	slices.Sort(words)
	return words
}

// collect lists the repositories that are to be looked at.
func (d *Doctor) collect(ctx context.Context, i hub.Installation) Line {
	d.Step("asking GitHub for the repositories of " + owner(i))
	client := d.Installation(i.ID)
	list, err := client.Repositories(ctx)
	if err != nil {
		return unasked(owner(i), err)
	}
	for _, r := range list {
		if len(d.Only) == 0 || slices.ContainsFunc(d.Only, func(name string) bool { return strings.EqualFold(name, r.String()) }) {
			d.repositories = append(d.repositories, &repository{Repository: r, client: client})
		}
	}
	return Line{Level: OK, Subject: owner(i), Found: fmt.Sprintf("active, with %s", count(len(list), "repository", "repositories"))}
}

// owner is for people: GitHub does not name every owner.
func owner(i hub.Installation) string {
	return cmp.Or(i.Owner, fmt.Sprintf("installation %d", i.ID))
}

// nowhere tells owners without an installation.
func (d *Doctor) nowhere(list []hub.Installation) []Line {
	var lines []Line
	for _, owner := range d.Owners {
		if !slices.ContainsFunc(list, func(i hub.Installation) bool { return strings.EqualFold(i.Owner, owner) }) {
			lines = append(lines, uninstalled(owner))
		}
	}
	if len(list) == 0 && len(lines) == 0 {
		lines = append(lines, uninstalled("all owners"))
	}
	return lines
}

func uninstalled(owner string) Line {
	return Line{
		Level: Bad, Subject: owner, Found: "the App is not installed there", Expected: "installed",
		Do: "install it: the App's page at GitHub, Install App",
	}
}

func (d *Doctor) serves(owner string) bool {
	return len(d.Owners) == 0 || slices.ContainsFunc(d.Owners, func(o string) bool { return strings.EqualFold(o, owner) })
}

// missing tells repositories that were asked for by name and are not there. complete:
// every installation's repositories are known.
func (d *Doctor) missing(complete bool) {
	for _, name := range d.Only {
		if slices.ContainsFunc(d.repositories, func(r *repository) bool { return strings.EqualFold(name, r.String()) }) {
			continue
		}
		line := Line{
			Level: Bad, Subject: name, Found: "the App is not installed on it", Expected: "installed",
			Do: "add it to the installation: Settings of its owner, GitHub Apps, Configure, Repository access",
		}
		if !complete {
			line = Line{Level: Unknown, Subject: name, Found: "not found, but not all repositories could be listed", Do: "try again"}
		}
		d.absent = append(d.absent, line)
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
