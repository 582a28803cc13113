package images

import (
	"fmt"

	"github.com/checkrein/checkrein/checks"
)

const defaultTagID = "images/default-tag"

func defaultTag() checks.Rule {
	return checks.Rule{
		ID:       defaultTagID,
		Severity: checks.Block,
		Says:     "A parameter, variable, argument or chart default reaches an image field and floats: it wins whenever the resource is re-created.",
		Why: "CloudCannon, 2022-05-18: a template's parameter for an image tag had the default latest.\n" +
			"The pipeline set the real tag at every deployment, so nobody ever saw the default.\n" +
			"A service was re-created from the template, and fell back to latest without a word.\n" +
			"Later it restarted, pulled a build that nobody had released, and ran breaking changes:\n" +
			"three hours and ten minutes without syncing, a release without any human.",
		Fix: "Remove the default, so that whoever creates the resource must say which image; or point it at an exact tag, a digest, " +
			"or a parameter store that the pipeline writes.",
		Example: "Parameters:\n  Tag:\n    Type: String\n    Default: latest           # wins when the stack is re-created\nResources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n" +
			"    Properties:\n      ContainerDefinitions:\n        - Name: syncer\n          Image: !Sub acme/syncer:${Tag}   # images/default-tag\n",
	}
}

func (s *site) defaultTag(r reference) checks.Finding {
	f := s.finding(defaultTagID, r)
	d := r.brought
	what := d.What
	if what == "" {
		what = "variable"
	}
	f.Title = fmt.Sprintf("The default of %s %s makes this image %s", what, d.Called(), f.Subject)
	moves := "is whatever was pushed last"
	if r.class == FloatingVersion {
		moves = "moves with every release"
	}
	f.Why = fmt.Sprintf("Whenever nobody gives %s a value (a stack created anew, a deployment by hand), the default wins, and %s %s.",
		d.Called(), f.Subject, moves)
	f.Fix.Text = s.defaultFix(d)
	f.Evidence = append(f.Evidence,
		s.field(fmt.Sprintf("the image field takes %s from here", d.Called()), r),
		s.quote(d.From, "the default that wins when nothing else is said"))
	return f
}
