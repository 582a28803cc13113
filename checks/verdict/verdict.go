// Package verdict turns the reports of all checks into one conclusion. The
// command line, the app and the merge queue all call Conclude.
package verdict

import "github.com/checkrein/checkrein/checks"

// Conclusion is what a change gets; the worst wins: failure, undecided, success.
type Conclusion string

const (
	Success   Conclusion = "success"
	Undecided Conclusion = "undecided"
	Failure   Conclusion = "failure"
)

// Rank orders conclusions: failure 2, undecided 1, success 0.
func (c Conclusion) Rank() int {
	switch c {
	case Failure:
		return 2
	case Undecided:
		return 1
	}
	return 0
}

// Worst is the worse of two conclusions.
func Worst(a, b Conclusion) Conclusion {
	if b.Rank() > a.Rank() {
		return b
	}
	return a
}

// Verdict is the conclusion with everything it rests on.
type Verdict struct {
	Conclusion Conclusion
	Findings   []checks.Finding // after policy, sorted; without the suppressed
	Suppressed []Suppressed
	Unread     []checks.Unread // sorted
	References []checks.Reference
	Notices    []string // about exceptions (ends soon, has ended, cannot count, waits for approval) and look-ups (not answered)
	Reasons    []string // what is undecided, in words, also beside a failure; never with a success
	Files      int
	Bytes      int64
}

// Suppressed is a finding that an exception, an inline ignore or a person lets pass.
type Suppressed struct {
	Finding checks.Finding
	By      string   // "policy", "inline", "review" or "accept"
	People  []string // logins of those who said yes in a review or by accepting
	Seen    []Seen   // what they had looked at; of a review
	Reason  string
	Until   string // 2027-01-31; empty for a person's yes, which ends with these files
}

// Seen is a file as somebody has looked at it.
type Seen struct{ Path, Blob string } // no blob: it is not there

// Count counts the findings of this change (new ones) by severity, and the older ones.
func (v *Verdict) Count() (block, warn, note, old int) {
	for _, f := range v.Findings {
		switch {
		case !f.New:
			old++
		case f.Severity == checks.Block:
			block++
		case f.Severity == checks.Warn:
			warn++
		default:
			note++
		}
	}
	return block, warn, note, old
}
