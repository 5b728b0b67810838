package rest_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// shelf is a person with tasks of many kinds, a second apart.
func shelf(srv *server) person {
	ada := srv.person("ada@example.com", "Europe/Berlin")
	for _, body := range []string{
		`{"title": "apple", "priority": 1, "due_date": "2026-12-03", "tags": ["Fruit", "red"]}`,
		`{"title": "Banana", "priority": 2, "due_date": "2026-12-01T09:00:00", "tags": ["fruit"], "description": "yellow, not RED"}`,
		`{"title": "cherry", "priority": 3, "status": "in_progress", "due_date": "2026-12-02", "tags": ["fruit salad"]}`,
		`{"title": "Ärger", "priority": 4, "status": "completed"}`,
		`{"title": "date", "priority": 5, "snoozed_until": "2026-12-24T00:00:00Z", "due_date": "2026-12-02T12:00:00Z"}`,
		`{"title": "elder", "status": "cancelled"}`,
		`{"title": "fig_50%", "status": "in_progress", "tags": ["ÉTÉ"]}`,
	} {
		srv.clock.Move(time.Second)
		ada.create(body)
	}
	srv.person("eve@example.com", "UTC").create(`{"title": "Eve's", "tags": ["fruit"]}`)
	srv.clock.Move(time.Second)
	return ada
}

func TestListsFilterAndSort(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t, ada := srv.t, shelf(srv)
		for query, want := range map[string]string{
			"":                                 "fig_50% elder date Ärger cherry Banana apple",
			"?sort=created_at":                 "apple Banana cherry Ärger date elder fig_50%",
			"?sort=-created_at":                "fig_50% elder date Ärger cherry Banana apple",
			"?sort=updated_at":                 "apple Banana cherry Ärger date elder fig_50%",
			"?sort=due_date":                   "Banana cherry date apple Ärger elder fig_50%",
			"?sort=-due_date":                  "apple date cherry Banana fig_50% elder Ärger",
			"?sort=-priority":                  "date Ärger fig_50% elder cherry Banana apple",
			"?sort=priority":                   "apple Banana cherry elder fig_50% Ärger date",
			"?sort=position":                   "apple Banana cherry Ärger date elder fig_50%",
			"?sort=-position&project=none":     "fig_50% elder date Ärger cherry Banana apple",
			"?sort=title":                      "apple Banana cherry date elder fig_50% Ärger",
			"?sort=-title":                     "Ärger fig_50% elder date cherry Banana apple",
			"?status=completed":                "Ärger",
			"?status=in_progress":              "fig_50% cherry",
			"?status=cancelled":                "elder",
			"?status=snoozed":                  "date",
			"?status=pending":                  "Banana apple",
			"?status=pending&status=completed": "Ärger Banana apple",
			"?priority=1":                      "apple",
			"?priority=1&priority=5":           "date apple",
			"?tag=fruit":                       "Banana apple",
			"?tag=FRUIT%20":                    "Banana apple",
			"?tag=red&tag=fruit%20salad":       "cherry apple",
			"?tag=%C3%A9t%C3%A9":               "fig_50%",
			"?tag=ruit":                        "",
			"?q=red":                           "Banana apple",
			"?q=%C3%A4RGER":                    "Ärger",
			"?q=50%25":                         "fig_50%",
			"?q=g_5":                           "fig_50%",
			"?q=salad":                         "cherry",
			"?q=eve":                           "",
			"?q=applefruit":                    "",
			"?due_after=2026-12-02":            "date cherry apple",
			"?due_before=2026-12-02":           "Banana",
			"?due_after=2026-12-02&due_before=2026-12-03":                        "date cherry",
			"?due_before=2026-12-01T08:00:00Z":                                   "",
			"?due_before=2026-12-01T08:00:01Z":                                   "Banana",
			"?due_after=2026-12-01T08:00:00Z&due_before=2026-12-01T09:00:01":     "Banana",
			"?due_after=2026-12-01T23:00:00Z":                                    "date cherry apple",
			"?due_after=2026-12-01T23:00:01Z":                                    "date apple",
			"?tag=fruit&priority=2&q=yellow&status=pending&due_after=2026-01-01": "Banana",
			"/pending":                            "fig_50% cherry Banana apple",
			"/pending?sort=title":                 "apple Banana cherry fig_50%",
			"/pending?priority=3&tag=fruit+salad": "cherry",
			"?limit=2":                            "fig_50% elder",
			"?limit=200&status=pending":           "Banana apple",
		} {
			if a := ada.do("GET /api/tasks"+query, ""); a.status != http.StatusOK || a.titles() != want {
				t.Errorf("%s: %d %q, want %q", query, a.status, a.titles(), want)
			}
		}
	})
}

