package schema

import "github.com/checkrein/checkrein/checks"

const breaksDeployedID = "schema/breaks-deployed"

func breaksDeployed() checks.Rule {
	return checks.Rule{
		ID:       breaksDeployedID,
		Severity: checks.Block,
		Says:     "A statement takes away something that the deployed code or its models use, or demands something they do not give.",
		Why: "Logto, 2024-07-18: a pull request dropped a column that an earlier release had added, and added another in its place.\n" +
			"Migrations run before the new code is swapped in, so the old code met the new schema.\n" +
			"No line of it named the column: it selected every field of a model that is made from the table definitions.\n" +
			"Every read of the sign-in settings failed, and for 35 minutes nobody could sign in.\n" +
			"A test had failed because of it; it was taken for the usual two halves of a change, and was not required.",
		Fix: "Expand, then contract: first release code that does not need what goes (or gives what will be demanded), " +
			"deploy it everywhere, and change the schema in a pull request of its own after that.",
		Example: "-- deployed: tables/sign_in_experiences.sql lists custom_ui_asset_id\nALTER TABLE sign_in_experiences DROP COLUMN custom_ui_asset_id;   -- schema/breaks-deployed\n",
	}
}
