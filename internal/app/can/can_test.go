package can

import (
	"testing"

	"mindflow/internal/mindflow"
)

func TestWhatARoleAllows(t *testing.T) {
	for role, allowed := range map[mindflow.Role][3]bool{
		mindflow.Owner:  {View: true, Edit: true, Own: true},
		mindflow.Editor: {View: true, Edit: true, Own: false},
		mindflow.Viewer: {View: true, Edit: false, Own: false},
		"stranger":      {},
	} {
		for need, want := range allowed {
			if got := Need(need).By(role); got != want {
				t.Errorf("%s, need %d: %v", role, need, got)
			}
		}
	}
}
