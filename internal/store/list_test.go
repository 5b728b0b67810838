package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

func zone(t *testing.T, name string) mindflow.Zone {
	t.Helper()
	z, err := mindflow.LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// walk reads a list page by page, as a client does; between runs before every
// page but the first.
func walk(t *testing.T, s *store.Store, w mindflow.WorkspaceID, q mindflow.TaskQuery, between func()) []mindflow.TaskID {
	t.Helper()
	var ids []mindflow.TaskID
	for {
		refs, err := s.ListTasks(t.Context(), w, q)
		if err != nil {
			t.Fatal(err)
		}
		if len(refs) > q.Limit+1 {
			t.Fatalf("%d tasks for a page of %d", len(refs), q.Limit)
		}
		page := refs[:min(len(refs), q.Limit)]
		ids = append(ids, idsOf(page)...)
		if len(refs) <= q.Limit {
			return ids
		}
		last := page[len(page)-1]
		tasks, err := s.Tasks(t.Context(), w, []mindflow.TaskID{last.ID})
		if err != nil || len(tasks) != 1 || tasks[0].Version != last.Version || !tasks[0].Due.Equal(last.Due) {
			t.Fatalf("the last of the page is %+v: %+v, %v", last, tasks, err)
		}
		place := q.Place(tasks[0])
		q.After = &place
		if between != nil {
			between()
		}
	}
}

// titles are what a list is compared by where people read it.
func titlesOf(ids []mindflow.TaskID, tasks map[mindflow.TaskID]mindflow.Task) string {
	var titles []string
	for _, id := range ids {
		titles = append(titles, tasks[id].Title)
	}
	return strings.Join(titles, " ")
}

// fill keeps tasks in one transaction.
func fill(t *testing.T, s *store.Store, a mindflow.Actor, tasks map[mindflow.TaskID]mindflow.Task) {
	t.Helper()
	if err := inWorkspace(t, s, a, func(tx *store.Tx) error {
		for _, task := range tasks {
			if _, err := tx.CreateTask(task, "", a, mindflow.TaskImported); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// Fails on PostgreSQL when a filter brings an argument it does not use.
func TestFiltersOfAList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		at := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
		havana := zone(t, "America/Havana")                       // 2026-03-08 starts at 01:00, which is 05:00 UTC
		jump := time.Date(2026, 3, 8, 5, 0, 0, 0, time.UTC)       // where that day starts
		apia := zone(t, "Pacific/Apia")                           // 2011-12-30 does not exist
		skipped := time.Date(2011, 12, 30, 10, 0, 0, 0, time.UTC) // where it and 2011-12-31 start
		tasks := map[mindflow.TaskID]mindflow.Task{}
		add := func(title string, fn func(*mindflow.Task)) {
			task := newTask(s, a, title)
			fn(&task)
			tasks[task.ID] = task
		}
		add("pending", func(*mindflow.Task) {})
		add("doing", func(k *mindflow.Task) { k.Status = mindflow.StatusInProgress })
		add("asleep", func(k *mindflow.Task) {
			k.Status, k.SnoozedUntil = mindflow.StatusSnoozed, at.Add(time.Microsecond)
		})
		add("woken", func(k *mindflow.Task) { k.Status, k.SnoozedUntil = mindflow.StatusSnoozed, at })
		add("done", func(k *mindflow.Task) { k.Status, k.CompletedAt = mindflow.StatusCompleted, at })
		add("cancelled", func(k *mindflow.Task) { k.Status = mindflow.StatusCancelled })
		add("deleted", func(k *mindflow.Task) { k.DeletedAt, k.Priority, k.Tags = at, 5, []string{"Home"} })
		add("five", func(k *mindflow.Task) { k.Priority = 5 })
		add("one", func(k *mindflow.Task) { k.Priority = 1 })
		add("home", func(k *mindflow.Task) { k.Tags = []string{"x", "Home", "y"} })
		add("homework", func(k *mindflow.Task) { k.Tags = []string{"homework", "at home"} })
		add("straße", func(k *mindflow.Task) { k.Tags = []string{"Straße"} })
		add("100%", func(k *mindflow.Task) { k.Description = "a_b" })
		add("ÉCOLE", func(k *mindflow.Task) { k.Description, k.Tags = "line one\nline two", []string{"c"} })
		add("day7", func(k *mindflow.Task) { k.Due = day(2026, 3, 7) })
		add("day8", func(k *mindflow.Task) { k.Due = day(2026, 3, 8) })
		add("day9", func(k *mindflow.Task) { k.Due = day(2026, 3, 9) })
		add("before", func(k *mindflow.Task) { k.Due = mindflow.AtInstant(jump.Add(-time.Second)) })
		add("jump", func(k *mindflow.Task) { k.Due = mindflow.AtInstant(jump) })
		add("apia29", func(k *mindflow.Task) { k.Due = day(2011, 12, 29) })
		add("apia30", func(k *mindflow.Task) { k.Due = day(2011, 12, 30) })
		add("apia31", func(k *mindflow.Task) { k.Due = day(2011, 12, 31) })
		fill(t, s, a, tasks)
		q := func(fn func(*mindflow.TaskQuery)) mindflow.TaskQuery {
			q := mindflow.TaskQuery{Order: mindflow.Order{Field: mindflow.ByTitle}, Limit: 200, At: at, Zone: havana}
			fn(&q)
			return q
		}
		status := func(statuses ...mindflow.Status) mindflow.TaskQuery {
			return q(func(q *mindflow.TaskQuery) { q.Statuses = statuses })
		}
		tag := func(tags ...string) mindflow.TaskQuery {
			return q(func(q *mindflow.TaskQuery) {
				for _, tag := range tags {
					q.TagKeys = append(q.TagKeys, mindflow.Fold(tag))
				}
			})
		}
		search := func(text string) mindflow.TaskQuery {
			return q(func(q *mindflow.TaskQuery) { q.SearchKey = mindflow.Fold(text) })
		}
		due := func(z mindflow.Zone, from, before time.Time) mindflow.TaskQuery {
			return q(func(q *mindflow.TaskQuery) { q.Zone, q.DueFrom, q.DueBefore = z, from, before })
		}
		never := time.Time{}
		for what, c := range map[string]struct {
			q    mindflow.TaskQuery
			want string
		}{
			"in progress":          {status(mindflow.StatusInProgress), "doing"},
			"asleep":               {status(mindflow.StatusSnoozed), "asleep"},
			"closed":               {status(mindflow.StatusCompleted, mindflow.StatusCancelled), "cancelled done"},
			"no such status":       {status("nonsense", mindflow.StatusSnoozed), "asleep"},
			"highest and lowest":   {q(func(q *mindflow.TaskQuery) { q.Priorities = []int{1, 5} }), "five one"},
			"a tag":                {tag("HOME"), "home"},
			"a tag folded":         {tag("STRASSE"), "straße"},
			"one of two tags":      {tag("home", "at home", "none"), "home homework"},
			"a piece of a tag":     {tag("hom"), ""},
			"a tag and a priority": {q(func(q *mindflow.TaskQuery) { q.TagKeys, q.Priorities = []string{"home"}, []int{5} }), ""},
			"search title":         {search("école"), "ÉCOLE"},
			"search folded":        {search("STRASS"), "straße"},
			"search a tag":         {search("at HOME"), "homework"},
			"search description":   {search("one\nline"), "ÉCOLE"},
			"search percent":       {search("%"), "100%"},
			"search underscore":    {search("_"), "100%"},
			"search across fields": {search("ÉCOLEline"), ""},
			"search nothing":       {search("zzz"), ""},
			// A day counts at its local start.
			"from the jump on":              {due(havana, jump, never), "day8 day9 jump"},
			"from just after it":            {due(havana, jump.Add(time.Microsecond), never), "day9"},
			"before the jump":               {due(havana, jump.Add(-48*time.Hour), jump), "before day7"},
			"before just after it":          {due(havana, jump.Add(-time.Second), jump.Add(time.Microsecond)), "before day8 jump"},
			"between":                       {due(havana, jump, jump.Add(time.Hour)), "day8 jump"},
			"nothing between":               {due(havana, jump, jump), ""},
			"from the skipped day on":       {due(apia, skipped, skipped.Add(time.Hour)), "apia30 apia31"},
			"before the skipped day":        {due(apia, never, skipped), "apia29"},
			"just after it starts":          {due(apia, skipped.Add(time.Microsecond), skipped.Add(48*time.Hour)), ""},
			"from the day before it starts": {due(apia, skipped.Add(-24*time.Hour), skipped.Add(time.Microsecond)), "apia29 apia30 apia31"},
		} {
			if got := titlesOf(walk(t, s, a.WorkspaceID, c.q, nil), tasks); got != c.want {
				t.Errorf("%s: %q, want %q", what, got, c.want)
			}
			if got := titlesOf(storetest.Expected(c.q, tasks), tasks); got != c.want {
				t.Errorf("%s: the model says %q, want %q", what, got, c.want)
			}
			byDue := c.q
			byDue.Order = mindflow.Order{Field: mindflow.ByDueDate, Down: true}
			if got, want := titlesOf(walk(t, s, a.WorkspaceID, byDue, nil), tasks), titlesOf(storetest.Expected(byDue, tasks), tasks); got != want {
				t.Errorf("%s, by due date: %q, want %q", what, got, want)
			}
		}
		pending := titlesOf(walk(t, s, a.WorkspaceID, status(mindflow.StatusPending), nil), tasks)
		if !strings.Contains(pending, "woken") || strings.Contains(pending, "asleep") || strings.Contains(pending, "deleted") {
			t.Errorf("pending: %q", pending)
		}
	})
}

// Fails when the place of a skipped day is taken for that of any other.
func TestADueListPutsTheSkippedDayBeforeTheNextAndUndatedTasksLast(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		start := time.Date(2011, 12, 30, 10, 0, 0, 0, time.UTC)
		tasks := map[mindflow.TaskID]mindflow.Task{}
		for i, due := range []mindflow.When{
			{},
			mindflow.AtInstant(start), mindflow.AtInstant(start.Add(time.Second)), day(2011, 12, 31), day(2011, 12, 30),
			mindflow.AtInstant(start.Add(-time.Second)), day(2011, 12, 29), mindflow.AtInstant(start), day(2011, 12, 31), day(2011, 12, 30),
			{},
		} {
			task := newTask(s, a, fmt.Sprint(i))
			task.ID = mindflow.NewID[mindflow.Task](start.Add(time.Duration(i) * time.Millisecond)) // ids in this order
			task.Due = due
			tasks[task.ID] = task
		}
		fill(t, s, a, tasks)
		q := mindflow.TaskQuery{Order: mindflow.Order{Field: mindflow.ByDueDate}, Limit: 1, At: s.Now(), Zone: zone(t, "Pacific/Apia")}
		if got := titlesOf(walk(t, s, a.WorkspaceID, q, nil), tasks); got != "6 5 4 9 1 3 7 8 2 0 10" {
			t.Errorf("up: %s", got)
		}
		q.Order.Down = true
		if got := titlesOf(walk(t, s, a.WorkspaceID, q, nil), tasks); got != "2 8 7 3 1 9 4 5 6 10 0" {
			t.Errorf("down: %s", got)
		}
	})
}

