package mcp_test

import (
	"encoding/json"
	"fmt"
	"testing"
)

func (r reply) change() string {
	var body struct{ Change string }
	_ = json.Unmarshal([]byte(r.body), &body)
	return body.Change
}

func TestACallIsTakenBack(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server) {
		person := srv.person("ada@example.com", "Europe/Berlin")
		ada := person.assistant()
		added := ada.call("add_tasks", `{"text": "one\ntwo"}`).ok().change()
		renamed := ada.call("update_task", `{"task": "one", "title": "first"}`).ok().change()
		done := ada.call("complete_task", `{"task": "two"}`).ok().change()
		if again := ada.call("complete_task", `{"task": "two"}`).ok().change(); again != "" || done == "" || renamed == "" || added == "" {
			srv.t.Errorf("changes %q, %q, %q; and of none: %q", added, renamed, done, again)
		}
		ada.call("undo", "").ok().want("undone", done) // the last
		ada.call("undo", "").ok().want("undone", renamed)
		back := ada.call("update_task", `{"task": "one", "priority": 5}`).ok().change()
		ada.call("undo", fmt.Sprintf(`{"change": %q}`, added)).fails("would overwrite a later change", "task.updated (priority)", `"one"`, back, "Nothing was changed")
		ada.call("undo", fmt.Sprintf(`{"change": %q}`, back)).ok().says("1 task is as before")
		ada.call("undo", fmt.Sprintf(`{"change": %q}`, added)).ok().says("2 tasks are as before")
		ada.call("undo", "").fails("no such change of yours")
		ada.call("undo", `{"change": "a b"}`).fails("change must be what a call answered")
		ada.call("undo", `{"change": "no-such"}`).fails("There is no such change")
	})
}
