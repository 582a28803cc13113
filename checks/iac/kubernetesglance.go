package iac

import (
	"bytes"
	"regexp"
	"strings"
)

// maybeKubernetes is the cheap look that spares most files a parser. Zero bytes
// are left out, so that UTF-16 is told as unread and not passed over.
func maybeKubernetes(data []byte) bool {
	if bytes.IndexByte(data, 0) >= 0 {
		data = bytes.ReplaceAll(data, []byte{0}, nil)
	}
	return hasEscapes(data) && mentions(data, "kind") || declares(data, "apiVersion") && declares(data, "kind")
}

// declares reports whether a key with this name may have a plain value here; a
// schema says "kind": {"type": …} instead.
func declares(data []byte, name string) bool {
	for {
		i := bytes.Index(data, []byte(name))
		if i < 0 {
			return false
		}
		before := bytes.TrimRight(data[:i], `"' `)
		data = data[i+len(name):]
		after := bytes.TrimLeft(data, "\"' \t\r\n")
		value, colon := bytes.CutPrefix(after, []byte(":"))
		if colon && !bytes.HasPrefix(bytes.TrimLeft(value, " \t\r\n"), []byte("{")) || bytes.HasSuffix(before, []byte("?")) {
			return true
		}
	}
}

// kubeBlock is a document that begins as a block mapping, after a template's own lines.
var kubeBlock = regexp.MustCompile(`^(?:---[^\n]*\n|\s*\n|#[^\n]*\n|` +
	`[ \t]*\{\{(?:-? */\*(?s:.*?)\*/[^\n]*|[^\n]*)\}\}[ \t\r]*\n)*["'A-Za-z]`)

// glance says what a document shows without being parsed: that it is an object,
// and that it cannot hold an image. Anything unusual is left to the parser: a
// template of a workload may bring the whole pod without naming an image.
func glance(doc *yamlDoc) (object, plain bool) {
	body := doc.body()
	if !kubeBlock.Match(body) {
		return false, false
	}
	kinds, versions, text, pods, word := 0, 0, true, false, "mage"
	for line := range bytes.Lines(body) {
		if bytes.IndexByte([]byte(`"'ka?`), line[0]) < 0 {
			continue // no key of the object
		}
		key, value, _ := bytes.Cut(line, []byte(":"))
		switch string(bytes.Trim(bytes.TrimRight(key, " \t"), `"'`)) {
		case "kind":
			kinds++
			kind := string(bytes.Trim(value, "\"' \t\r\n"))
			text, pods = text && holdsText(kind), pods || bringsPods(kind)
			if kind == "HelmRelease" || strings.HasPrefix(kind, "Application") {
				word = "" // an image among values is known by its fields
			}
		case "apiVersion":
			versions++
		}
		if line[0] == '?' {
			return false, false
		}
	}
	object = kinds > 0 && versions > 0
	brought := pods && bytes.Contains(body, []byte("{{"))
	return object, object && (text || !brought && !doc.mentions(word))
}

// holdsText: objects whose content is text or schema, whatever its keys are called.
func holdsText(kind string) bool {
	switch strings.TrimSuffix(kind, "List") {
	case "ConfigMap", "Secret", "CustomResourceDefinition":
		return true
	}
	return false
}

// bringsPods reports whether a template of this kind may bring a pod from elsewhere.
func bringsPods(kind string) bool {
	switch strings.TrimSuffix(kind, "List") {
	case "Pod", "PodTemplate", "Deployment", "DeploymentConfig", "StatefulSet", "DaemonSet", "ReplicaSet",
		"ReplicationController", "Job", "CronJob", "Template", "":
		return true
	}
	return strings.Contains(kind, "{{")
}
