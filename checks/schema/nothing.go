package schema

import (
	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/usage"
)

// nothing is code of which nothing is known.
type nothing struct{}

func (nothing) Of(catalog.Name) []usage.Use             { return nil }
func (nothing) Column(catalog.Name, string) []usage.Use { return nil }
func (nothing) Calls(catalog.Name) []usage.Use          { return nil }
func (nothing) Unread(catalog.Name) []usage.UnreadAt    { return nil }
func (nothing) Found(string, bool) []catalog.Place      { return nil }
