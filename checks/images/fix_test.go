package images

import (
	"context"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
)

// Every default is answered in words of the format that has it, with its name filled in.
func TestFixes(t *testing.T) {
	for format, fix := range fixes() {
		for _, sentence := range []string{fix.demand, fix.store} {
			if text := sprint(sentence, "TAG"); strings.Contains(text, "%!") || strings.Contains(sentence, "%s") && !strings.Contains(text, "TAG") {
				t.Errorf("%q: %q", format, text)
			}
		}
	}
}

// A tag that was set in another place than the image field is quoted from both, and the fix
// names the place to change.
func TestSetElsewhere(t *testing.T) {
	files := txtar.Parse([]byte(`
-- infra/main.yml --
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Names:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: names.yml}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - Image: !GetAtt Names.Outputs.ApiImage
-- infra/names.yml --
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Wait: {Type: AWS::CloudFormation::WaitConditionHandle}
Outputs:
  ApiImage: {Value: "acme/api:latest"}
`))
	head := tree.FromTxtar("head", files, "")
	r := New(policy.Default(), nil, nil, nil).Run(context.Background(), checks.Change{Tip: head, Head: head})
	if len(r.Findings) != 1 || r.Findings[0].Rule != mutableTagID {
		t.Fatalf("findings: %+v", r.Findings)
	}
	f := r.Findings[0]
	if len(f.Evidence) != 2 || f.Evidence[1].Path != "infra/names.yml" || f.Evidence[1].Line != 5 {
		t.Errorf("evidence: %+v", f.Evidence)
	}
	if want := "infra/names.yml, line 5"; !strings.Contains(f.Fix.Text, want) {
		t.Errorf("fix %q does not name %s", f.Fix.Text, want)
	}
}
