package mindflow

import (
	"fmt"
	"strings"
	"testing"
)

func tasksCalled(titles string) []TaskName {
	var tasks []TaskName
	for title := range strings.FieldsSeq(titles) {
		tasks = append(tasks, TaskName{Title: title})
	}
	return tasks
}

func TestTasksAreNamedInASentence(t *testing.T) {
	for _, c := range []struct{ titles, listed, blocked string }{
		{"A", "“A”", "It waits for “A”, which is open"},
		{"A B", "“A” and “B”", "It waits for “A” and “B”, which are open"},
		{"A B C", "“A”, “B” and “C”", "It waits for “A”, “B” and “C”, which are open"},
		{"A B C D E F G H I J", "“A”, “B”, “C”, “D”, “E”, “F”, “G”, “H”, “I” and “J”", ""},
		{"A B C D E F G H I J K L", "“A”, “B”, “C”, “D”, “E”, “F”, “G”, “H”, “I”, “J” and 2 more", ""},
	} {
		if got := Listed(tasksCalled(c.titles)); got != c.listed {
			t.Errorf("%s: %s", c.titles, got)
		}
		if err := Blocked(tasksCalled(c.titles)); c.blocked != "" && (err.Error() != c.blocked || KindOf(err) != KindConflict) {
			t.Errorf("%s: %v", c.titles, err)
		}
	}
	if Listed(nil) != "" {
		t.Error("nothing is listed as something")
	}
}

func TestACircleIsToldFromItsFirstTaskOn(t *testing.T) {
	for _, c := range []struct{ titles, told string }{
		{"A B", "“A” waits for “B”, which waits for “A”"},
		{"A B C", "“A” waits for “B”, which waits for “C”, which waits for “A”"},
		{"A B C D E F G H I J", "“A” waits for “B”, which waits for “C”, which waits for “D”, which waits for “E”, which waits for “F”, " +
			"which waits for “G”, which waits for “H”, which waits for “I”, which waits for “J”, which waits for “A”"},
		{"A B C D E F G H I J K L", "“A” waits for “B”, which waits for “C”, which waits for “D”, which waits for “E”, which waits for “F”, " +
			"which waits for “G”, which waits for “H”, which waits for “I”, which waits for 2 more, of which the last waits for “L”, which waits for “A”"},
	} {
		if got := Circle(tasksCalled(c.titles)); got != c.told {
			t.Errorf("%s:\n%s\nwant\n%s", c.titles, got, c.told)
		}
	}
	many := make([]TaskName, 1000)
	for i := range many {
		many[i].Title = fmt.Sprint(i)
	}
	if got := Circle(many); strings.Count(got, "“") != 11 || !strings.Contains(got, "990 more") {
		t.Errorf("of many: %s", got)
	}
}