// someDay is a place and a day at which something is odd there.
type someDay struct {
	zone string
	day  mindflow.Day
}

var oddDays = []someDay{
	{"UTC", mindflow.DateDay(2026, 1, 1)},
	{"Pacific/Apia", mindflow.DateDay(2011, 12, 30)},        // skipped
	{"Pacific/Kwajalein", mindflow.DateDay(1993, 8, 21)},    // skipped
	{"America/Havana", mindflow.DateDay(2026, 3, 8)},        // starts at 01:00
	{"America/Havana", mindflow.DateDay(2026, 11, 1)},       // 00:00 to 01:00 come twice
	{"America/Santiago", mindflow.DateDay(2026, 9, 6)},      // starts at 01:00
	{"America/Sao_Paulo", mindflow.DateDay(2018, 2, 18)},    // its eve ends twice
	{"Asia/Kathmandu", mindflow.DateDay(1986, 1, 1)},        // 15 minutes
	{"America/Scoresbysund", mindflow.DateDay(2024, 3, 31)}, // the evening before is skipped
}

// drawTasks makes tasks that often stand at the same place.
func drawTasks(rt *rapid.T, s *store.Store, a mindflow.Actor, z mindflow.Zone, odd mindflow.Day) map[mindflow.TaskID]mindflow.Task {
	base := z.Start(odd)
	near := func() time.Time {
		return rapid.SampledFrom([]time.Time{
			base, base, base.Add(-time.Second), base.Add(time.Second), base.Add(-time.Hour), base.Add(time.Hour),
			z.Start(odd + 1), z.Start(odd - 1), z.Start(odd + 1).Add(-time.Second),
		}).Draw(rt, "near")
	}
	tasks := map[mindflow.TaskID]mindflow.Task{}
	for range rapid.IntRange(0, 16).Draw(rt, "tasks") {
		task := newTask(s, a, rapid.SampledFrom([]string{"a", "A", "b", "ä", "Ä", "z", "ß", "SS", "ﬁ", "10%", "_", "漢"}).Draw(rt, "title"))
		task.Description = rapid.SampledFrom([]string{"", "a", "%", "Éa"}).Draw(rt, "description")
		task.Priority = rapid.IntRange(1, 5).Draw(rt, "priority")
		switch rapid.IntRange(0, 3).Draw(rt, "due") {
		case 0, 1:
			task.Due = mindflow.OnDay(odd + mindflow.Day(rapid.IntRange(-2, 2).Draw(rt, "day")))
		case 2:
			task.Due = mindflow.AtInstant(near())
		}
		task.Status = rapid.SampledFrom(mindflow.Statuses).Draw(rt, "status")
		switch task.Status {
		case mindflow.StatusSnoozed:
			task.SnoozedUntil = near()
		case mindflow.StatusCompleted:
			task.CompletedAt = near()
		default:
		}
		task.CreatedAt, task.UpdatedAt = near(), near()
		task.Details.Position = rapid.SampledFrom([]string{"", "", "1", "15", "1100", "2"}).Draw(rt, "position")
		if rapid.IntRange(0, 9).Draw(rt, "deleted") == 0 {
			task.DeletedAt = near()
		}
		task.Tags = rapid.SampledFrom([][]string{nil, {"Home"}, {"home", "a"}, {"ÉTUDES", "b"}}).Draw(rt, "tags")
		tasks[task.ID] = task
	}
	return tasks
}

