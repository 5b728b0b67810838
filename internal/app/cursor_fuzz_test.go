package app

import (
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/rules/score"
)

// FuzzCursors: a cursor comes from outside. What is accepted names a moment, a
// zone, legal preferences and a place the database can be asked for.
func FuzzCursors(f *testing.F) {
	at := time.Date(2026, time.November, 27, 8, 0, 0, 0, time.UTC)
	lists := []TaskList{{}, {Sort: "due_date"}, {Sort: "-priority"}, {Sort: "title", Tags: []string{"a"}}}
	for _, l := range lists {
		f.Add(encodeCursor(listCursor{List: l.hash(), At: at.UnixMicro(), Zone: "Europe/Berlin", Place: mindflow.Place{Number: 3, Text: "a"}}))
	}
	f.Add(closeRankedCursor(at, mindflow.DefaultPreferences(mindflow.Zone{}), score.Exact(87_50*400), &mindflow.Fact{CreatedAt: 1}))
	f.Add("e30")
	f.Fuzz(func(t *testing.T, cursor string) {
		for _, l := range lists {
			l.Cursor = cursor
			q, err := l.query(at, mindflow.Zone{})
			if err != nil {
				continue
			}
			if cursor != "" && (q.After == nil || q.After.Day < mindflow.FirstDay-1 || q.After.Day > mindflow.LastDay+1) {
				t.Errorf("%q places at %+v", cursor, q.After)
			}
		}
		c, p, moment, err := openRankedCursor(cursor)
		if err != nil {
			return
		}
		if p.Validate() != nil || moment.Year() < 1970 || moment.Year() > 9998 {
			t.Errorf("%q is read at %v with %+v", cursor, moment, p)
		}
		score.Rank(nil, p, moment)
		again, q, same, err := openRankedCursor(closeRankedCursor(moment, p, c.Score, &mindflow.Fact{CreatedAt: c.CreatedAt, ID: c.ID}))
		if err != nil || *again != *c || q.Weights != p.Weights || q.Windows != p.Windows || q.Zone.String() != p.Zone.String() || !same.Equal(moment) {
			t.Errorf("%q reads back as %+v, %v", cursor, again, err)
		}
	})
}
