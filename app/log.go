package app

import (
	"io"
	"log/slog"

	"github.com/checkrein/checkrein/app/traces"
)

// newLog writes one JSON object a line, with the trace that it belongs to.
func newLog(out io.Writer, level slog.Level) *slog.Logger {
	return slog.New(traces.Logs(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level, ReplaceAttr: inMilliseconds})))
}

// inMilliseconds says the unit of a duration in its name: slog writes bare nanoseconds.
func inMilliseconds(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() != slog.KindDuration {
		return a
	}
	return slog.Float64(a.Key+"_ms", float64(a.Value.Duration().Microseconds())/1000)
}
