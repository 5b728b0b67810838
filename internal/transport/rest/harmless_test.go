package rest_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/test/hostile"
)

func quote(s string) string {
	quoted, _ := json.Marshal(s)
	return string(quoted)
}

// stored is a task as far as it is text.
type stored struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Tags        []string `json:"tags"`
}

// isInert holds an answer against what keeps browsers from reading it as a page.
func (a answer) isInert() answer {
	a.t.Helper()
	if a.header.Get("Content-Type") != "application/json" || a.header.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.Contains(a.header.Get("Content-Security-Policy"), "default-src 'none'") {
		a.t.Errorf("%s: %v", a.request, a.header)
	}
	return a
}

// Seen red with titles whose & became &amp; on their way in.
func TestHostileTextComesBackAsItWasTyped(t *testing.T) {
	t.Parallel()
	if len(hostile.Texts) < 60 {
		t.Fatalf("only %d texts", len(hostile.Texts))
	}
	each(t, func(srv *server, ada person) {
		t := srv.t
		want := map[string]stored{}
		for i, text := range hostile.Texts {
			srv.clock.Move(time.Second)
			typed := mindflow.Tidy(text)
			task := stored{Title: typed, Description: typed + "\n\t" + typed, Tags: []string{"plain"}}
			if mindflow.Length(typed) <= mindflow.MaxTag {
				task.Tags = []string{typed}
			}
			body := fmt.Sprintf(`{"title": %s, "description": %s, "tags": [%s], "priority": 5}`, quote(text), quote(text+"\r\n\t"+text), quote(task.Tags[0]))
			same := func(a answer, at string) {
				t.Helper()
				a.isInert()
				var got stored
				raw := a.body
				if at != "" {
					raw = []byte(a.at(at))
				}
				if err := json.Unmarshal(raw, &got); err != nil || got.Title != task.Title || got.Description != task.Description || !slices.Equal(got.Tags, task.Tags) {
					t.Errorf("%s of %q: %v, %+v", a.request, text, err, got)
				}
			}
			made := ada.do("POST /api/tasks", body).want(http.StatusCreated)
			task.ID = made.at("id")
			want[task.ID] = task
			same(made, "")
			same(ada.do("GET /api/tasks/"+task.ID, ""), "")
			same(ada.do("PATCH /api/tasks/"+task.ID, fmt.Sprintf(`{"title": %s, "due_date": "2026-11-27"}`, quote(text))).want(http.StatusOK), "")
			if i%10 == 0 {
				ada.do("PATCH /api/tasks/"+task.ID, `{"due_date": "2026-11-01"}`).want(http.StatusOK)
				same(ada.do("GET /api/tasks/best", ""), "task")
				same(ada.do("POST /api/tasks/"+task.ID+"/complete", "").want(http.StatusOK), "")
				same(ada.do("POST /api/tasks/"+task.ID+"/reopen", "").want(http.StatusOK), "")
				ada.do("PATCH /api/tasks/"+task.ID, `{"due_date": null}`).want(http.StatusOK)
			}
			found := ada.do("GET /api/tasks?limit=200&q="+url.QueryEscape(typed), "").want(http.StatusOK).isInert()
			if !strings.Contains(found.at("tasks"), task.ID) {
				t.Errorf("a search for %q does not find it", text)
			}
			if task.Tags[0] != "plain" && !strings.Contains(ada.do("GET /api/tasks?tag="+url.QueryEscape(text), "").want(http.StatusOK).at("tasks"), task.ID) {
				t.Errorf("the tag %q does not find it", text)
			}
		}
		for _, list := range []string{"/api/tasks?limit=200", "/api/tasks/pending?limit=200", "/api/tasks?limit=200&sort=title", "/api/tasks/ranked?limit=200"} {
			var page struct {
				Tasks []struct {
					stored

					Task *stored `json:"task"`
				} `json:"tasks"`
			}
			ada.do("GET "+list, "").want(http.StatusOK).isInert().into(&page)
			if len(page.Tasks) != len(want) {
				t.Errorf("%s: %d tasks, not %d", list, len(page.Tasks), len(want))
			}
			for _, entry := range page.Tasks {
				got := entry.stored
				if entry.Task != nil {
					got = *entry.Task
				}
				if w := want[got.ID]; got.Title != w.Title || got.Description != w.Description || !slices.Equal(got.Tags, w.Tags) {
					t.Errorf("%s: %+v, and was typed %+v", list, got, w)
				}
			}
		}
	})
}

