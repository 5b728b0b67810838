package depend

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"mindflow/internal/mindflow"
)

func id(n int) mindflow.TaskID { return mindflow.TaskID{15: byte(n)} }

// shortest is how long the shortest way from a task back to itself is, by brute
// force; zero for none.
func shortest(waits map[mindflow.TaskID][]mindflow.TaskID, task mindflow.TaskID) int {
	at := map[mindflow.TaskID]bool{task: true}
	for steps := 1; steps <= 10; steps++ {
		next := map[mindflow.TaskID]bool{}
		for from := range at {
			for _, to := range waits[from] {
				next[to] = true
			}
		}
		if next[task] {
			return steps
		}
		at = next
	}
	return 0
}

// Fails when what was reached is not kept, and never ends then, and when the
// circle is that of the last others instead of the shortest one.
func TestTheShortestCircleIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		waits := map[mindflow.TaskID][]mindflow.TaskID{}
		for n := range 7 { // in circles that do not lead through the task, too
			for _, other := range rapid.SliceOfN(rapid.IntRange(0, 6), 0, 2).Draw(t, "others") {
				if other != n {
					waits[id(n)] = append(waits[id(n)], id(other))
				}
			}
		}
		circle := Circle(id(0), waits[id(0)], func(of mindflow.TaskID) []mindflow.TaskID { return waits[of] })
		if len(circle) != shortest(waits, id(0)) {
			t.Fatalf("%v among %v, want one of %d", circle, waits, shortest(waits, id(0)))
		}
		for i, task := range circle {
			if next := circle[(i+1)%len(circle)]; !slices.Contains(waits[task], next) || i == 0 && task != id(0) {
				t.Fatalf("%v among %v", circle, waits)
			}
		}
	})
}

// Fails when tasks are asked about one after another from the second on, and when
// the way back of another task is taken for a circle of its own.
func TestOfSomeTasksTheFirstInACircleIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		waits := map[mindflow.TaskID][]mindflow.TaskID{}
		var tasks []mindflow.TaskID
		for n := range 7 {
			tasks = append(tasks, id(n))
			for _, other := range rapid.SliceOfN(rapid.IntRange(0, 6), 0, 1).Draw(t, "others") {
				if other != n {
					waits[id(n)] = append(waits[id(n)], id(other))
				}
			}
		}
		tasks = tasks[:rapid.IntRange(1, len(tasks)).Draw(t, "asked about")]
		var want []mindflow.TaskID
		of := func(task mindflow.TaskID) []mindflow.TaskID { return waits[task] }
		for _, task := range tasks {
			if want = Circle(task, waits[task], of); want != nil {
				break
			}
		}
		if got := CircleAmong(tasks, of); !slices.Equal(got, want) {
			t.Fatalf("%v of %v among %v, want %v", got, tasks, waits, want)
		}
	})
}
