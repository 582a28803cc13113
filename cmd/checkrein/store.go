package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/checkrein/checkrein/app"
	"github.com/checkrein/checkrein/app/store"
)

func newStore() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "store",
		Short:   "Move the App's state to another database",
		Long:    "What `checkrein serve` and `checkrein guard` keep is in the database that CHECKREIN_DATABASE_URL names.",
		Example: "  checkrein store copy --help",
		Args:    takes(0, "a verb"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newStoreCopy())
	return cmd
}

type storeCopyFlags struct{ from, to string }

func newStoreCopy() *cobra.Command {
	var f storeCopyFlags
	cmd := &cobra.Command{
		Use:   "copy --from ADDRESS [--to ADDRESS]",
		Short: "Copy the state into another database",
		Long: "Copy everything from one database into another one that is empty: from SQLite to PostgreSQL, back,\n" +
			"or between two of a kind. What arrived is read again and compared, table by table, by the number of\n" +
			"rows and a digest of them all; where they differ nothing is copied. Stop `checkrein serve` and\n" +
			"`checkrein guard` first: what they write while it copies would be missing.\n\n" +
			"An address is sqlite:PATH or postgres://USER@HOST/DATABASE. A password is best given by PGPASSWORD or\n" +
			"~/.pgpass: other users see the arguments. The tables and their digests go to stdout, progress to\n" +
			"stderr. In text, bytes that PostgreSQL does not keep (NUL, what is not UTF-8) become U+FFFD.\n\n" +
			"Exit codes: 0 everything is there; 2 wrong usage; 3 nothing was copied.",
		Example: "  checkrein store copy --from sqlite:/var/lib/checkrein/checkrein.db --to postgres://checkrein@db.example.com/checkrein",
		Args:    takes(0, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.from, "from", "", "`ADDRESS` of the database to copy")
	flags.StringVar(&f.to, "to", "", "`ADDRESS` of an empty database; where it is not given, CHECKREIN_DATABASE_URL")
	return cmd
}

func (f *storeCopyFlags) run(cmd *cobra.Command) error {
	configured, err := app.DatabaseURL(os.LookupEnv, "")
	to := cmp.Or(f.to, configured)
	switch {
	case err != nil:
		return &exit{exitUsage, err}
	case f.from == "":
		return usage(cmd, errors.New("--from is missing: expected the address of the database to copy, like sqlite:checkrein.db"))
	case to == "":
		return usage(cmd, errors.New("--to is missing: expected the address of an empty database, like postgres://USER@HOST/DATABASE"))
	case f.from == to:
		return usage(cmd, errors.New("--from and --to are the same database"))
	}
	p := startProgress(cmd.ErrOrStderr())
	all, err := store.Copy(cmd.Context(), f.from, to, func(table string, rows int) {
		p.step(fmt.Sprintf("copying %s, row %d", table, rows), 0, 0)
	})
	p.stop()
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w; expected --from to name a database that checkrein has written", err)
	}
	if err != nil {
		return &exit{exitNothing, fmt.Errorf("nothing was copied: %w", err)}
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	for _, one := range all {
		fmt.Fprintf(w, "%s\t%d rows\t%s\n", one.Table, one.Rows, one.Digest)
	}
	return w.Flush()
}