func TestHostileNamesAndAddressesComeBackAsTheyWereTyped(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		addresses := []string{
			"{{7*7}}@example.com", "=1+1|'/c'!a1@example.com", "`id`@example.com", "$HOME@example.com", "%0d%0abcc%3ax@example.com", "-x@example.com",
			"o'x--@example.com", "&amp@example.com", "#{7*7}@example.com", "漢字@example.com",
		}
		for i, address := range addresses {
			var name strings.Builder // as many texts as there is room for
			for _, text := range hostile.Texts[i*len(hostile.Texts)/len(addresses):] {
				if mindflow.Length(name.String())+mindflow.Length(text) < mindflow.MaxFullName {
					name.WriteString(text + " ")
				}
			}
			typed := mindflow.Tidy(name.String())
			made := srv.nobody().do("POST /api/auth/register", fmt.Sprintf(`{"email": %s, "password": "correct horse battery", "full_name": %s}`, quote(address), quote(name.String())))
			id, err := mindflow.ParseID[mindflow.User](made.want(http.StatusCreated).isInert().at("id"))
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range []answer{made, srv.session(mindflow.Actor{UserID: id}).do("GET /api/auth/me", "").want(http.StatusOK).isInert()} {
				if a.at("full_name") != typed || a.at("email") != address {
					t.Errorf("%q %q: %s", address, typed, a.body)
				}
			}
		}
	})
}

func TestControlCharactersAreRefusedInEveryText(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada := srv.person("ada@example.com", "UTC")
		id := ada.create(`{"title": "x"}`)
		bad := slices.Clone(hostile.Controls)
		for c := range rune(0x20) {
			if c != 0 { // NUL makes a body unreadable
				bad = append(bad, "a"+string(c)+"b")
			}
		}
		for _, text := range bad {
			refused := func(request, body, field string) {
				t.Helper()
				if a := ada.do(request, body); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.fields(), field) {
					t.Errorf("%s of %q: %d %s", request, text, a.status, a.body)
				}
			}
			q := quote(text)
			refused("POST /api/tasks", `{"title": `+q+`}`, "title")
			refused("PATCH /api/tasks/"+id, `{"title": `+q+`}`, "title")
			refused("PATCH /api/tasks/"+id, `{"tags": ["x", `+q+`]}`, "tags[1]")
			refused("POST /api/auth/register", `{"email": "x@example.com", "password": "short", "full_name": `+q+`}`, "full_name")
			refused("POST /api/auth/register", `{"password": "short", "email": `+quote("x"+text+"y@example.com")+`}`, "email")
			refused("PUT /api/preferences", `{"timezone": `+q+`}`, "timezone")
			refused("GET /api/tasks?q="+url.QueryEscape(text), "", "q")
			refused("GET /api/tasks/pending?tag="+url.QueryEscape(text), "", "tag")
			refused("GET /api/tasks?cursor="+url.QueryEscape(text), "", "cursor")
			if inDescription := strings.Trim(text, "ab"); inDescription != "\n" && inDescription != "\t" {
				refused("PATCH /api/tasks/"+id, `{"description": `+q+`}`, "description")
			}
		}
		for typed, kept := range map[string]string{"a\nb\tc": "a\nb\tc", "a\r\nb\r\n\r\nc\r\n": "a\nb\n\nc", "\r\na\t": "a", "a\u2028b\u2029c": "a\u2028b\u2029c"} {
			if a := ada.do("PATCH /api/tasks/"+id, `{"description": `+quote(typed)+`}`).want(http.StatusOK); a.at("description") != kept {
				t.Errorf("%q is kept as %q", typed, a.at("description"))
			}
		}
	})
}

