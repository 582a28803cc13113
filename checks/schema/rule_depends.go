package schema

import "github.com/checkrein/checkrein/checks"

const dependsID = "schema/depends"

func dependsOn() checks.Rule {
	return checks.Rule{
		ID:       dependsID,
		Severity: checks.Warn,
		Says:     "Whether the deployed code survives the change hangs on data or code that cannot be read; the finding says on what.",
		Why: "Some changes break only what the repository does not show: a constraint that old rows or old writes violate, a column whose name\n" +
			"stands in the code though no query with it could be read, a role whose use is not known. Linters that block all of them are switched off.",
		Fix:     "Look at the places that the finding quotes. If none of them meets the change, merge; else expand first and contract later.",
		Example: "ALTER TABLE users ADD CONSTRAINT adult CHECK (age >= 18) NOT VALID;   -- schema/depends: NOT VALID still holds for new rows\n",
	}
}
