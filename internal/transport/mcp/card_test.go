package mcp_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// cardKind is the type of pages that hosts show.
const cardKind = "text/html;profile=mcp-app"

// cardAt is the URI of the card as the tools name it.
func (a assistant) cardAt() string {
	a.t.Helper()
	listed, err := a.session.ListTools(a.t.Context(), nil)
	if err != nil {
		a.t.Fatal(err)
	}
	for _, tool := range listed.Tools {
		if ui, ok := tool.Meta["ui"].(map[string]any); ok && tool.Name == "whats_next" {
			return ui["resourceUri"].(string)
		}
	}
	a.t.Fatal("whats_next names no card")
	return ""
}

// read reads the card.
func (a assistant) read(uri string) *sdk.ResourceContents {
	a.t.Helper()
	read, err := a.session.ReadResource(a.t.Context(), &sdk.ReadResourceParams{URI: uri})
	if err != nil || len(read.Contents) != 1 {
		a.t.Fatalf("%s: %v, %v", uri, read, err)
	}
	return read.Contents[0]
}

// compact is a value as compact JSON.
func compact(v any) string {
	raw, _ := json.Marshal(v)
	return string(raw)
}

func TestTheCardIsSmallAndFetchesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		ada := srv.person("ada@example.com", "UTC").assistant()
		page := ada.read(ada.cardAt())
		if page.MIMEType != cardKind || len(page.Text) > 10<<10 {
			srv.t.Errorf("%d bytes of %s", len(page.Text), page.MIMEType)
		}
		for what, pattern := range map[string]string{
			"an address":                 `(?i)https?:|//[a-z0-9-]+\.|data:|@import|url\(`,
			"something to fetch":         `(?i)<(img|link|iframe|object|embed|base|form|svg)\b|\b(src|href|srcset|action)=|fetch\(|XMLHttp|WebSocket|import\(`,
			"a handler in an attribute":  `(?i)<[^>]*\son[a-z]+=`,
			"text that could be markup":  `(?i)innerHTML|outerHTML|insertAdjacent|document\.write|srcdoc|DOMParser`,
			"code out of text":           `(?i)\beval\(|new Function|javascript:`,
			"what only its authors need": `(?m)^(\s|// )`,
		} {
			if found := regexp.MustCompile(pattern).FindString(page.Text); found != "" {
				srv.t.Errorf("%s: %q", what, found)
			}
		}
		for _, is := range []string{"<!doctype html>", `<html lang="en">`, "color-scheme:light dark", `role="alert"`, `role="status"`, `dir="auto"`, "min-height:44px", ":focus-visible"} {
			if !strings.Contains(page.Text, is) {
				srv.t.Errorf("without %q", is)
			}
		}
	})
}

// Hosts of both kinds are told where the card is, what it may call, and that it may
// reach nothing.
func TestHostsAreToldOfTheCard(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		t, ada := srv.t, srv.person("ada@example.com", "UTC").assistant()
		uri := ada.cardAt()
		if !regexp.MustCompile(`^ui://mindflow/best-task\.[0-9a-f]{8}\.html$`).MatchString(uri) {
			t.Error(uri)
		}
		tools, err := ada.session.ListTools(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, tool := range tools.Tools {
			want := map[string]string{
				"whats_next": `{"openai/outputTemplate":"` + uri + `","openai/toolInvocation/invoked":"What to do now",` +
					`"openai/toolInvocation/invoking":"Looking for what to do now","openai/widgetAccessible":true,"ui":{"resourceUri":"` + uri + `"}}`,
				"complete_task": `{"openai/widgetAccessible":true}`, "snooze_task": `{"openai/widgetAccessible":true}`,
			}[tool.Name]
			if got := compact(tool.Meta); want == "" && len(tool.Meta) > 0 || want != "" && got != want {
				t.Errorf("%s: %s", tool.Name, got)
			}
		}
		const meta = `"openai/widgetCSP":{"connect_domains":[],"resource_domains":[]},` +
			`"openai/widgetDescription":"Shows the best task, why it is that one and the two after it, with buttons for done and snooze.",` +
			`"openai/widgetPrefersBorder":true,"ui":{"csp":{"connectDomains":[],"resourceDomains":[]},"prefersBorder":true}}`
		resources, err := ada.session.ListResources(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, r := range resources.Resources {
			if r.URI == uri {
				found = r.MIMEType == cardKind && compact(r.Meta) == "{"+meta && r.Size == int64(len(ada.read(uri).Text))
			}
		}
		page := ada.read(uri)
		if !found || compact(page.Meta) != "{"+meta {
			t.Errorf("%s; %s", compact(resources.Resources), compact(page.Meta))
		}
		if ui := ada.session.InitializeResult().Capabilities.Extensions["io.modelcontextprotocol/ui"]; compact(ui) != `{"mimeTypes":["`+cardKind+`"]}` {
			t.Errorf("the extension: %s", compact(ui))
		}
	})
}

// A host keeps the tools it was told of: after an update of the server it asks for
// the card by the name it had. Any token may read it, since it holds nobody's data.
func TestTheCardIsReadUnderTheNameOfAnotherVersion(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		ada := srv.person("ada@example.com", "UTC")
		writer, _ := ada.tokenFor("writer", "tasks:write")
		page := ada.assistant().read(ada.assistant().cardAt())
		old := writer.assistant().read("ui://mindflow/best-task.0123abcd.html")
		if old.Text != page.Text || old.MIMEType != cardKind || old.URI != "ui://mindflow/best-task.0123abcd.html" {
			srv.t.Errorf("%s of %s", old.URI, old.MIMEType)
		}
		for _, uri := range []string{"ui://mindflow/best-task.html", "ui://mindflow/other.1.html", "ui://mindflow/best-task.a/../b.html"} {
			if _, err := ada.assistant().session.ReadResource(srv.t.Context(), &sdk.ReadResourceParams{URI: uri}); err == nil {
				srv.t.Errorf("there is %s", uri)
			}
		}
	})
}

// What was seen can be named, so that nothing newer is completed or put off. Seen
// failing with the condition left out of the calls.
func TestATaskThatHasChangedSinceItWasSeenIsNotTouched(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		ada := srv.person("ada@example.com", "UTC").assistant()
		ada.call("add_tasks", `{"text": "Rent"}`).ok().want("added.0.version", "1")
		next := ada.call("whats_next", "").ok().fits(ada.schemas()).want("best.task.version", "1")
		next.want("at", "2026-11-27T08:00:00Z").want("read_only", "-")
		ada.call("update_task", `{"task": "rent", "priority": 4}`).ok().want("task.version", "2")
		for _, tool := range []string{"complete_task", "snooze_task"} {
			ada.call(tool, `{"task": "rent", "version": 1}`).fails("It has changed since you read it", "Nothing was changed")
			for _, version := range []string{"0", "null", "-1"} {
				ada.call(tool, `{"task": "rent", "version": `+version+`}`).fails("version must be one that was answered")
			}
			ada.call(tool, `{"task": "rent", "version": "2"}`).fails("version must be a whole number")
		}
		ada.call("snooze_task", `{"task": "rent", "version": 2, "duration": "1h"}`).ok().want("task.version", "3")
		srv.clock.Move(2 * 60 * 60 * 1e9) // awake again: nobody's change
		ada.call("complete_task", `{"task": "rent", "version": 3}`).ok().want("task.status", "completed")
	})
}

func TestWhoMayOnlyReadIsToldSo(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		reader, _ := srv.person("ada@example.com", "UTC").tokenFor("reader", "tasks:read")
		reader.assistant().call("whats_next", "").ok().want("read_only", "true")
	})
}