// A file is not refused for a character in it; what became of it is said.
func TestImportsReplaceControlCharactersAndSayIt(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		for i, text := range hostile.Controls {
			for format, file := range map[string]string{
				"taskwarrior": `{"description": ` + quote("x "+text) + `, "tags": ["t"], "annotations": [{"entry": "20261101T101112Z", "description": ` + quote(text) + `}]}`,
				"csv":         "title,description\n" + record("x "+text, text),
				"todoist":     "TYPE,CONTENT,PRIORITY,INDENT,DATE,DATE_LANG\n" + record("task", "x "+text, "1", "1", "", ""),
				"todotxt":     "x " + text + "\n",
			} {
				ada := srv.person(fmt.Sprintf("%s%d@example.com", format, i), "UTC")
				a := ada.do("POST /api/import/"+format, file, "Content-Type: application/octet-stream").want(http.StatusOK)
				if a.at("created") != "1" || !strings.Contains(a.at("remarks"), "became spaces") && !strings.Contains(a.at("remarks"), "became text") {
					t.Errorf("%s of %q: %s", format, text, a.body)
				}
				task := ada.do("GET /api/tasks", "").want(http.StatusOK).at("tasks.0")
				if strings.ContainsFunc(task, func(r rune) bool { return r < ' ' || 0x7f <= r && r < 0xa0 }) || strings.Contains(task, `\u00`) {
					t.Errorf("%s of %q keeps control characters: %s", format, text, task)
				}
			}
		}
	})
}

func record(fields ...string) string {
	var out strings.Builder
	w := csv.NewWriter(&out)
	_ = w.Write(fields) // to memory
	w.Flush()
	return out.String()
}

// What a format gives a meaning is left to its own tests.
func TestHostileTextIsImportedAsItStands(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		for _, format := range []string{"taskwarrior", "csv", "todoist", "todotxt"} {
			ada := srv.person(format+"@example.com", "UTC")
			want := map[string]int{}
			var file strings.Builder
			switch format {
			case "csv":
				file.WriteString(record("title", "description", "tags"))
			case "todoist":
				file.WriteString(record("TYPE", "CONTENT", "PRIORITY", "INDENT", "DATE", "DATE_LANG"))
			}
			for _, text := range hostile.Texts {
				typed := mindflow.Tidy(text)
				switch format {
				case "taskwarrior":
					file.WriteString(`{"description": ` + quote(text) + "}\n")
				case "csv":
					file.WriteString(record(text, text, ""))
				case "todoist":
					if strings.ContainsAny(text, "@*") || typed != text {
						continue // labels, and headings
					}
					file.WriteString(record("task", text, "1", "1", "", ""))
				case "todotxt":
					if strings.ContainsAny(text, "@+:") || strings.HasPrefix(text, "x ") || strings.Join(strings.Fields(text), " ") != text {
						continue // contexts, projects, fields, what is done
					}
					file.WriteString(text + "\n")
				}
				want[typed]++
			}
			ada.do("POST /api/import/"+format, file.String(), "Content-Type: application/octet-stream").want(http.StatusOK).has("failed=0; lost=0")
			var page struct{ Tasks []stored }
			ada.do("GET /api/tasks?limit=200", "").want(http.StatusOK).isInert().into(&page)
			for _, task := range page.Tasks {
				if want[task.Title] == 0 {
					t.Errorf("%s made %q", format, task.Title)
				}
				want[task.Title]--
				if format == "csv" && task.Description != task.Title {
					t.Errorf("csv made %q of %q", task.Description, task.Title)
				}
			}
			for text, missing := range want {
				if missing > 0 {
					t.Errorf("%s lost %q", format, text)
				}
			}
			if len(page.Tasks) < 40 {
				t.Errorf("%s: only %d", format, len(page.Tasks))
			}
		}
	})
}
