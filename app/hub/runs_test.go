package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func sample(annotations int) Run {
	run := Run{
		Name: "checkrein", Head: shaA, ExternalID: "checkrein:7:" + shaA + ":all", Conclusion: "failure", DetailsURL: "https://ci.acme.test/1",
		Started: time.Date(2026, 3, 1, 10, 0, 0, 500, time.UTC), Completed: time.Date(2026, 3, 1, 10, 0, 4, 0, time.UTC),
		Title: "1 problem", Summary: "see below", Actions: []Action{{"Re-run", "Judge again", "rerun"}},
	}
	for i := range annotations {
		run.Annotations = append(run.Annotations, Annotation{Path: fmt.Sprintf("f%d.yml", i), StartLine: i + 1, EndLine: i + 1, Level: "failure", Message: "floats"})
	}
	return run
}

// sent decodes the bodies of all requests.
func (f *fake) sent(t *testing.T) []map[string]any {
	t.Helper()
	var all []map[string]any
	for _, c := range f.calls {
		var body map[string]any
		if err := json.Unmarshal(c.Body, &body); err != nil {
			t.Fatal(err)
		}
		all = append(all, body)
	}
	return all
}

func TestCreateRunBody(t *testing.T) {
	f := start(t, says(201, `{"id":41}`))
	run := sample(0)
	run.Annotations = []Annotation{
		{Path: "a.yml", StartLine: 3, EndLine: 3, StartCol: 5, EndCol: 9, Level: "warning", Title: "t", Message: "m", RawDetails: "r"},
		{Path: "a.yml", StartLine: 3, EndLine: 4, StartCol: 5, EndCol: 9, Level: "notice", Message: "m"},
		{Path: "a.yml", StartLine: 3, EndLine: 3, StartCol: 5, Level: "notice", Message: "m"},
	}
	id, err := f.client.CreateRun(t.Context(), shop, run)
	if id != 41 || err != nil {
		t.Fatal(id, err)
	}
	want := []map[string]any{{
		"name": "checkrein", "head_sha": shaA, "external_id": "checkrein:7:" + shaA + ":all", "details_url": "https://ci.acme.test/1",
		"status": "completed", "conclusion": "failure", "started_at": "2026-03-01T10:00:00Z", "completed_at": "2026-03-01T10:00:04Z",
		"actions": []any{map[string]any{"label": "Re-run", "description": "Judge again", "identifier": "rerun"}},
		"output": map[string]any{"title": "1 problem", "summary": "see below", "annotations": []any{
			map[string]any{"path": "a.yml", "start_line": 3.0, "end_line": 3.0, "start_column": 5.0, "end_column": 9.0, "annotation_level": "warning", "title": "t", "message": "m", "raw_details": "r"},
			map[string]any{"path": "a.yml", "start_line": 3.0, "end_line": 4.0, "annotation_level": "notice", "message": "m"},
			map[string]any{"path": "a.yml", "start_line": 3.0, "end_line": 3.0, "start_column": 5.0, "end_column": 5.0, "annotation_level": "notice", "message": "m"},
		}},
	}}
	if diff := cmp.Diff(want, f.sent(t)); diff != "" {
		t.Error(diff)
	}
}

