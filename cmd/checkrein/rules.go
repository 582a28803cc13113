package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/checkrein/checkrein/checks/all"
	"github.com/checkrein/checkrein/checks/report"
)

func newRules() *cobra.Command {
	return &cobra.Command{
		Use:     "rules [ID]",
		Short:   "Show the rule catalogue; with an id: what, why (the incident), how to fix, how to except",
		Example: "  checkrein rules\n  checkrein rules images/default-tag",
		Args:    takes(1, "one rule id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			rules := all.Rules()
			if len(args) == 0 {
				return report.Rules(cmd.OutOrStdout(), rules, style(cmd.OutOrStdout()))
			}
			for _, r := range rules {
				if r.ID == args[0] {
					return report.Rule(cmd.OutOrStdout(), r, style(cmd.OutOrStdout()))
				}
			}
			return usage(cmd, fmt.Errorf("there is no rule %q: expected one of %s", args[0], strings.Join(all.RuleIDs(), ", ")))
		},
	}
}
