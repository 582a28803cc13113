package verdict

import (
	"fmt"
	"time"

	"github.com/checkrein/checkrein/checks"
)

// cannotExcuse is why an inline ignore of the change itself does not count.
const cannotExcuse = "this change adds it, so it waits for an approving review by somebody with write access who pushed none of it"

// maxLines bounds how many notices or reasons are told: a hostile change has millions.
const maxLines = 200

// lines gathers texts, each once.
type lines struct {
	seen map[string]bool
	list []string
	left int // not kept
}

func (l *lines) add(text string) {
	if l.seen[text] {
		return
	}
	if l.seen == nil {
		l.seen = map[string]bool{}
	}
	if l.seen[text] = true; len(l.list) == maxLines {
		l.left++
		return
	}
	l.list = append(l.list, text)
}

// texts are the lines, and how many more there were of what they are.
func (l *lines) texts(what string) []string {
	if l.left > 0 {
		return append(l.list, fmt.Sprintf("and %d more %s", l.left, what))
	}
	return l.list
}

func findingReason(f checks.Finding) string {
	return fmt.Sprintf("%s: %s (%s)", place(f.Path, f.Line), f.Title, f.Rule)
}

func unreadReason(check string, u checks.Unread) string {
	switch {
	case u.Kind != checks.Failed:
		return fmt.Sprintf("%s could not be read: %s", place(u.Path, u.Line), u.Reason)
	case u.Path == "":
		return fmt.Sprintf("the %s check failed: %s", check, u.Reason)
	}
	return fmt.Sprintf("the %s check failed on %s: %s", check, place(u.Path, u.Line), u.Reason)
}

// place is path:line, or the path alone for the whole file.
func place(path string, line int) string {
	if line == 0 {
		return path
	}
	return fmt.Sprintf("%s:%d", path, line)
}

// ends tells the last day of a waiver that ends in so many days.
func ends(until time.Time, days int) string {
	when := fmt.Sprintf("in %d days", days)
	switch days {
	case 0:
		when = "today"
	case 1:
		when = "tomorrow"
	}
	return fmt.Sprintf("ends on %s, %s", until.Format(time.DateOnly), when)
}
