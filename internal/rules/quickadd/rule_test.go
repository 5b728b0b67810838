package quickadd

import (
	"testing"

	"mindflow/internal/mindflow"
	"mindflow/internal/rules/recurrence"
)

// What is written as a rule is one, in its normal form, and the due date is the
// first time it names: a start that does not match would be none. Seen red with
// midnight of a named day at the start of the next.
func TestARuleThatIsReadBeginsWithTheDueDate(t *testing.T) {
	rules := 0
	for _, c := range cases(t).Cases {
		z := zone(t, c.Timezone)
		d := Parse(c.Text, c.At, z, c.Locale)
		if d.Recurrence.Rule == "" {
			continue
		}
		rules++
		rule, err := recurrence.Parse(d.Recurrence.Rule)
		if err != nil {
			t.Errorf("%q: %s %v", c.Text, d.Recurrence.Rule, err)
			continue
		}
		if rule.String() != d.Recurrence.Rule {
			t.Errorf("%q: %s has the normal form %s", c.Text, d.Recurrence.Rule, rule)
		}
		due, err := mindflow.ParseWhen(d.DueDate, z)
		if err != nil {
			t.Fatal(err)
		}
		start, _ := recurrence.StartAt(due, z)
		series, err := rule.From(start)
		if err != nil {
			t.Errorf("%q: %s from %s: %v", c.Text, d.Recurrence.Rule, d.DueDate, err)
			continue
		}
		if first, ok := series.First(); !ok || first != start.Day() {
			t.Errorf("%q: %s begins on %s, not on %s", c.Text, d.Recurrence.Rule, first, d.DueDate)
		}
	}
	if rules < 80 {
		t.Errorf("only %d rules", rules)
	}
}
