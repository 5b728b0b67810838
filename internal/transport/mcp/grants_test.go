package mcp_test

import (
	"strings"
	"testing"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// token is a personal access token of a person's.
func (p person) tokenFor(name string, scopes ...string) (person, mindflow.GrantID) {
	p.srv.t.Helper()
	made, err := p.srv.app.MakeToken(p.srv.t.Context(), p.actor, mindflow.TokenDraft{Name: name, Scopes: scopes})
	if err != nil {
		p.srv.t.Fatal(err)
	}
	return person{p.srv, p.actor, made.Secret}, made.Grant.ID
}

func TestATokenDoesWhatItsScopesAllow(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		ada := srv.person("ada@example.com", "Europe/Berlin")
		ada.assistant().call("add_tasks", `{"tasks": [{"title": "Rent", "due_date": "2026-11-28T17:00", "project": "House"}]}`).ok()
		reader, _ := ada.tokenFor("reader", "tasks:read")
		reads := reader.assistant()
		reads.call("whats_next", "").ok().want("best.task.due_date", "2026-11-28T17:00:00+01:00")
		reads.call("day_overview", "").ok()
		for tool, arguments := range map[string]string{
			"add_tasks": `{"text": "x"}`, "complete_task": `{"task": "rent"}`, "snooze_task": `{"task": "rent"}`, "skip_task": `{"task": "rent"}`,
			"update_task": `{"task": "rent", "priority": 5}`, "undo": `{"change": "2"}`,
			"use_template": `{"template": "01933b3e-0000-7000-8000-000000000000"}`,
			"move_task":    `{"task": "rent", "to": "first"}`, "save_template": `{"task": "rent"}`,
			"change_project": `{"project": "House", "archived": true}`,
		} {
			reads.call(tool, arguments).fails("tasks:write", "connect this assistant anew")
		}
		writer, id := ada.tokenFor("writer", "tasks:write")
		writes := writer.assistant()
		writes.call("add_tasks", `{"text": "From afar"}`).ok().want("timezone", "UTC")
		for _, tool := range []string{"whats_next", "day_overview", "find_tasks"} {
			writes.call(tool, "").fails("tasks:read")
		}
		events := ada.events()
		if last := events[len(events)-1]; last.Program.GrantID != id || last.Through() != "assistant, client Test Assistant" {
			srv.t.Errorf("%q by grant %v", last.Through(), last.Program.GrantID)
		}
		if strings.Contains(srv.log.String(), "mfp_") {
			srv.t.Error("the log holds a token")
		}
		// From the next request on it admits nobody, on another server too.
		other := serve(srv.t, srv.clock, srv.store, app.Limits{})
		if err := other.app.RevokeToken(srv.t.Context(), ada.actor, id); err != nil {
			srv.t.Fatal(err)
		}
		if status, body := writer.post(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`); status != 401 {
			srv.t.Errorf("after the token's end: %d %s", status, body)
		}
	})
}

// A client that began on one server is served by another, which knows its name.
func TestAnyServerAnswersAnyRequest(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		ada := srv.person("ada@example.com", "UTC")
		other := serve(srv.t, srv.clock, srv.store, app.Limits{})
		_, _, header := ada.request("POST", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"Claude","version":"1"}}}`)
		session := header.Get("Mcp-Session-Id")
		there := person{other, ada.actor, ada.token}
		const call = `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"add_tasks","arguments":{"text":"x"}}}`
		for _, h := range []string{"Mcp-Session-Id: " + session, "Mcp-Session-Id: of-somebody-else", "Mcp-Session-Id: client-Gw"} {
			if status, body := there.post(call, h, "MCP-Protocol-Version: 2025-06-18"); status != 200 || !strings.Contains(body, "Added 1 task") {
				srv.t.Errorf("%s: %d %s", h, status, body)
			}
		}
		var through []string
		for _, e := range ada.events() {
			through = append(through, e.Through())
		}
		if got := strings.Join(through, "; "); got != "assistant, client Claude; assistant; assistant" {
			srv.t.Error(got)
		}
	})
}
