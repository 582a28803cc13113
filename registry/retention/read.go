package retention

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"go.yaml.in/yaml/v3"
)

// maxPolicy bounds a policy file.
const maxPolicy = 1 << 20

type document struct {
	Version  int        `yaml:"version"`
	Packages []yamlRule `yaml:"packages"`
}

type yamlRule struct {
	Match string `yaml:"match"`
	Keep  struct {
		Tags        []string `yaml:"tags"`
		NewestRoots int      `yaml:"newest_roots"`
		YoungerThan string   `yaml:"younger_than"`
	} `yaml:"keep"`
	Delete struct {
		Untagged bool     `yaml:"untagged"`
		Tags     []string `yaml:"tags"`
	} `yaml:"delete"`
	WholePackage bool `yaml:"whole_package"`
	Brake        *struct {
		Share yaml.Node `yaml:"share"`
		Min   *int      `yaml:"min"`
	} `yaml:"brake"`
}

// Parse reads a policy file; errors say the line.
func Parse(data []byte) (Policy, error) {
	if len(data) > maxPolicy {
		return Policy{}, fmt.Errorf("retention policy: more than %d bytes", maxPolicy)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	var d document
	if err := decoder.Decode(&d); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("the file is empty: expected version: 1 and packages")
		}
		return Policy{}, fmt.Errorf("retention policy: %w", err)
	}
	if err := decoder.Decode(&document{}); !errors.Is(err, io.EOF) {
		return Policy{}, errors.New("retention policy: more than one document: expected one")
	}
	if d.Version != 1 {
		return Policy{}, fmt.Errorf("retention policy: version is %d: expected 1", d.Version)
	}
	var p Policy
	for i, r := range d.Packages {
		rule, err := r.rule()
		if err != nil {
			return Policy{}, fmt.Errorf("retention policy: packages, entry %d: %w", i+1, err)
		}
		p.Packages = append(p.Packages, rule)
	}
	return p, nil
}

func (y yamlRule) rule() (Rule, error) {
	r := DefaultRule()
	r.Match = strings.ToLower(y.Match)
	r.Keep.Tags, r.Keep.NewestRoots = y.Keep.Tags, y.Keep.NewestRoots
	r.Delete = Delete{y.Delete.Untagged, y.Delete.Tags}
	r.WholePackage = y.WholePackage
	if r.Match == "" {
		return r, errors.New("match is missing: expected OWNER/PACKAGE, as acme/*")
	}
	for _, glob := range append(append([]string{r.Match}, r.Keep.Tags...), r.Delete.Tags...) {
		if !doublestar.ValidatePattern(glob) {
			return r, fmt.Errorf("%q is no glob", glob)
		}
	}
	if r.Keep.NewestRoots < 0 {
		return r, fmt.Errorf("newest_roots is %d: expected 0 or more", r.Keep.NewestRoots)
	}
	var err error
	if r.Keep.YoungerThan, err = Age(y.Keep.YoungerThan); err != nil {
		return r, fmt.Errorf("younger_than: %w", err)
	}
	return r, y.brake(&r.Brake)
}

func (y yamlRule) brake(b *Brake) error {
	if y.Brake == nil {
		return nil
	}
	if m := y.Brake.Min; m != nil {
		if b.Min = *m; b.Min < 0 {
			return fmt.Errorf("brake: min is %d: expected 0 or more", b.Min)
		}
	}
	share := y.Brake.Share.Value
	if y.Brake.Share.IsZero() {
		return nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(share, "%"))
	if err != nil || n < 0 || n > 100 || n != 0 && !strings.HasSuffix(share, "%") {
		return fmt.Errorf("line %d: brake: share is %q: expected a percentage, as 50%%, or 0 for none", y.Brake.Share.Line, share)
	}
	b.Share = n
	return nil
}

var days = regexp.MustCompile(`^([0-9]{1,5})d$`)

// Age reads a duration as 14d, 12h or 90m; empty is 0.
func Age(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	if m := days.FindStringSubmatch(s); m != nil {
		n, err := strconv.Atoi(m[1])
		return time.Duration(n) * 24 * time.Hour, err
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no age: expected one as 14d, 12h or 90m", s)
	}
	return d, nil
}
