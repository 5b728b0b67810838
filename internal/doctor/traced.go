package doctor

import (
	"context"
	"net"
	"net/http/httptrace"
)

// traced tells which connection a request is sent on.
func traced(ctx context.Context, tell func(net.Conn)) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) { tell(got.Conn) }})
}