func drawQuery(rt *rapid.T, z mindflow.Zone, odd mindflow.Day) mindflow.TaskQuery {
	base := z.Start(odd)
	bound := rapid.SampledFrom([]time.Time{
		{}, {}, {}, base, base.Add(-time.Second), base.Add(time.Microsecond), z.Start(odd - 1), z.Start(odd + 1), z.Start(odd + 2),
	})
	return mindflow.TaskQuery{
		Order: mindflow.Order{
			Field: rapid.SampledFrom([]mindflow.SortField{
				mindflow.ByDueDate, mindflow.ByDueDate, mindflow.ByCreatedAt, mindflow.ByUpdatedAt, mindflow.ByPriority, mindflow.ByTitle, mindflow.ByPosition,
			}).Draw(rt, "sort"),
			Down: rapid.Bool().Draw(rt, "down"),
		},
		Limit: rapid.IntRange(1, 7).Draw(rt, "limit"), Zone: z,
		At:         rapid.SampledFrom([]time.Time{base, base.Add(-time.Second), base.Add(time.Hour)}).Draw(rt, "at"),
		Statuses:   rapid.SampledFrom([][]mindflow.Status{nil, nil, nil, {mindflow.StatusPending, mindflow.StatusInProgress}, {mindflow.StatusSnoozed}, {mindflow.StatusCompleted, mindflow.StatusCancelled}}).Draw(rt, "statuses"),
		Priorities: rapid.SampledFrom([][]int{nil, nil, nil, {1, 2, 3}}).Draw(rt, "priorities"),
		TagKeys:    rapid.SampledFrom([][]string{nil, nil, nil, {"home"}, {"études", "a"}}).Draw(rt, "tag keys"),
		SearchKey:  rapid.SampledFrom([]string{"", "", "", "", "a", "ss", "%", "é"}).Draw(rt, "search"),
		DueFrom:    bound.Draw(rt, "from"), DueBefore: bound.Draw(rt, "before"),
	}
}

