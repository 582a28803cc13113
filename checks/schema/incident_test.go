package schema

import (
	"maps"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/checks/verdict"
	"github.com/checkrein/checkrein/fixtures/incidents"
)

// The outage that the check is for is stopped, and its corrected sequence passes step by
// step: expand; the release that only renames; contract.
func TestIncident(t *testing.T) {
	incident, err := incidents.Read("logto-2024-07-18")
	if err != nil {
		t.Fatal(err)
	}
	before, change, fixed_ := incident.Before, maps.Clone(incident.Before), maps.Clone(incident.Before)
	maps.Copy(change, incident.Change)
	maps.Copy(fixed_, incident.Fixed)
	v118 := fixed{{"v1.18.0", tree.Memory("v1.18.0", before)}}

	r := run(t, changeOf(t, before, change), v118)
	if len(r.Findings) != 1 || conclusion(r) != verdict.Failure {
		t.Fatalf("%q", said(r))
	}
	f := r.Findings[0]
	statement, model := f.Evidence[0], f.Evidence[1]
	if !strings.Contains(statement.Text, "drop column custom_ui_asset_id") || model.Path != "packages/schemas/tables/sign_in_experiences.sql" ||
		strings.TrimSpace(model.Text) != "custom_ui_asset_id varchar(21)," || model.Ref != "v1.18.0" {
		t.Errorf("evidence %+v", f.Evidence)
	}
	for _, step := range []string{"1. ", "2. ", "3. ", "ALTER TABLE sign_in_experiences DROP COLUMN custom_ui_asset_id;", "This pull request is step 3"} {
		if !strings.Contains(f.Fix.Text, step) {
			t.Errorf("the way out does not say %q: %s", step, f.Fix.Text)
		}
	}

	if r := run(t, changeOf(t, before, fixed_), v118); conclusion(r) != verdict.Success || len(r.Findings) > 0 {
		t.Errorf("expand: %q", said(r))
	}
	released := renamed(fixed_, "next-", "1.19.0-")
	if r := run(t, changeOf(t, fixed_, released), v118); len(r.Findings)+len(r.Unread) > 0 {
		t.Errorf("the release: %q", said(r))
	}
	v119 := fixed{{"v1.19.0", tree.Memory("v1.19.0", released)}}
	contract := maps.Clone(released)
	contract["packages/schemas/alterations/next-1723000000-drop-custom-ui-asset-id.ts"] = strings.Replace(
		incident.Change["packages/schemas/alterations/next-1720505152-update-custom-ui-assets.ts"],
		"      alter table sign_in_experiences add column custom_ui_assets jsonb;\n", "", 1)
	r = run(t, changeOf(t, released, contract), v119)
	if len(r.Findings) > 0 || len(r.Notices) != 1 || !strings.Contains(r.Notices[0], "contract half") {
		t.Errorf("contract: %q %q", said(r), r.Notices)
	}
	if r := run(t, changeOf(t, released, contract), append(v119, v118...)); conclusion(r) != verdict.Failure {
		t.Errorf("contract while v1.18.0 runs: %q", said(r))
	}
}

// renamed gives files whose path holds a text another name.
func renamed(files map[string]string, old, new string) map[string]string {
	list := map[string]string{}
	for path, text := range files {
		list[strings.Replace(path, old, new, 1)] = text
	}
	return list
}
