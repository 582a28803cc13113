package enforce

// RulesetName is the name of the ruleset that Ruleset describes.
const RulesetName = "checkrein is required"

type ruleset struct {
	Name        string     `json:"name"`
	Target      string     `json:"target"`
	Enforcement string     `json:"enforcement"`
	Conditions  conditions `json:"conditions"`
	Rules       []rule     `json:"rules"`
}

type conditions struct {
	RefName struct {
		Include []string `json:"include"`
		Exclude []string `json:"exclude"`
	} `json:"ref_name"`
}

type rule struct {
	Type       string     `json:"type"`
	Parameters parameters `json:"parameters"`
}

type parameters struct {
	Checks []required `json:"required_status_checks"`
	Strict bool       `json:"strict_required_status_checks_policy"`
}

type required struct {
	Context string `json:"context"`
	App     int64  `json:"integration_id"`
}

// Ruleset marshals to the body of POST /repos/{owner}/{repo}/rulesets that requires the
// check name, made by the app of that id, on the default branch. It adds a rule and
// changes none: GitHub demands those of all rulesets together. It does not demand that a
// branch is up to date with its base (strict): that is the repository's own choice.
func Ruleset(name string, app int64) any {
	r := ruleset{
		Name: RulesetName, Target: "branch", Enforcement: "active",
		Rules: []rule{{"required_status_checks", parameters{Checks: []required{{name, app}}}}},
	}
	r.Conditions.RefName.Include = []string{"~DEFAULT_BRANCH"}
	r.Conditions.RefName.Exclude = []string{} // GitHub wants a list, not null
	return r
}