// A walk by cursor sees what a sort in memory sees, whatever the size of a page.
func TestAWalkSeesEveryTaskOnceInOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			a := newPerson(t, s, fmt.Sprintf("%d@example.com", n))
			odd := rapid.SampledFrom(oddDays).Draw(rt, "zone")
			z := zone(t, odd.zone)
			tasks := drawTasks(rt, s, a, z, odd.day)
			fill(t, s, a, tasks)
			for range 3 {
				q := drawQuery(rt, z, odd.day)
				got, want := walk(t, s, a.WorkspaceID, q, nil), storetest.Expected(q, tasks)
				if !slices.Equal(got, want) {
					rt.Fatalf("query %+v:\n got %s\nwant %s", q, titlesOf(got, tasks), titlesOf(want, tasks))
				}
			}
		})
	})
}

// Tasks that change between the pages may come twice or not at all; all others
// come once, in order. Fails when a cursor forgets the id.
func TestAWalkSeesUnchangedTasksOnceWhileOthersChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			if n++; n > storetest.Share(25) {
				return // each of them writes before every page
			}
			a := newPerson(t, s, fmt.Sprintf("%d@example.com", n))
			odd := rapid.SampledFrom(oddDays).Draw(rt, "zone")
			z := zone(t, odd.zone)
			tasks := drawTasks(rt, s, a, z, odd.day)
			fill(t, s, a, tasks)
			still := map[mindflow.TaskID]mindflow.Task{}
			var restless []mindflow.TaskID
			for id, task := range tasks {
				if rapid.Bool().Draw(rt, "changes") && task.DeletedAt.IsZero() {
					restless = append(restless, id)
				} else {
					still[id] = task
				}
			}
			draws := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
			q := drawQuery(rt, z, odd.day)
			q.Limit = 1 + q.Limit/3
			changes := 0
			got := walk(t, s, a.WorkspaceID, q, func() {
				if changes++; len(restless) == 0 || changes > 20 { // or it would never end: what is new comes last
					return
				}
				edit(t, s, a, restless[draws.IntN(len(restless))], mindflow.TaskUpdated, func(k *mindflow.Task) {
					k.Title, k.Priority = fmt.Sprint(draws.IntN(100)), 1+draws.IntN(5)
					k.Due = mindflow.OnDay(odd.day + mindflow.Day(draws.IntN(5)-2))
					if draws.IntN(4) == 0 {
						k.DeletedAt = k.CreatedAt
					}
				})
				create(t, s, a, newTask(s, a, "new"))
			})
			got = slices.DeleteFunc(got, func(id mindflow.TaskID) bool { _, ok := still[id]; return !ok })
			if want := storetest.Expected(q, still); !slices.Equal(got, want) {
				rt.Fatalf("query %+v:\n got %s\nwant %s", q, titlesOf(got, still), titlesOf(want, still))
			}
		})
	})
}

// Lists have more forms than are kept prepared.
func TestListsWorkBeyondWhatIsKeptPrepared(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		create(t, s, a, newTask(s, a, "x"))
		q := list(s, mindflow.ByTitle)
		fields := []mindflow.SortField{mindflow.ByCreatedAt, mindflow.ByUpdatedAt, mindflow.ByPriority, mindflow.ByTitle, mindflow.ByPosition}
		for form := range store.MaxPrepared + 10 {
			q.Order = mindflow.Order{Field: fields[form%4], Down: form/4%2 == 0}
			q.Priorities = slices.Repeat([]int{3}, 1+form/8)
			if refs, err := s.ListTasks(t.Context(), a.WorkspaceID, q); err != nil || len(refs) != 1 {
				t.Fatal(refs, err)
			}
		}
	})
}
