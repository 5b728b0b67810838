package rest_test

import (
	"testing"

	"mindflow/test/linear"
	"mindflow/web"
)

// Eight clients of two servers create, read, list, rank, change, complete,
// reopen, delete and restore the same few tasks at once, with conditions and
// without, and hang up in between: what they were answered fits one order of
// changes, each at one moment between its question and its answer. Fails when
// an edit's condition is checked outside the transaction, or a server answers
// from memory without asking how far the workspace has come.
func TestTasksAreLinearizable(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		servers := [2]*server{srv, serve(t, srv.clock, srv.store, web.Placeholder())}
		ada := srv.person("ada@example.com", "UTC")
		for range 3 {
			var clients []linear.Client
			for client := range 8 {
				clients = append(clients, linear.Client{URL: servers[client%2].http.URL, Token: ada.token, HTTP: servers[client%2].http.Client()})
			}
			linear.Race(t, 80, srv.store.Now(), clients...).Check(t)
		}
	})
}