func TestListsRefuseWhatTheyDoNotKnow(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada := shelf(srv)
		foreign := ada.do("GET /api/tasks?limit=1&sort=title", "").at("next_cursor")
		ranked := ada.do("GET /api/tasks/ranked?limit=1", "").at("next_cursor")
		for query, want := range map[string]string{
			"?limit=0":                                 "limit",
			"?limit=-1":                                "limit",
			"?limit=201":                               "limit",
			"?limit=many":                              "limit",
			"?limit=1.5":                               "limit",
			"?limit=99999999999999999999":              "limit",
			"?sort=rank":                               "sort",
			"?status=done":                             "status",
			"?priority=6":                              "priority",
			"?priority=high":                           "priority",
			"?due_after=soon":                          "due_after",
			"?due_before=2026-02-30":                   "due_before",
			"?due_before=9999-01-01":                   "due_before",
			"?page=2":                                  "page",
			"?Limit=2":                                 "Limit",
			"?cursor=x":                                "cursor",
			"?cursor=e30":                              "cursor",
			"?cursor=" + foreign:                       "cursor",
			"?cursor=" + ranked:                        "cursor",
			"?sort=title&q=x&cursor=" + foreign:        "cursor",
			"?sort=-title&cursor=" + foreign:           "cursor",
			"/pending?sort=title&cursor=" + foreign:    "cursor",
			"/pending?status=pending":                  "status",
			"/ranked?cursor=" + foreign:                "cursor",
			"/ranked?weight_effort=3&cursor=" + ranked: "cursor",
			"?tag=" + strings.Join(strings.Fields("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21"), "&tag="): "tag",
			"/ranked?sort=title":             "sort",
			"/ranked?limit=0":                "limit",
			"/ranked?weight_urgency=-1":      "weight_urgency",
			"/ranked?weight_urgency=1000.01": "weight_urgency",
			"/ranked?weight_effort=ten":      "weight_effort",
			"/ranked?weight_priority=1.234":  "weight_priority",
			"/ranked?time_of_day_bonus=0.51": "time_of_day_bonus",
			"/best?limit=1":                  "limit",
		} {
			a := ada.do("GET /api/tasks"+query, "")
			if a.status != http.StatusUnprocessableEntity || a.fields() != want {
				t.Errorf("%s: %d %s", query, a.status, a.body)
			}
		}
		several := ada.do("GET /api/tasks?limit=0&sort=rank&status=done&priority=9&due_after=x&due_before=y&cursor=z", "").want(http.StatusUnprocessableEntity)
		if got := several.fields(); len(strings.Fields(got)) != 7 {
			t.Errorf("named at once: %s", got)
		}
		for _, query := range []string{"limit=%zz", "limit=1;sort=title", "limit=%"} {
			ada.do("GET /api/tasks?"+query, "").want(http.StatusBadRequest)
		}
		// Bytes that a database refuses are no error of ours.
		for _, param := range []string{"q", "tag", "sort", "status", "due_after", "cursor"} {
			for _, bytes := range []string{"%00", "a%00b", "%ff", "%ed%a0%80", "%F4%90%80%80", strings.Repeat("%F0%9F%98%80", 500)} {
				a := ada.do("GET /api/tasks?"+param+"="+bytes, "")
				if a.status >= 500 || strings.HasPrefix(bytes, "%00") && !strings.Contains(a.at("detail"), "NUL") || bytes == "%ff" && !strings.Contains(a.at("detail"), "UTF-8") {
					t.Errorf("%s=%s: %d %s", param, bytes, a.status, a.body)
				}
			}
		}
	})
}

// A cursor comes from outside and may have been tampered with.
func TestAForgedCursorIsRefusedOrReadsAPage(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t, ada := srv.t, shelf(srv)
		for _, path := range []string{"?sort=title", "?sort=due_date", "?sort=-due_date", "?sort=-priority", "/ranked"} {
			sep := "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			cursor := ada.do("GET /api/tasks"+path+sep+"limit=1", "").at("next_cursor")
			raw, err := base64.RawURLEncoding.DecodeString(cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, value := range []any{nil, -1, 1 << 62, -1 << 63, "\x00", "Nowhere", "", []any{}, map[string]any{"Number": -1 << 62, "Day": 0}, map[string]any{"Text": "\x00"}, map[string]any{"Day": 1 << 30}} {
				var whole map[string]any
				if err := json.Unmarshal(raw, &whole); err != nil {
					t.Fatal(err)
				}
				for key := range whole {
					forged := map[string]any{}
					maps.Copy(forged, whole)
					forged[key] = value
					if in, ok := whole[key].(map[string]any); ok {
						if piece, ok := value.(map[string]any); ok {
							merged := map[string]any{}
							maps.Copy(merged, in)
							maps.Copy(merged, piece)
							forged[key] = merged
						}
					}
					text, _ := json.Marshal(forged)
					a := ada.do("GET /api/tasks"+path+sep+"cursor="+base64.RawURLEncoding.EncodeToString(text), "")
					if a.status != http.StatusOK && a.status != http.StatusUnprocessableEntity {
						t.Errorf("%s with %s: %d %s", path, text, a.status, a.body)
					}
				}
			}
		}
	})
}

