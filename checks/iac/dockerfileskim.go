package iac

import (
	"bytes"
	"unicode"
)

// skimmed is a Dockerfile with the instructions left empty that name no image: they are
// most of it, and BuildKit's parser is slow. Line numbers stay. What needs a closer look
// is left to the parser: heredocs, another escape character, what comes before the first stage.
func skimmed(data []byte) []byte {
	if bytes.Contains(data, []byte("<<")) || bytes.IndexByte(data, '`') >= 0 {
		return data
	}
	out := make([]byte, 0, len(data))
	staged, joined := false, []byte(nil)
	for len(data) > 0 {
		var lines []byte
		lines, joined = firstInstruction(data, joined[:0])
		data = data[len(lines):]
		staged = staged || startsWith(joined, "from")
		if !staged || !namesNoImage(joined) {
			out = append(out, lines...)
			continue
		}
		for line := range bytes.Lines(lines) {
			out = append(out, line[len(bytes.TrimRight(line, "\r\n")):]...)
		}
	}
	return out
}

// firstInstruction cuts the lines of the first instruction off, with those that are
// passed over before it, and joins them as BuildKit does, in the memory of into.
func firstInstruction(data, into []byte) (lines, joined []byte) {
	joined = into
	end, begun := 0, false
	for line := range bytes.Lines(data) {
		end += len(line)
		if isDockerfileFiller(line) {
			continue
		}
		text, more := cutContinuation(bytes.TrimRight(line, "\r\n"), '\\')
		if !begun {
			text = bytes.TrimLeftFunc(text, unicode.IsSpace)
		}
		joined, begun = append(joined, text...), true
		if !more {
			break
		}
	}
	return data[:end], joined
}

// namesNoImage reports whether an instruction is one that never names an image, or one
// with arguments that may but does not: only the flags of RUN, COPY and ADD do.
func namesNoImage(joined []byte) bool {
	for _, word := range []string{"env", "label", "expose", "cmd", "entrypoint", "workdir", "user", "volume", "stopsignal"} {
		if startsWith(joined, word) {
			return len(bytes.TrimSpace(joined[len(word):])) > 0
		}
	}
	for _, word := range []string{"run", "copy", "add"} {
		if startsWith(joined, word) {
			arguments := bytes.TrimSpace(joined[len(word):])
			return len(arguments) > 0 && (arguments[0] != '-' || !bytes.Contains(bytes.ToLower(arguments), []byte("from")))
		}
	}
	return false
}

func startsWith(line []byte, word string) bool {
	return len(line) > len(word) && isDockerSpace(line[len(word)]) && bytes.EqualFold(line[:len(word)], []byte(word))
}
