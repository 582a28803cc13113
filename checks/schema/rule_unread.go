package schema

import "github.com/checkrein/checkrein/checks"

const unreadID = "schema/unread"

func unread() checks.Rule {
	return checks.Rule{
		ID:       unreadID,
		Severity: checks.Block,
		Says:     "A migration, or a statement in one, could not be read: what it does to what runs is undecided.",
		Why: "Dynamic SQL, a block that decides as it runs, a format without a reader, a table that no file here makes: what cannot be\n" +
			"read may drop what every request needs. Undecided is told, and never passed off as fine.",
		Fix: "Write the statement out as plain SQL. Where that cannot be, have somebody who knows it look, and let it pass with an inline " +
			"ignore that says why it is harmless.",
		Example: "DO $$ BEGIN EXECUTE format('ALTER TABLE %I DROP COLUMN email', tbl); END $$;   -- schema/unread\n",
	}
}
