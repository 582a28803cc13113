package images

import (
	"cmp"
	"fmt"

	"github.com/checkrein/checkrein/checks/iac"
)

// fix is how a format lets whoever deploys say which image it is: sentences, with the name
// of what has the default in place of %s.
type fix struct {
	// demand takes the default out, so that the value must be given.
	demand string
	// store has the value kept where the pipeline writes it; empty: the format knows no such place.
	store string
}

// fixes are the ways of each format; the one without a format is everybody's.
func fixes() map[string]fix {
	return map[string]fix{
		"": {demand: "Remove the default of %s so that whoever creates this must say which image it is"},
		"cloudformation": {
			demand: "Remove the Default of parameter %s so that creating the stack fails until somebody says which image it is",
			store:  "give %s the type AWS::SSM::Parameter::Value<String> and let the pipeline write the tag to that SSM parameter",
		},
		"terraform": {
			demand: "Remove the default of variable %s so that a plan asks for it",
			store:  "read it from what the pipeline writes (data \"aws_ssm_parameter\" and the like) in place of %s",
		},
		"helm": {
			demand: "Set %s to an exact tag or a digest in the chart's values, or take it out and write {{ required \"say which image\" … }} in the template",
			store:  "leave the tag empty and let the chart's appVersion say it",
		},
		"compose": {
			demand: "Write ${%s:?} without a default, so that Compose refuses to start until %[1]s is set",
		},
		"dockerfile": {
			demand: "Write ARG %s without a default, so that a build without --build-arg %[1]s=… fails",
		},
		"github-actions": {
			demand: "Take the default of %s out (an input gets required: true), so that whoever runs this must say which image it is",
		},
		"kubernetes": {
			demand: "Take the default of parameter %s out, so that whoever runs this must say which image it is",
		},
	}
}

// defaultFix says what to do about a default in words of the format in which the name is
// used, and where the value stands when that is another file.
func (s *site) defaultFix(d *iac.Piece) string {
	f, known := fixes()[s.format]
	if !known {
		f = fixes()[""]
	}
	if d.From.Path != s.path {
		return fmt.Sprintf("Set %s to an exact tag or a digest in %s, line %d, or take it out there so that whoever starts this must say which image it is.",
			d.Called(), d.From.Path, d.From.Span.Line)
	}
	text := sprint(f.demand, d.Called())
	if f.store != "" {
		text += "; or " + sprint(f.store, d.Called())
	}
	return text + "; or make the default an exact tag or a digest."
}

// sprint fills in the name as often as the sentence has a place for it.
func sprint(sentence, name string) string {
	text := fmt.Sprintf(sentence+"%[1]s", name)
	return text[:len(text)-len(name)]
}

// pinFix says how the reference is made exact in the format's own terms.
func (s *site) pinFix(r reference) string {
	where := ""
	switch {
	case s.format == "kustomize" && s.For != "":
		where = fmt.Sprintf(" (newTag or digest of the entry for %s)", s.For)
	case s.Split != nil && s.Split.Tag != nil:
		where = " in the field of the tag"
	}
	if set := setElsewhere(s, r); set != nil {
		return fmt.Sprintf("Set %s to an exact version or a digest in %s, line %d.", cmp.Or(set.Name, "it"), set.From.Path, set.From.Span.Line)
	}
	if r.class == FloatingVersion {
		return fmt.Sprintf("Name the full version of %s%s, or add the digest.", r.name, where)
	}
	return fmt.Sprintf("Name an exact version of %s%s, or a digest.", r.name, where)
}

// setElsewhere is the piece that decides the tag where it was set in another place than the
// image field; nil where it stands in the field.
func setElsewhere(s *site, r reference) *iac.Piece {
	piece := last(r.value)
	for i := len(r.value) - 1; i >= 0 && piece.Text == ""; i-- {
		piece = &r.value[i]
	}
	if piece == nil || !piece.Known || piece.From.Line == "" || piece.Name == "" {
		return nil
	}
	if piece.From.Path == s.path && piece.From.Span.Line >= s.Span.Line && piece.From.Span.Line <= s.Span.EndLine {
		return nil
	}
	return piece
}
