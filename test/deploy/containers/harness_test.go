package containers

import (
	"testing"

	"mindflow/internal/store/storetest"
	"mindflow/test/stage"
)

func TestMain(m *testing.M) { stage.Main(m, storetest.Run) }

// composer reads compose files.
func composer(t *testing.T) string {
	t.Helper()
	return stage.Built(t, "../../../tools/compose", ".")
}
