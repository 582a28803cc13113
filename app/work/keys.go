package work

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The kinds of rows: the word before the colon of a key.
const (
	KindHead          = "head"          // judge one head commit
	KindBase          = "base"          // a branch moved: bring what is kept of it up to date, find heads that hang on it
	KindVoice         = "voice"         // somebody reviewed or commented on a pull request
	KindEnforce       = "enforce"       // look whether the check is required in one repository
	KindSweep         = "sweep"         // compare one installation's open heads with the store
	KindInstallations = "installations" // scheduled: which installations there are
	KindDeliveries    = "deliveries"    // scheduled: what GitHub could not deliver
	KindRevisit       = "revisit"       // scheduled: verdicts whose day has come
	KindPurge         = "purge"         // scheduled: forget what is no longer needed
)

// Due asks for work on a key.
type Due struct {
	Key string
	// Rerun: a new run is asked for even when the verdict stays the same.
	Rerun bool
	// At is when it becomes due; zero: at once. A row that is due earlier stays so.
	At time.Time
}

// HeadKey is the key of the work row for one head commit.
func HeadKey(repository int64, sha string) string {
	return fmt.Sprintf("%s:%d@%s", KindHead, repository, sha)
}

// BaseKey is the key of the work row for one branch that pull requests are based on.
func BaseKey(repository int64, branch string) string {
	return fmt.Sprintf("%s:%d@%s", KindBase, repository, branch)
}

// VoiceKey is the key of the work row for what people say on one pull request.
func VoiceKey(repository int64, pull int) string {
	return fmt.Sprintf("%s:%d@%d", KindVoice, repository, pull)
}

// EnforceKey is the key of the work row that looks at a repository's branch rules.
func EnforceKey(repository int64) string { return fmt.Sprintf("%s:%d", KindEnforce, repository) }

// SweepKey is the key of the work row that compares one installation with the store.
func SweepKey(installation int64) string { return fmt.Sprintf("%s:%d", KindSweep, installation) }

// KindOf is the word before the colon, or the whole key.
func KindOf(key string) string {
	kind, _, _ := strings.Cut(key, ":")
	return kind
}

// ParseHeadKey reverses HeadKey.
func ParseHeadKey(key string) (repository int64, sha string, err error) {
	return parse(key, KindHead)
}

// ParseBaseKey reverses BaseKey.
func ParseBaseKey(key string) (repository int64, branch string, err error) {
	return parse(key, KindBase)
}

// ParseVoiceKey reverses VoiceKey.
func ParseVoiceKey(key string) (repository int64, pull int, err error) {
	repository, number, err := parse(key, KindVoice)
	if err != nil {
		return 0, 0, err
	}
	if pull, err = strconv.Atoi(number); err != nil {
		return 0, 0, fmt.Errorf("work key %q: want voice:<repository id>@<pull request>", key)
	}
	return repository, pull, nil
}

// ParseIDKey reverses EnforceKey and SweepKey.
func ParseIDKey(key, kind string) (id int64, err error) {
	rest, ok := strings.CutPrefix(key, kind+":")
	if id, err = strconv.ParseInt(rest, 10, 64); !ok || err != nil {
		return 0, fmt.Errorf("work key %q: want %s:<id>", key, kind)
	}
	return id, nil
}

func parse(key, kind string) (repository int64, name string, err error) {
	rest, ok := strings.CutPrefix(key, kind+":")
	id, name, cut := strings.Cut(rest, "@")
	if repository, err = strconv.ParseInt(id, 10, 64); !ok || !cut || err != nil {
		return 0, "", fmt.Errorf("work key %q: want %s:<repository id>@<name>", key, kind)
	}
	return repository, name, nil
}
