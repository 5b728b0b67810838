package rest_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/rules/score"
	"mindflow/web"
)

// scoredAnswer is what must be exact about a task of a ranking.
type scoredAnswer struct {
	Task struct {
		ID      string `json:"id"`
		Version int64  `json:"version"`
	} `json:"task"`
	Score     json.Number     `json:"score"`
	Reasoning json.RawMessage `json:"reasoning"`
}

func (s scoredAnswer) String() string {
	return fmt.Sprintf("%s v%d %s %s", s.Task.ID, s.Task.Version, s.Score, s.Reasoning)
}

// ranked is the whole ranking, and when it will be another.
func (p person) ranked() ([]string, time.Time) {
	p.srv.t.Helper()
	var list []string
	var page struct {
		Tasks      []scoredAnswer `json:"tasks"`
		Total      int            `json:"total"`
		ValidUntil *time.Time     `json:"valid_until"`
	}
	p.do("GET /api/tasks/ranked?limit=200", "").want(http.StatusOK).into(&page)
	if page.Total != len(page.Tasks) {
		p.srv.t.Errorf("total %d of %d tasks", page.Total, len(page.Tasks))
	}
	for _, s := range page.Tasks {
		list = append(list, s.String())
	}
	return list, orZero(page.ValidUntil)
}

// bestAnswer is the best task, "" for none, and when it will be another.
func (p person) bestAnswer() (string, time.Time) {
	p.srv.t.Helper()
	a := p.best()
	if a.status == http.StatusNotFound {
		return "", time.Time{}
	}
	var best struct {
		scoredAnswer

		ValidUntil *time.Time `json:"valid_until"`
	}
	a.want(http.StatusOK).into(&best)
	return best.String(), orZero(best.ValidUntil)
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// randomEdit is a change of a task, with dates around now.
func randomEdit(r *rand.Rand, now time.Time, title string) string {
	date := func() string {
		at := now.Add(time.Duration(r.IntN(20*24*3600)-5*24*3600) * time.Second)
		if r.IntN(2) == 0 {
			return `"` + at.Format(time.DateOnly) + `"`
		}
		return `"` + at.Format(time.RFC3339) + `"`
	}
	fields := []string{
		`"title": "` + title + `"`, fmt.Sprintf(`"priority": %d`, 1+r.IntN(5)),
		`"effort_estimate_minutes": ` + []string{"null", "15", "30", "60", "61"}[r.IntN(5)],
		`"preferred_time": ` + []string{"null", `"morning"`, `"afternoon"`, `"evening"`}[r.IntN(4)],
		`"due_date": ` + []string{"null", date()}[r.IntN(2)],
	}
	if r.IntN(5) == 0 {
		fields = append(fields, `"due_date": null, "start_date": `+date())
		fields = slices.Delete(fields, 4, 5)
	}
	if r.IntN(4) == 0 {
		fields = append(fields, fmt.Sprintf(`"snoozed_until": %q`, now.Add(time.Duration(1+r.IntN(3*24*3600))*time.Second+time.Hour).Format(time.RFC3339)))
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// writer makes changes of its own, some of which meet another writer's.
func writer(ada person, r *rand.Rand, shared *ids, name string) {
	for i := range 12 {
		now := ada.srv.clock.Now()
		id := shared.any(r)
		switch r.IntN(8) {
		case 0, 1, 2:
			if a := ada.do("POST /api/tasks", randomEdit(r, now, fmt.Sprintf("%s-%d", name, i))); a.status == http.StatusCreated {
				shared.add(a.at("id"))
			} else if a.status != http.StatusUnprocessableEntity {
				ada.srv.t.Errorf("%d %s", a.status, a.body)
			}
		case 3, 4:
			ada.change("PATCH /api/tasks/"+id, randomEdit(r, now, name))
		case 5:
			ada.change("POST /api/tasks/"+id+[]string{"/complete", "/reopen", "/restore"}[r.IntN(3)], "")
		case 6:
			ada.change(fmt.Sprintf("POST /api/tasks/%s/snooze?hours=%d", id, 1+r.IntN(48)), "")
		case 7:
			if r.IntN(3) == 0 {
				ada.change("DELETE /api/tasks/"+id, "")
			} else {
				ada.change("PUT /api/preferences", fmt.Sprintf(`{"weight_urgency": %d.%02d, "timezone": %q}`, r.IntN(60), r.IntN(100),
					[]string{"Europe/Berlin", "America/Havana", "Asia/Kathmandu", "UTC"}[r.IntN(4)]))
			}
		}
	}
}

func (p person) change(request, body string) {
	if a := p.do(request, body); a.status >= http.StatusInternalServerError || a.status == http.StatusBadRequest {
		p.srv.t.Errorf("%s %s: %d %s", request, body, a.status, a.body)
	}
}

// ids are those of tasks several writers know.
type ids struct {
	mu  sync.Mutex
	all []string
}

func (s *ids) add(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, id)
}

func (s *ids) any(r *rand.Rand) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all[r.IntN(len(s.all))]
}

// However many write while the clock moves and others read: whenever it is
// quiet, the cached answers are those of a server that has no cache, and of the
// rules over what the database holds. Until valid_until nothing changes, and
// then something does.
func TestEveryAnswerEqualsARecomputation(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t := srv.t
		ada := srv.person("ada@example.com", "Europe/Berlin")
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		shared := &ids{all: []string{ada.create(`{"title": "first"}`)}}
		for round := range uint64(4) {
			var wg sync.WaitGroup
			for w := range uint64(4) {
				wg.Go(func() { writer(ada, rand.New(rand.NewPCG(seed+round, w)), shared, fmt.Sprintf("w%d-%d", round, w)) })
			}
			wg.Go(func() {
				for i := range 20 {
					ada.best()
					if i%5 == 0 {
						ada.ranked()
						srv.clock.Move(time.Duration(i) * 7 * time.Minute)
					}
				}
			})
			wg.Wait()
			compareWithRecomputation(t, ada)
			followBoundaries(t, ada)
		}
	})
}

