package app

import (
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/lookup"
)

// Unpaced lifts the pace of writes: tests send in seconds what people send in an hour.
func (c *Config) Unpaced() { c.rates = &hub.Rates{} }

// Lease has work taken over sooner from a process that is gone.
func (c *Config) Lease(d time.Duration) { c.lease = d }

// Detour has registries reached elsewhere.
func (c *Config) Detour(d lookup.Detour) { c.detour = d }
