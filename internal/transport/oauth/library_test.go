package oauth_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mindflow/internal/store/storetest"
)

// A generic client library, which knows nothing of this server, goes the whole way:
// from being refused at /mcp to being let in, and out again. Seen red without iss in
// the answer, with another issuer in the metadata, and without the resource's.
func TestAGenericClientGoesTheWholeWay(t *testing.T) {
	t.Parallel()
	modules, err := filepath.Abs("../../../.tools/mcp-conformance/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	library := filepath.Join(modules, "oauth4webapi/build/index.js")
	nodes, err := filepath.Glob(filepath.Join(modules, "node-*/bin/node"))
	_, missing := os.Stat(library)
	switch {
	case err != nil:
		t.Fatal(err)
	case missing == nil && len(nodes) == 1:
	case os.Getenv("CI") == "true":
		t.Fatal("the client library is not installed: make conformance does it")
	default:
		t.Skip("the client library is not installed: make conformance does it")
	}
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		w := newWorld(t, kind, settings(), "its own")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		command := exec.CommandContext(ctx, nodes[0], "testdata/journey.mjs")
		command.Env = append(os.Environ(), "LIBRARY="+library, "SERVER="+w.http[0].URL, "SESSION="+w.session)
		if said, err := command.CombinedOutput(); err != nil || strings.TrimSpace(string(said)) != "whole" {
			t.Errorf("%v: %s", err, said)
		}
	})
}
