package schema

import "time"

// day is the day on which the tests judge.
var day = time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
