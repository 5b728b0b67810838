package rest

import (
	"cmp"
	"encoding/json"
	"strings"
)

// action is an operation as an assistant's builder sees it: when to use it, in at
// most 300 characters, and whether its maker should ask the person each time.
type action struct {
	about         string
	consequential bool
}

// actions are what an assistant needs that is taught by an OpenAPI document, such
// as a custom GPT. The document is a cut of the whole one.
var actions = map[string]action{
	"best-task": {about: "The one task to do now, why, and until when that holds. Use it when the person asks what to do. " +
		"404 means that nothing is to be done now; valid_until then says when something will be."},
	"ranked-tasks": {about: "The tasks that could be done now, best first, each with what its score is made of. " +
		"Use it to show what comes after the best task or to explain the order. Ask with limit=5; do not rank tasks yourself."},
	"list-tasks": {about: "Find tasks by words (q), status, tag, priority or due date. " +
		"Use it to look a task up and to learn its id before changing it. Ask with limit=25; next_cursor leads to more."},
	"create-task": {about: "Add a task. Give it the fields the person named and make up none. " +
		"A due_date is a day (2026-11-27) or a date and time; without an offset it is in the person's time zone."},
	"edit-task": {about: "Change a task: fields that are absent stay, null clears one. " +
		"Use it to rename or re-date a task, to begin it (in_progress) or to give it up (cancelled). Use complete-task for what is done.", consequential: true},
	"complete-task": {about: "Mark a task as done, once the person says that they did it. Learn its id with list-tasks."},
	"reopen-task":   {about: "Make a completed or cancelled task pending again."},
	"snooze-task": {about: "Put a task out of sight for a while (duration 30m, 2h, 1d, 1w) or until a date and time; it comes back by itself. " +
		"Do not use it to move a deadline."},
}

// actionsDocument is the cut of the OpenAPI document, with the operations of the
// table and what they refer to. Headers are left out: builders have no use for them.
func (a *API) actionsDocument() ([]byte, error) {
	raw, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return nil, err
	}
	var document map[string]any
	if err := json.Unmarshal(raw, &document); err != nil {
		return nil, err
	}
	paths := map[string]any{}
	for path, operations := range part(document, "paths") {
		kept := map[string]any{}
		for method, operation := range operations.(map[string]any) { //nolint:forcetypeassert // OpenAPI says so
			op := operation.(map[string]any) //nolint:forcetypeassert // as above
			if is, wanted := actions[op["operationId"].(string)]; wanted {
				kept[method] = is.cut(op)
			}
		}
		if len(kept) > 0 {
			paths[path] = kept
		}
	}
	document["paths"] = paths
	delete(document, "tags")
	delete(part(document, "components", "securitySchemes"), bearer) // builders take one way to sign in, a program's
	document["servers"] = []any{map[string]any{"url": cmp.Or(a.settings.PublicURL, "/")}}
	schemas, used := part(document, "components", "schemas"), map[string]any{}
	reach(paths, schemas, used)
	part(document, "components")["schemas"] = used
	return json.MarshalIndent(document, "", " ") // its size is bounded, and it is looked at now and then
}

// cut is an operation without headers and with what it answers when all is well.
func (is action) cut(op map[string]any) map[string]any {
	kept := map[string]any{
		"operationId": op["operationId"], "summary": op["summary"], "description": is.about,
		"security": []any{map[string]any{personal: []string{}}}, "x-openai-isConsequential": is.consequential,
	}
	if body := op["requestBody"]; body != nil {
		kept["requestBody"] = body
	}
	var parameters []any
	listed, _ := op["parameters"].([]any)
	for _, p := range listed {
		if part(map[string]any{"p": p}, "p")["in"] != "header" {
			parameters = append(parameters, p)
		}
	}
	if parameters != nil {
		kept["parameters"] = parameters
	}
	responses := map[string]any{}
	for code, response := range part(op, "responses") {
		fine := strings.HasPrefix(code, "2")
		if r := part(map[string]any{"r": response}, "r"); fine || code == "default" {
			delete(r, "headers")
			responses[code] = r
		}
	}
	kept["responses"] = responses
	return kept
}

// part is what stands at a place in a document, empty where nothing does.
func part(document map[string]any, place ...string) map[string]any {
	for _, key := range place {
		document, _ = document[key].(map[string]any)
	}
	return document
}

// reach adds the schemas that something refers to, however far.
func reach(from any, schemas, used map[string]any) {
	switch from := from.(type) {
	case []any:
		for _, v := range from {
			reach(v, schemas, used)
		}
	case map[string]any:
		for key, v := range from {
			ref, _ := v.(string)
			name, refers := strings.CutPrefix(ref, "#/components/schemas/")
			if key != "$ref" || !refers {
				reach(v, schemas, used)
			} else if used[name] == nil {
				used[name] = schemas[name]
				sayable(part(schemas, name))
				reach(schemas[name], schemas, used)
			}
		}
	}
}

// sayable leaves out of a schema what only repeats an answer: builders need not
// send it.
func sayable(schema map[string]any) {
	properties := part(schema, "properties")
	for name := range properties {
		if part(properties, name)["description"] == "Read-only" {
			delete(properties, name)
		}
	}
}
