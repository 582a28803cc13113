package webhook

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExamples reads GitHub's own example payloads and compares with a reading of
// the same file by path.
func TestExamples(t *testing.T) {
	folder := os.Getenv("CHECKREIN_WEBHOOKS")
	if folder == "" {
		t.Skip("CHECKREIN_WEBHOOKS names no folder with GitHub's example payloads (event.action.json)")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d files in %s, error %v; want GitHub's hundred and more examples", len(files), folder, err)
	}
	families := map[string]int{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		event, _, _ := strings.Cut(filepath.Base(file), ".")
		if checkExample(t, filepath.Base(file), event, data) {
			families[event]++
		}
	}
	// Without issue_comment: the examples comment on issues.
	for _, event := range []string{"pull_request", "pull_request_review", "push", "merge_group", "check_run", "check_suite",
		"deployment_status", "installation", "installation_repositories"} {
		if families[event] == 0 {
			t.Errorf("no example of %s was ours", event)
		}
	}
}

// at reads a field by its path: another way to the same value than Decode's.
func at(t *testing.T, data []byte, path ...string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	for _, key := range path {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

// checkExample decodes as the app that the file's run belongs to.
func checkExample(t *testing.T, file, event string, data []byte) bool {
	t.Helper()
	app := App{ID: 1, Slug: "checkrein"}
	if id, ok := at(t, data, event, "app", "id").(float64); ok {
		app.ID = int64(id)
	}
	in, ours, err := app.Decode(event, "id", data, noon)
	if err != nil {
		t.Errorf("%s: %v", file, err)
	}
	if !ours {
		return false
	}
	repository, _ := at(t, data, "repository", "id").(float64)
	if in.Repo.ID != int64(repository) || in.Delivery.Repository != in.Repo.ID {
		t.Errorf("%s: repository %d and %d, want %v", file, in.Repo.ID, in.Delivery.Repository, repository)
	}
	got, want := outline(in), byPath(t, event, data)
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", file, got, want)
	}
	return true
}

// outline is what an intake says, in a line.
func outline(in Intake) string {
	var b strings.Builder
	for _, p := range in.Pulls {
		fmt.Fprintf(&b, "pull %d %s %s ", p.Number, p.Head, p.BaseRef)
	}
	for _, p := range in.Pushes {
		fmt.Fprintf(&b, "push %s %s %v %s ", p.Ref, p.After, p.Default, p.Sender)
	}
	for _, v := range in.Voices {
		fmt.Fprintf(&b, "voice %d ", v.Pull)
	}
	if in.Installation != nil {
		fmt.Fprintf(&b, "installation %d %s ", in.Installation.ID, in.Installation.Owner)
	}
	for _, id := range in.Removed {
		fmt.Fprintf(&b, "removed %d ", id)
	}
	if in.Deployed {
		b.WriteString("deployed ")
	}
	if len(in.Due) > 0 {
		fmt.Fprintf(&b, "due %s", in.Due[0].Key)
	}
	return strings.TrimSpace(b.String())
}

// byPath is the same line, read from the payload.
func byPath(t *testing.T, event string, data []byte) string {
	t.Helper()
	get := func(path ...string) any { return at(t, data, path...) }
	id := func(path ...string) int64 { n, _ := get(path...).(float64); return int64(n) }
	head := func(path ...string) string {
		return fmt.Sprintf("due head:%d@%v", id("repository", "id"), get(path...))
	}
	switch event {
	case "pull_request":
		return fmt.Sprintf("pull %d %v %v %s", id("number"), get(event, "head", "sha"), get(event, "base", "ref"), head(event, "head", "sha"))
	case "push":
		if strings.HasPrefix(fmt.Sprint(get("ref")), "refs/tags/") {
			return "deployed"
		}
		ref := strings.TrimPrefix(fmt.Sprint(get("ref")), "refs/heads/")
		return fmt.Sprintf("push %s %v %v %v", ref, get("after"), ref == get("repository", "default_branch"), get("sender", "login"))
	case "pull_request_review":
		return fmt.Sprintf("voice %d", id("pull_request", "number"))
	case "deployment_status":
		return "deployed"
	case "installation":
		line := fmt.Sprintf("installation %d %v", id(event, "id"), get(event, "account", "login"))
		if get("action") == "deleted" || get("action") == "suspend" {
			return line
		}
		return fmt.Sprintf("%s due sweep:%d", line, id(event, "id"))
	case "installation_repositories":
		if get("action") == "added" {
			return fmt.Sprintf("due sweep:%d", id("installation", "id"))
		}
		gone := get("repositories_removed").([]any)[0].(map[string]any)
		return fmt.Sprintf("removed %.0f", gone["id"])
	}
	return head(event, "head_sha")
}
