package schema

import (
	"fmt"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/migrations"
)

const orderID = "schema/order"

func order() checks.Rule {
	return checks.Rule{
		ID:       orderID,
		Severity: checks.Block,
		Says:     "A migration sorts before one that is on the base already, or its id has another form.",
		Why: "Logto, 2025-07-17: the file of a migration carried a time stamp of another form, so the runner took it for one that had run.\n" +
			"The code went out, the column did not, and a region was down for an hour. Runners that look only for what comes after the\n" +
			"last migration leave out what sorts before it, without a word; others refuse to start.",
		Fix:     "Give the migration an id of the usual form that sorts after all on the base.",
		Example: "migrations/0007_users.sql       # on the base\nmigrations/0006_orders.sql      # schema/order: it sorts before 0007\n",
	}
}

// tolerant are the runners that run a migration late when it turns up among older ones: there
// the order differs from one database to the next, and no more.
var tolerant = map[string]bool{"rails": true, "dbmate": true, "prisma": true, "knex": true, "sequelize": true, "typeorm": true, "laravel": true, "ecto": true, "ef-core": true}

// unordered are the formats in which a migration names those before it.
var unordered = map[string]bool{"alembic": true, "django": true, "liquibase": true, "sqitch": true, "dump": true}

// misplaced are the migrations of a line that the base does not have and that come before
// its last one, or are called otherwise.
func (h *history) misplaced(head *side, l *migrations.Line) []outcome {
	if h.line == nil || len(h.line.Migrations) == 0 || unordered[l.Format] {
		return nil
	}
	last := h.line.Migrations[len(h.line.Migrations)-1]
	known, usual := forms(h.line.Migrations)
	var list []outcome
	for _, f := range l.Migrations {
		if h.has(head, f) {
			continue
		}
		o := outcome{rule: orderID, at: catalog.Place{Path: f.Path}, subject: called(f), proof: []proof{{at: top(last), note: "the last migration on the base"}}}
		switch {
		case !known[migrations.Form(f.ID)]:
			o.title = fmt.Sprintf("the id of migration %s is of another form: %s, while those on the base have %s", called(f), migrations.Form(f.ID), usual)
			o.why = "A runner orders migrations by their ids: one of another form may be taken for one that ran already, and is left out without a word."
		case len(f.After) == 0 && l.Compare(f, last) < 0:
			o.title = fmt.Sprintf("migration %s sorts before %s, which the base has already", called(f), called(last))
			o.why = "Where the later one ran already, the runner leaves this one out or refuses to start."
			if tolerant[l.Format] {
				o.severity = checks.Note
				o.why = "This runner runs it late all the same: databases then have the two in different orders."
			}
		default:
			continue
		}
		list = append(list, o)
	}
	return list
}

// called is a migration as its file calls it.
func called(f *migrations.File) string {
	if f.Name == "" || f.Name == f.ID {
		return f.ID
	}
	return f.ID + "_" + f.Name
}

// forms are the forms that the ids of migrations have, and that of the last one.
func forms(list []*migrations.File) (known map[string]bool, last string) {
	known = map[string]bool{}
	for _, f := range list {
		last = migrations.Form(f.ID)
		known[last] = true
	}
	return known, last
}
