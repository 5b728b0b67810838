package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"mindflow/internal/mindflow"
)

// effect is what a tool does to a person's tasks, for clients that ask before
// some of it.
type effect uint8

const (
	reads    effect = iota
	adds            // what is there stays as it is
	moves           // what is there gets another state, and can be given back the one it had
	replaces        // what is there is written over
)

// hints say the same in the protocol's words. No tool reaches beyond the person's
// own tasks.
func (e effect) hints(title string, again bool) *mcp.ToolAnnotations {
	return &mcp.ToolAnnotations{
		Title: title, ReadOnlyHint: e == reads, DestructiveHint: new(e == replaces),
		IdempotentHint: again, OpenWorldHint: new(false),
	}
}

// offer is one line of the table of tools.
type offer[I, O any] struct {
	name, title string
	effect      effect
	again       bool // the same call again changes nothing more
	about       string
	meta        mcp.Meta                 // what hosts that show the card are told
	limits      func(*jsonschema.Schema) // adds to the schema what the input's type does not say
	use         func(context.Context, mindflow.Actor, I) (O, string, error)
}

// add offers a tool. Its result is structured; a sentence before it says the
// same in short, and the JSON after it is for clients that read text only.
func (o offer[I, O]) add(s *Server, server *mcp.Server) {
	tool := &mcp.Tool{
		Meta: o.meta, Name: o.name, Title: o.title, Description: o.about, Annotations: o.effect.hints(o.title, o.again),
		InputSchema: schemaOf[I](o.limits), OutputSchema: schemaOf[O](nil),
	}
	server.AddTool(tool, func(ctx context.Context, req *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		actor := actorOf(ctx, req)
		mindflow.TraceOf(ctx).Note(o.name)
		var out O
		var text string
		err := mindflow.Catch(func() (err error) {
			out, text, err = o.call(ctx, s, actor, req.Params.Arguments)
			return err
		})
		if err != nil {
			return failed(ctx, err), nil
		}
		encoded, err := json.Marshal(out)
		if err != nil {
			return failed(ctx, fmt.Errorf("encode %s: %w", o.name, err)), nil
		}
		return &mcp.CallToolResult{
			Content:           []mcp.Content{&mcp.TextContent{Text: text}, &mcp.TextContent{Text: string(encoded)}},
			StructuredContent: json.RawMessage(encoded),
		}, nil
	})
}

// call counts a call that changes something, reads its arguments, and makes it.
func (o offer[I, O]) call(ctx context.Context, s *Server, actor mindflow.Actor, arguments json.RawMessage) (out O, text string, err error) {
	if o.effect != reads {
		if _, err := s.app.AdmitUser(ctx, actor, mindflow.LimitedChanges); err != nil {
			return out, "", err
		}
	}
	var in I
	if err := decode(arguments, &in); err != nil {
		return out, "", err
	}
	return o.use(ctx, actor, in)
}

// schemaOf is the JSON schema of a Go type. What stands in it several times is
// described once: each conversation pays for every word.
func schemaOf[T any](limits func(*jsonschema.Schema)) *jsonschema.Schema {
	schema := described[T](map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[taskView]():   {Ref: "#/$defs/task"},
		reflect.TypeFor[scoredView](): {Ref: "#/$defs/scored"},
		reflect.TypeFor[partsView]():  {Ref: "#/$defs/parts"},
		reflect.TypeFor[groupView]():  {Ref: "#/$defs/group"},
	})
	task := described[taskView](nil)
	if reflect.TypeFor[T]() == reflect.TypeFor[oneOut]() { // what changes a task need not describe it once more
		task = &jsonschema.Schema{Type: "object", Description: "a task, as find_tasks answers it"}
	}
	schema.Defs = map[string]*jsonschema.Schema{
		"task": task, "parts": described[partsView](nil),
		"group": described[groupView](map[reflect.Type]*jsonschema.Schema{reflect.TypeFor[taskView](): {Ref: "#/$defs/task"}}),
		"scored": described[scoredView](map[reflect.Type]*jsonschema.Schema{
			reflect.TypeFor[taskView](): {Ref: "#/$defs/task"}, reflect.TypeFor[partsView](): {Ref: "#/$defs/parts"},
		}),
	}
	prune(schema)
	plainRefs(schema)
	if limits != nil {
		limits(schema)
	}
	return schema
}

// prune takes away what nothing refers to.
func prune(schema *jsonschema.Schema) {
	for again := true; again; {
		again = false
		encoded, err := json.Marshal(schema)
		if err != nil {
			panic(err) // the types are ours
		}
		for name := range schema.Defs {
			if !bytes.Contains(encoded, []byte(`"#/$defs/`+name+`"`)) {
				delete(schema.Defs, name)
				again = true
			}
		}
	}
}

// plainRefs has what refers to a description say nothing else: a pointer's null is
// never written, as what is not set is left out.
func plainRefs(schema *jsonschema.Schema) {
	if schema.Ref != "" {
		schema.Type, schema.Types = "", nil
	}
	for _, p := range schema.Properties {
		plainRefs(p)
	}
	if schema.Items != nil {
		plainRefs(schema.Items)
	}
}

func described[T any](known map[reflect.Type]*jsonschema.Schema) *jsonschema.Schema {
	types := map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[optional[string]]():   {Types: []string{"string", "null"}},
		reflect.TypeFor[optional[int]]():      {Types: []string{"integer", "null"}},
		reflect.TypeFor[optional[[]string]](): {Types: []string{"array", "null"}, Items: &jsonschema.Schema{Type: "string"}},
		reflect.TypeFor[optional[[]mindflow.ReminderDraft]](): {Types: []string{"array", "null"}, Items: &jsonschema.Schema{
			Type: "object", Properties: map[string]*jsonschema.Schema{"before_minutes": {Type: "integer"}, "at": {Type: "string"}},
		}},
		reflect.TypeFor[[]string](): {Type: "array", Items: &jsonschema.Schema{Type: "string"}}, // never null
	}
	maps.Copy(types, known)
	schema, err := jsonschema.For[T](&jsonschema.ForOptions{TypeSchemas: types})
	if err != nil {
		panic(err) // the types are ours
	}
	return schema
}