// compareWithRecomputation compares with a server just started, and with the rules.
func compareWithRecomputation(t *testing.T, ada person) {
	t.Helper()
	fresh := ada
	fresh.srv = serve(t, ada.srv.clock, ada.srv.store, web.Placeholder())
	defer fresh.srv.http.Close()
	list, until := ada.ranked()
	freshList, freshUntil := fresh.ranked()
	if !slices.Equal(list, freshList) || !until.Equal(freshUntil) {
		t.Fatalf("cached until %s\n%s\nfresh until %s\n%s", until, strings.Join(list, "\n"), freshUntil, strings.Join(freshList, "\n"))
	}
	best, bestUntil := ada.bestAnswer()
	freshBest, freshBestUntil := fresh.bestAnswer()
	if best != freshBest || !bestUntil.Equal(freshBestUntil) {
		t.Fatalf("best %s until %s\nfresh %s until %s", best, bestUntil, freshBest, freshBestUntil)
	}
	if len(list) > 0 && list[0] != best || len(list) == 0 && best != "" {
		t.Fatalf("best %s\nranked %s", best, list)
	}
	now := ada.srv.store.Now()
	facts, err := ada.srv.store.Facts(t.Context(), ada.actor.WorkspaceID, 0)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ada.srv.store.Preferences(t.Context(), ada.actor.UserID)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(facts.Open, func(a, b mindflow.Fact) int { return a.Compare(&b) })
	r := score.Rank(facts.Open, p, now)
	for i, placed := range r.Order {
		f := facts.Open[placed.Index]
		want := fmt.Sprintf("%s v%d %s ", f.ID, f.Version, placed.Score.Rounded())
		if len(list) != len(r.Order) || !strings.HasPrefix(list[i], want) {
			t.Fatalf("place %d is %s, want %s", i, list[i], want)
		}
	}
	if !until.Equal(r.ValidUntil) {
		t.Fatalf("valid until %s, want %s", until, r.ValidUntil)
	}
}

// followBoundaries goes from one boundary to the next, data unchanged.
func followBoundaries(t *testing.T, ada person) {
	t.Helper()
	for range 3 {
		list, until := ada.ranked()
		best, bestUntil := ada.bestAnswer()
		if until.IsZero() {
			return
		}
		if best != "" && !bestUntil.IsZero() && bestUntil.Before(until) {
			t.Fatalf("the best changes at %s, the list not before %s", bestUntil, until)
		}
		ada.srv.clock.Set(until.Add(-time.Microsecond))
		if before, same := ada.ranked(); !slices.Equal(before, list) || !same.Equal(until) {
			t.Fatalf("the list changed before %s:\n%v\n%v", until, list, before)
		}
		if before, _ := ada.bestAnswer(); before != best {
			t.Fatalf("the best changed before %s:\n%s\n%s", until, best, before)
		}
		ada.srv.clock.Set(until)
		if after, next := ada.ranked(); slices.Equal(after, list) || !next.IsZero() && !next.After(until) {
			t.Fatalf("nothing changed at %s:\n%v", until, list)
		}
		if after, _ := ada.bestAnswer(); best != "" && bestUntil.Equal(until) && after == best {
			t.Fatalf("the best did not change at %s: %s", until, best)
		}
		compareWithRecomputation(t, ada)
	}
}
