package iac

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// triggersKey is the annotation by which OpenShift sets images of any kind of workload.
const triggersKey = "image.openshift.io/triggers"

// byTrigger and byStream say why a container's image is not the one that is written.
const (
	byTrigger = "set by an image change trigger"
	byStream  = "an image stream of this file answers for the name"
)

// triggers are the containers of an object whose image a trigger sets, each as
// "containers[name=app]" or "containers[0]". A paused trigger sets nothing.
func (w *kubeWalk) triggers(object *yaml.Node) map[string]bool {
	set := map[string]bool{}
	for _, trigger := range w.doc.items(w.doc.path(object, "spec", "triggers")) {
		if yamlValue(w.doc.field(trigger, "type")) != "ImageChange" {
			continue
		}
		for _, name := range w.doc.items(w.doc.path(trigger, "imageChangeParams", "containerNames")) {
			set["containers[name="+yamlValue(name)+"]"] = true
			set["initContainers[name="+yamlValue(name)+"]"] = true
		}
	}
	var annotated []struct {
		FieldPath string
		Paused    any
	}
	text := yamlValue(w.doc.path(object, "metadata", "annotations", triggersKey))
	if text == "" || json.Unmarshal([]byte(text), &annotated) != nil {
		return set // what OpenShift cannot read sets nothing
	}
	for _, trigger := range annotated {
		m := triggerPath.FindStringSubmatch(trigger.FieldPath)
		switch {
		case m == nil || trigger.Paused == true || trigger.Paused == "true":
		case m[2] != "":
			set[m[1]+"[name="+m[2]+"]"] = true
		default:
			set[m[1]+"["+m[3]+"]"] = true
		}
	}
	return set
}

// triggerPath is the field of one container's image.
var triggerPath = regexp.MustCompile(`\.((?:initC|c)ontainers)\[(?:\?\(@\.name==["']([\w.-]+)["']\)|(\d+))\]\.image$`)

// container is the container whose image field the walk is at, by its name and by
// its number; empty where it is none.
func (w *kubeWalk) container() (byName, byIndex string) {
	n := len(w.steps)
	if n < 3 || w.steps[n-1].key != "image" || w.steps[n-2].item == nil {
		return "", ""
	}
	list, element := w.steps[n-3].key, w.steps[n-2]
	if list != "containers" && list != "initContainers" {
		return "", ""
	}
	return list + "[" + elementName(w.doc, element.item, element.index) + "]", list + "[" + strconv.Itoa(element.index) + "]"
}

// stream notes an image stream that answers for its name to every pod of its namespace.
func (w *kubeWalk) stream(object *yaml.Node, kind string) {
	name := yamlValue(w.doc.path(object, "metadata", "name"))
	if kind != "ImageStream" || name == "" || len(w.file.Sets) >= maxEntries {
		return
	}
	if yamlValue(w.doc.path(object, "spec", "lookupPolicy", "local")) == "true" {
		w.file.Sets = append(w.file.Sets, Set{Name: name, Tag: true})
	}
}

// answered marks the containers whose image an image stream of the same file answers for.
func answered(file *File, containers map[int]bool) {
	streams := map[string]bool{}
	for _, set := range file.Sets {
		streams[set.Name] = true
	}
	for i := range containers {
		site := &file.Sites[i]
		name, _, _ := strings.Cut(site.Expr.Text, ":")
		if site.Expr.Op == Lit && site.Local == "" && streams[name] {
			site.Local = byStream
		}
	}
}