func TestAnnotationsInFifties(t *testing.T) {
	tests := []struct {
		count, begun int // begun: annotations of an update
		want         []string
	}{
		{0, -1, []string{"POST completed 0"}},
		{50, -1, []string{"POST completed 50"}},
		{51, -1, []string{"POST in_progress 50", "PATCH completed 1"}},
		{150, -1, []string{"POST in_progress 50", "PATCH in_progress 50", "PATCH completed 50"}},
		{0, 0, []string{"PATCH completed 0"}},
		{0, 101, []string{"PATCH in_progress 50", "PATCH in_progress 50", "PATCH completed 1"}},
	}
	for _, tt := range tests {
		f := start(t, says(200, `{"id":41}`))
		var err error
		if tt.begun >= 0 {
			run := sample(tt.begun)
			run.ID = 41
			err = f.client.UpdateRun(t.Context(), shop, run)
		} else {
			_, err = f.client.CreateRun(t.Context(), shop, sample(tt.count))
		}
		if err != nil {
			t.Fatal(err)
		}
		var got, paths []string
		for i, body := range f.sent(t) {
			output := body["output"].(map[string]any)
			list, _ := output["annotations"].([]any)
			got = append(got, fmt.Sprintf("%s %s %d", f.calls[i].Method, body["status"], len(list)))
			for _, a := range list {
				paths = append(paths, a.(map[string]any)["path"].(string))
			}
			if body["name"] != "checkrein" || output["title"] != "1 problem" || output["summary"] != "see below" {
				t.Errorf("request %d lacks name, title or summary: %v", i, body)
			}
			if _, concluded := body["conclusion"]; concluded != (body["status"] == "completed") {
				t.Errorf("request %d: status %v, conclusion %v", i, body["status"], body["conclusion"])
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Error(diff)
		}
		for i, path := range paths {
			if path != fmt.Sprintf("f%d.yml", i) {
				t.Fatalf("annotation %d is of %s", i, path)
			}
		}
		if len(paths) != max(tt.count, tt.begun) {
			t.Errorf("%d annotations arrived", len(paths))
		}
	}
}

func TestRunInProgress(t *testing.T) {
	f := start(t, says(201, `{"id":41}`))
	run := sample(0)
	run.Conclusion, run.Completed = "", time.Time{}
	if _, err := f.client.CreateRun(t.Context(), shop, run); err != nil {
		t.Fatal(err)
	}
	body := f.sent(t)[0]
	if _, ok := body["conclusion"]; ok || body["status"] != "in_progress" || body["completed_at"] != nil {
		t.Errorf("%v", body)
	}
}

func TestRunErrors(t *testing.T) {
	tests := []struct {
		code int
		text string
		is   error
	}{
		{422, `{"message":"No commit found for SHA: ` + shaA + `"}`, ErrUnknownCommit},
		{403, `{"message":"Resource not accessible by integration"}`, ErrForbidden},
		{301, `{"message":"Moved Permanently"}`, ErrMoved},
	}
	for _, tt := range tests {
		f := start(t, says(tt.code, tt.text))
		if _, err := f.client.CreateRun(t.Context(), shop, sample(0)); !errors.Is(err, tt.is) {
			t.Errorf("%d: %v", tt.code, err)
		}
	}
	f := start(t, says(404, `{"message":"Not Found"}`))
	if err := f.client.UpdateRun(t.Context(), shop, sample(0)); !errors.Is(err, ErrGone) {
		t.Errorf("update of a run that is gone: %v", err)
	}
	for _, run := range []Run{{Head: shaA, Title: "t", Summary: "s"}, {Head: shaA, Name: "n", Summary: "s"}, {Head: shaA, Name: "n", Title: "t"}} {
		if err := f.client.UpdateRun(t.Context(), shop, run); err == nil || len(f.calls) != 1 {
			t.Errorf("%+v was sent", run)
		}
	}
}

// When the second part fails, the caller learns the id: the run must be concluded.
func TestCreateRunHalfway(t *testing.T) {
	f := start(t, inTurn(says(201, `{"id":41}`), says(502, "")))
	id, err := f.client.CreateRun(t.Context(), shop, sample(60))
	down, ok := errors.AsType[*UnavailableError](err)
	if id != 41 || !ok || !down.Sent || len(f.calls) != 2 {
		t.Errorf("id %d, %v", id, err)
	}
}

func TestRuns(t *testing.T) {
	f := start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "" {
			w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?page=2>; rel="next"`, r.Host, r.URL.Path))
			fmt.Fprintf(w, `{"total_count":3,"check_runs":[
				{"id":9,"name":"checkrein","head_sha":%q,"external_id":"e","status":"completed","conclusion":"success","app":{"id":99},
				 "started_at":"2026-03-01T10:00:00Z","completed_at":"2026-03-01T10:00:04Z","details_url":"https://d","output":{"title":"t","summary":"s","text":null}},
				{"id":8,"name":"checkrein","app":{"id":98}}]}`, shaA)
			return
		}
		io.WriteString(w, `{"check_runs":[{"id":3,"name":"checkrein / images","status":"in_progress","conclusion":null,"app":{"id":99}}]}`)
	})
	got, err := f.client.Runs(t.Context(), shop, shaA)
	want := []Run{
		{ID: 3, Name: "checkrein / images"},
		{ID: 9, Name: "checkrein", Head: shaA, ExternalID: "e", Conclusion: "success", DetailsURL: "https://d", Title: "t", Summary: "s",
			Started: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), Completed: time.Date(2026, 3, 1, 10, 0, 4, 0, time.UTC)},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	for _, answer := range []http.HandlerFunc{says(404, `{}`), says(422, `{"message":"No commit found for SHA: x"}`)} {
		f := start(t, answer)
		if _, err := f.client.Runs(t.Context(), shop, shaA); !errors.Is(err, ErrUnknownCommit) {
			t.Errorf("unknown commit: %v", err)
		}
	}
}

func TestComments(t *testing.T) {
	f := start(t, says(201, `{"id":77,"body":"x"}`))
	id, err := f.client.CreateComment(t.Context(), shop, 4, "text <!-- checkrein -->")
	if id != 77 || err != nil {
		t.Error(id, err)
	}
	if err := f.client.UpdateComment(t.Context(), shop, 77, "new"); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"POST /repos/acme/shop/issues/4/comments", "PATCH /repos/acme/shop/issues/comments/77"}, f.seen()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]map[string]any{{"body": "text <!-- checkrein -->"}, {"body": "new"}}, f.sent(t)); diff != "" {
		t.Error(diff)
	}
}

func TestCommentErrors(t *testing.T) {
	tests := []struct {
		code int
		text string
		is   error
	}{
		{404, `{"message":"Not Found"}`, ErrGone},
		{410, `{"message":"This comment was deleted"}`, ErrGone},
		{403, `{"message":"Unable to create comment because issue is locked."}`, ErrLocked},
		{403, `{"message":"Resource not accessible by integration"}`, ErrForbidden},
	}
	for _, tt := range tests {
		f := start(t, says(tt.code, tt.text))
		if err := f.client.UpdateComment(t.Context(), shop, 1, "x"); !errors.Is(err, tt.is) {
			t.Errorf("update, %d: %v", tt.code, err)
		}
		if _, err := f.client.CreateComment(t.Context(), shop, 1, "x"); !errors.Is(err, tt.is) {
			t.Errorf("create, %d: %v", tt.code, err)
		}
	}
	f := start(t, says(201, `{}`))
	_, err := f.client.CreateComment(t.Context(), shop, 1, "x")
	if down, ok := errors.AsType[*UnavailableError](err); !ok || !down.Sent {
		t.Errorf("no id: %v", err)
	}
}
