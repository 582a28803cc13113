package schema

import "github.com/checkrein/checkrein/checks"

const dataLossID = "schema/data-loss"

func dataLoss() checks.Rule {
	return checks.Rule{
		ID:       dataLossID,
		Severity: checks.Warn,
		Says:     "A migration loses data that the schema afterwards still has room for: drop and add again, truncate, narrow.",
		Why: "The code goes on and no test notices: the column is there, only empty. A revert of the pull request does not bring\n" +
			"the values back; a backup of the hour before does, if somebody notices in time.",
		Fix:     "Rename instead of dropping and adding, copy before dropping, and keep the old values for a release.",
		Example: "ALTER TABLE users DROP COLUMN email;\nALTER TABLE users ADD COLUMN email text;   -- schema/data-loss\n",
	}
}
