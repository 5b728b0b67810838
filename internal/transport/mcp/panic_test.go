package mcp

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// The library runs each call in a goroutine of its own: a panic there would end the
// program, as it did before the call caught it.
func TestABrokenToolIsAnsweredAndReported(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]func(context.Context, mindflow.Actor, struct{}) (struct{}, string, error){
		"panics": func(context.Context, mindflow.Actor, struct{}) (struct{}, string, error) { panic("SECRET") },
		"fails": func(context.Context, mindflow.Actor, struct{}) (struct{}, string, error) {
			return struct{}{}, "", errors.New("SECRET")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := New(app.New(nil, nil, app.Settings{}), Settings{})
			server := mcp.NewServer(&mcp.Implementation{Name: "x", Version: "1"}, nil)
			offer[struct{}, struct{}]{name: "broken", effect: reads, use: use}.add(s, server)
			server.AddReceivingMiddleware(s.received)
			trace := &mindflow.Trace{RequestID: "r-1"}
			ctx := mindflow.WithTrace(context.WithValue(t.Context(), callKey{}, &call{header: http.Header{}}), trace)
			here, there := mcp.NewInMemoryTransports()
			if _, err := server.Connect(ctx, here, nil); err != nil {
				t.Fatal(err)
			}
			client, err := mcp.NewClient(&mcp.Implementation{Name: "y", Version: "1"}, nil).Connect(t.Context(), there, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			result, err := client.CallTool(t.Context(), &mcp.CallToolParams{Name: "broken"})
			if err != nil || !result.IsError {
				t.Fatalf("%v, %v", result, err)
			}
			text := result.Content[0].(*mcp.TextContent).Text
			if !strings.Contains(text, "r-1") || strings.Contains(text, "SECRET") || trace.Err == nil {
				t.Errorf("answered %q, traced %v", text, trace.Err)
			}
		})
	}
}
