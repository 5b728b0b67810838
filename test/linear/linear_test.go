package linear

import (
	"net/http"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// The check itself must be able to fail.
func TestABrokenHistoryIsNotLinearizable(t *testing.T) {
	t.Parallel()
	shown := func(version int64, title string) Answered {
		return Answered{Status: http.StatusOK, Task: Register{Version: version, Title: title, Status: "pending"}}
	}
	made := porcupine.Operation{Input: Asked{Verb: "create", Title: "a"}, Call: 0, Return: 1, Output: Answered{Status: http.StatusCreated, Task: Register{Version: 1, Title: "a", Status: "pending"}}}
	op := func(call, end int64, in Asked, out Answered) porcupine.Operation {
		return porcupine.Operation{Input: in, Call: call, Return: end, Output: out}
	}
	patch := func(title string, ifMatch int64) Asked { return Asked{Verb: "patch", Title: title, IfMatch: ifMatch} }
	read := Asked{Verb: "read"}
	hungUp := Answered{Unknown: true}
	for name, c := range map[string]struct {
		want    porcupine.CheckResult
		history []porcupine.Operation
	}{
		"a read during a change may see it or not": {porcupine.Ok, []porcupine.Operation{
			op(2, 9, patch("b", 0), shown(2, "b")), op(3, 4, read, shown(1, "a")), op(5, 6, read, shown(2, "b")),
		}},
		"a read after a change must see it": {porcupine.Illegal, []porcupine.Operation{
			op(2, 3, patch("b", 0), shown(2, "b")), op(4, 5, read, shown(1, "a")),
		}},
		"nobody reads backwards": {porcupine.Illegal, []porcupine.Operation{
			op(2, 9, patch("b", 0), shown(2, "b")), op(3, 4, read, shown(2, "b")), op(5, 6, read, shown(1, "a")),
		}},
		"two edits of the same version cannot both land": {porcupine.Illegal, []porcupine.Operation{
			op(2, 9, patch("b", 1), shown(2, "b")), op(3, 8, patch("c", 1), shown(2, "c")),
		}},
		"one of two edits is refused": {porcupine.Ok, []porcupine.Operation{
			op(2, 9, patch("b", 1), shown(2, "b")), op(3, 8, patch("c", 1), Answered{Status: http.StatusPreconditionFailed}),
		}},
		"an edit without an answer may have landed": {porcupine.Ok, []porcupine.Operation{
			op(2, Never, patch("b", 0), hungUp), op(5, 6, read, shown(2, "b")),
		}},
		"or land later": {porcupine.Ok, []porcupine.Operation{
			op(2, Never, patch("b", 0), hungUp), op(5, 6, read, shown(1, "a")), op(7, 8, read, shown(2, "b")),
		}},
		"or never": {porcupine.Ok, []porcupine.Operation{
			op(2, Never, patch("b", 0), hungUp), op(5, 6, patch("c", 0), shown(2, "c")), op(7, 8, read, shown(2, "c")),
		}},
		"but not twice": {porcupine.Illegal, []porcupine.Operation{
			op(2, Never, patch("b", 0), hungUp), op(5, 6, patch("c", 0), shown(2, "c")), op(7, 8, read, shown(3, "b")),
			op(9, 10, patch("c", 0), shown(4, "c")), op(11, 12, read, shown(5, "b")),
		}},
		"a list leaves out what is deleted": {porcupine.Illegal, []porcupine.Operation{
			op(2, 3, Asked{Verb: "delete"}, Answered{Status: http.StatusNoContent}), op(4, 5, Asked{Verb: "list"}, shown(1, "a")),
		}},
		"and shows what is there": {porcupine.Illegal, []porcupine.Operation{op(4, 5, Asked{Verb: "list"}, Answered{Status: http.StatusOK})}},
	} {
		if got := porcupine.CheckOperationsTimeout(Tasks, append([]porcupine.Operation{made}, c.history...), time.Minute); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
