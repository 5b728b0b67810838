package mindflow

import "testing"

// Fails when a full workspace cannot be emptied, or a quota of zero limits.
func TestAQuotaRefusesWhatGrowsBeyondIt(t *testing.T) {
	full := Usage{Tasks: 10, Tags: 20, Bytes: 1000, Events: 50}
	q := Quotas(full)
	for _, c := range []struct {
		name          string
		before, after Usage
		eases         bool
		want          Kind
	}{
		{"up to it", full.Minus(Usage{Tasks: 1}), full, false, KindInternal},
		{"one task more", full, full.Plus(Usage{Tasks: 1}), false, KindFull},
		{"one tag more", full, full.Plus(Usage{Tags: 1}), false, KindFull},
		{"one byte more", full, full.Plus(Usage{Bytes: 1}), false, KindFull},
		{"one event more", full, full.Plus(Usage{Events: 1}), false, KindFull},
		{"one event more that eases", full, full.Plus(Usage{Events: 1}), true, KindInternal},
		{"less of one, more of another", full, full.Plus(Usage{Tags: 1}).Minus(Usage{Bytes: 5}), false, KindFull},
		{"beyond it and shrinking", full.Plus(full), full.Plus(full).Minus(Usage{Bytes: 1}), false, KindInternal},
		{"beyond it as before", full.Plus(full), full.Plus(full), false, KindInternal},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := q.Check(Growth{Before: c.before, After: c.after, Eases: c.eases})
			if (err == nil) != (c.want == KindInternal) || KindOf(err) != c.want {
				t.Errorf("%v", err)
			}
			if err := (Quotas{}).Check(Growth{Before: c.before, After: c.after, Eases: c.eases}); err != nil {
				t.Errorf("without quotas: %v", err)
			}
		})
	}
}

// Fails when the next occurrence counts as any other task, or counts for nothing.
func TestWhatTakesThePlaceOfWhatIsOverMayGoBeyondAQuota(t *testing.T) {
	full, next := Usage{Tasks: 10, Tags: 20, Bytes: 1000}, Usage{Tasks: 1, Tags: 2, Bytes: 10}
	q := Quotas(full)
	for name, c := range map[string]struct {
		before, after, next Usage
		want                Kind
	}{
		"to the next":              {full, full.Plus(next), next, KindInternal},
		"beyond it already":        {full.Plus(next), full.Plus(next).Plus(next), next, KindInternal},
		"and another task with it": {full, full.Plus(next).Plus(Usage{Tasks: 1}), next, KindFull},
		"up to twice":              {full.Plus(full).Minus(next), full.Plus(full), next, KindInternal},
		"beyond twice":             {full.Plus(full), full.Plus(full).Plus(next), next, KindFull},
	} {
		if err := q.Check(Growth{Before: c.before, After: c.after, Next: c.next}); (err == nil) != (c.want == KindInternal) || KindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestATasksUsageIsItsText(t *testing.T) {
	if got := UsageOf(Task{Title: "äb", Description: "€", Tags: []string{"x", "yé"}}); got != (Usage{Tasks: 1, Tags: 2, Bytes: 3 + 3 + 1 + 3}) {
		t.Errorf("%+v", got)
	}
}

func TestCompletingAndDeletingEase(t *testing.T) {
	for _, v := range []Verb{TaskCompleted, TaskDeleted} {
		if !v.Eases() {
			t.Error(v)
		}
	}
	given := func(verb Verb, status any) bool {
		return Event{Verb: verb, Changes: Changes{"status": {Before: "pending", After: status}}}.Eases()
	}
	if !given(TaskUpdated, "cancelled") || !given(TaskCompleted, "completed") || given(TaskUpdated, "in_progress") || given(TaskUndone, "cancelled") || (Event{Verb: TaskUpdated}).Eases() {
		t.Error("giving up a task is not what eases")
	}
	if TaskCreated.Eases() || TaskUpdated.Eases() || TaskImported.Eases() {
		t.Error("what adds eases")
	}
}