// walk reads a list page by page, with something done between two pages.
func walk(t *testing.T, p person, path string, limit int, between func()) []string {
	t.Helper()
	var all []string
	cursor := ""
	for range 100 {
		u := fmt.Sprintf("GET %s%slimit=%d", path, map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")], limit)
		if cursor != "" {
			u += "&cursor=" + url.QueryEscape(cursor)
		}
		page := p.do(u, "").want(http.StatusOK)
		if names := page.titles(); names != "" {
			all = append(all, strings.Fields(names)...)
		}
		if cursor = page.at("next_cursor"); cursor == "null" {
			return all
		}
		if between != nil {
			between()
		}
	}
	t.Fatal("the list has no end")
	return nil
}

func TestAListIsWalkedByItsCursors(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada := srv.person("ada@example.com", "America/Havana")
		var made []string
		for i := range 23 {
			if i%3 > 0 { // some were created at the same moment
				srv.clock.Move(time.Second)
			}
			due := []string{`null`, `"2027-03-14"`, `"2027-03-13"`, `"2027-03-14T05:00:00Z"`, `"2027-03-14T12:00:00Z"`}[i%5]
			made = append(made, fmt.Sprintf("t%02d", i))
			ada.create(fmt.Sprintf(`{"title": "t%02d", "priority": %d, "due_date": %s}`, i, 1+i%3, due))
		}
		for _, field := range []string{"created_at", "updated_at", "due_date", "priority", "title"} {
			for _, sort := range []string{field, "-" + field} {
				whole := walk(t, ada, "/api/tasks?sort="+sort, 200, nil)
				if got := slices.Sorted(slices.Values(whole)); !slices.Equal(got, made) {
					t.Fatalf("%s: %v", sort, whole)
				}
				for _, limit := range []int{1, 4, 23} {
					if pages := walk(t, ada, "/api/tasks?sort="+sort, limit, nil); !slices.Equal(pages, whole) {
						t.Errorf("%s by %d: %v\nwhole: %v", sort, limit, pages, whole)
					}
				}
			}
		}
		// A walk is neither disturbed by new tasks, nor by the time that passes,
		// nor by another page size or zone.
		whole := walk(t, ada, "/api/tasks/pending?sort=due_date", 200, nil)
		step := 0
		disturbed := walk(t, ada, "/api/tasks/pending?sort=due_date", 5, func() {
			step++
			srv.clock.Move(24 * time.Hour)
			ada.do("PUT /api/preferences", fmt.Sprintf(`{"timezone": %q}`, []string{"Asia/Tokyo", "UTC"}[step%2])).want(http.StatusOK)
			ada.create(fmt.Sprintf(`{"title": "new%d", "due_date": "2027-01-01", "snoozed_until": "2030-01-01T00:00:00Z"}`, step))
		})
		if !slices.Equal(disturbed, whole) {
			t.Errorf("disturbed: %v\nwhole: %v", disturbed, whole)
		}
	})
}

// Fails when a page that is known for a later version than the request has seen
// is looked at again and again once one of its tasks has moved on.
func TestAListReadByManyStaysAnswerableWhenATaskMovesOn(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		id := ada.create(`{"title": "moves on"}`)
		early := ada.actor
		early.WorkspaceVersion = 2 // as one who signed in just before the others wrote
		makeTasks(srv.t, srv.store, ada.actor, 30)
		ada.do("GET /api/tasks?limit=200", "").want(http.StatusOK) // keeps the page, for a version far ahead
		ada.do("PATCH /api/tasks/"+id, `{"title": "moved"}`).want(http.StatusOK)
		page, err := srv.app.ListTasks(srv.t.Context(), early, app.TaskList{Limit: 200})
		moved := func(t mindflow.Task) bool { return t.Title == "moved" }
		if err != nil || len(page.Tasks) != 31 || !slices.ContainsFunc(page.Tasks, moved) {
			srv.t.Errorf("%d tasks, %v", len(page.Tasks), err)
		}
	})
}
