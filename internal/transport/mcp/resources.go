package mcp

import (
	"context"
	"encoding/json"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"mindflow/internal/mindflow"
)

// resources are what a person can attach to a conversation, where the client
// offers that: the answers of two tools, as JSON. And the card, which hosts show.
func (s *Server) resources(server *mcp.Server) {
	resource(server, "mindflow://best", "best", "What to do now", "The best task, why, the next two, and until when that holds: what whats_next answers", s.whatsNext)
	resource(server, "mindflow://today", "today", "Today", "The day at a glance: what day_overview answers", s.dayOverview)
	card(server)
}

func resource[O any](server *mcp.Server, uri, name, title, about string, read func(context.Context, mindflow.Actor, struct{}) (O, string, error)) {
	const kind = "application/json"
	r := &mcp.Resource{URI: uri, Name: name, Title: title, Description: about, MIMEType: kind}
	server.AddResource(r, func(ctx context.Context, _ *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		out, _, err := read(ctx, ctx.Value(callKey{}).(*call).actor, struct{}{}) //nolint:forcetypeassert // Serve's
		if err != nil {
			return nil, refused(ctx, err)
		}
		encoded, err := json.Marshal(out)
		if err != nil {
			return nil, refused(ctx, err)
		}
		return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: uri, MIMEType: kind, Text: string(encoded)}}}, nil
	})
}

// refused is an error where there is no tool to answer it: one of the protocol.
func refused(ctx context.Context, err error) error {
	code := int64(jsonrpc.CodeInternalError)
	if mindflow.KindOf(err) != mindflow.KindInternal {
		code = jsonrpc.CodeInvalidRequest
	}
	return &jsonrpc.Error{Code: code, Message: explained(ctx, err)}
}
