package mindflow

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOrdersByName(t *testing.T) {
	const bad = "must be created_at, updated_at, due_date, priority, title or position, with a leading - to reverse"
	tests := []struct {
		name, text string
		want       Order
		err        string
	}{
		{"nothing is newest first", "", Order{ByCreatedAt, true}, ""},
		{"by creation", "created_at", Order{ByCreatedAt, false}, ""},
		{"by change, reversed", "-updated_at", Order{ByUpdatedAt, true}, ""},
		{"by due date", "due_date", Order{ByDueDate, false}, ""},
		{"by priority, reversed", "-priority", Order{ByPriority, true}, ""},
		{"by title", "title", Order{ByTitle, false}, ""},
		{"by hand, reversed", "-position", Order{ByPosition, true}, ""},
		{"an unknown field", "score", Order{}, bad},
		{"two signs", "--title", Order{}, bad},
		{"a sign alone", "-", Order{}, bad},
		{"a plus", "+title", Order{}, bad},
		{"another case", "Title", Order{}, bad},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseOrder(tt.text)
			checkError(t, err, tt.err)
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestWhereATaskStandsInAnOrder(t *testing.T) {
	apia := zone(t, "Pacific/Apia")
	id := NewID[Task](UTC(0))
	task := Task{ID: id, Title: "Straße", Priority: 4, CreatedAt: UTC(11), UpdatedAt: UTC(12)}
	skipped := day(t, "2011-12-30")
	start := instant(t, "2011-12-30T10:00:00Z")
	tests := []struct {
		name  string
		field SortField
		due   When
		want  Place
	}{
		{"by creation", ByCreatedAt, When{}, Place{ID: id, Number: 11}},
		{"by change", ByUpdatedAt, When{}, Place{ID: id, Number: 12}},
		{"by priority", ByPriority, When{}, Place{ID: id, Number: 4}},
		{"by title, folded", ByTitle, When{}, Place{ID: id, Text: "strasse"}},
		{"by hand: by creation until somebody moves it", ByPosition, When{}, Place{ID: id, Text: "10000000000000011"}},
		{"without due date", ByDueDate, When{}, Place{ID: id, Undated: true}},
		{"a day stands at its start and keeps its name", ByDueDate, OnDay(skipped), Place{ID: id, Number: start.UnixMicro(), Day: skipped}},
		{"an instant stands on the latest day that has started", ByDueDate, AtInstant(start), Place{ID: id, Number: start.UnixMicro(), Day: skipped + 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			task := task
			task.Due = tt.due
			got := TaskQuery{Order: Order{Field: tt.field}, Zone: apia}.Place(task)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// FuzzParseOrder: whatever is accepted is written as it is read.
func FuzzParseOrder(f *testing.F) {
	for _, seed := range []string{"", "title", "-due_date", "--title", "-", "Title", "title "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		order, err := ParseOrder(text)
		if err != nil {
			return
		}
		written := string(order.Field)
		if order.Down {
			written = "-" + written
		}
		if written != text && (text != "" || order != NewestFirst) {
			t.Errorf("%q is read as %+v", text, order)
		}
	})
}
