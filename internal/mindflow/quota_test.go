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
			err := q.Check(c.before, c.after, c.eases)
			if (err == nil) != (c.want == KindInternal) || KindOf(err) != c.want {
				t.Errorf("%v", err)
			}
			if err := (Quotas{}).Check(c.before, c.after, c.eases); err != nil {
				t.Errorf("without quotas: %v", err)
			}
		})
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
	if TaskCreated.Eases() || TaskUpdated.Eases() || TaskImported.Eases() {
		t.Error("what adds eases")
	}
}
