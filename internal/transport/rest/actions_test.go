package rest_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/store/storetest"
	"mindflow/internal/transport/rest"
	"mindflow/web"
)

// What a builder of custom GPTs takes: at most 30 operations, each described in at
// most 300 characters, at an address of its own, and nothing that leads nowhere.
func TestTheActionsAreACutOfTheDocument(t *testing.T) {
	t.Parallel()
	c := newClock()
	srv := serveWith(t, c, storetest.OpenAt(t, storetest.SQLite, c.Now), app.Settings{AccessTokenTTL: time.Hour, SnapshotTTL: time.Minute},
		rest.Settings{Version: "7.0.0", Site: web.Placeholder(), PublicURL: "https://mind.example.org"})
	raw := srv.nobody().do("GET /openapi-actions.json", "").want(http.StatusOK)
	var d struct {
		OpenAPI string
		Servers []struct{ URL string }
		Paths   map[string]map[string]struct {
			OperationID   string
			Description   string
			Consequential *bool `json:"x-openai-isConsequential"`
			Parameters    []struct{ Name, In, Description string }
			Responses     map[string]any
		}
		Components struct{ Schemas, SecuritySchemes map[string]any }
	}
	if err := json.Unmarshal(raw.body, &d); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(d.OpenAPI, "3.1") || len(d.Servers) != 1 || d.Servers[0].URL != "https://mind.example.org" {
		t.Errorf("OpenAPI %s at %v", d.OpenAPI, d.Servers)
	}
	if len(d.Components.SecuritySchemes) != 1 {
		t.Errorf("ways to sign in: %v", d.Components.SecuritySchemes)
	}
	var ids []string
	for path, methods := range d.Paths {
		for method, op := range methods {
			ids = append(ids, op.OperationID)
			if n := len([]rune(op.Description)); n == 0 || n > 300 {
				t.Errorf("%s is described in %d characters", op.OperationID, n)
			}
			if op.Consequential == nil || *op.Consequential && method == "get" || len(op.Responses) != 2 && op.OperationID != "create-task" {
				t.Errorf("%s %s: %v, answers %v", method, path, op.Consequential, op.Responses)
			}
			for _, p := range op.Parameters {
				if p.In == "header" || len(p.Description) > 700 {
					t.Errorf("%s has the parameter %v", op.OperationID, p)
				}
			}
		}
	}
	slices.Sort(ids)
	if want := "best-task complete-task create-task edit-task list-tasks ranked-tasks reopen-task snooze-task"; strings.Join(ids, " ") != want {
		t.Errorf("the operations are %v", ids)
	}
	for at := range strings.SplitSeq(string(raw.body), `"$ref": "#/components/schemas/`) {
		if name, _, ok := strings.Cut(at, `"`); ok && !strings.HasPrefix(at, "{") && d.Components.Schemas[name] == nil {
			t.Errorf("%q leads nowhere", name)
		}
	}
	if d.Components.Schemas["TaskView"] == nil || d.Components.Schemas["ImportReplyBody"] != nil || len(raw.body) > 40<<10 {
		t.Errorf("%d schemas, %d bytes", len(d.Components.Schemas), len(raw.body))
	}
	var whole map[string]any
	if json.Unmarshal(srv.nobody().do("GET /openapi.json", "").body, &whole) != nil || len(whole["paths"].(map[string]any)) <= len(d.Paths) {
		t.Error("the whole document is cut too")
	}
}
