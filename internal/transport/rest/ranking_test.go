package rest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"mindflow/web"
)

// The tests of this file whose names begin as the seed's (phases 6.2 and 6.3)
// are their counterparts.

const (
	blogPost      = `{"title": "blog-post", "due_date": "2026-11-27", "priority": 4, "effort_estimate_minutes": 30}`
	morningReview = `{"title": "morning-review", "due_date": "2026-11-27", "priority": 3, "effort_estimate_minutes": 15, "preferred_time": "morning"}`
)

func TestTheSeedsTwoExamples(t *testing.T) {
	t.Parallel()
	table(t, "examples", []row{
		{says: "the blog post", req: "POST /api/tasks", body: blogPost, status: 201, save: "post"},
		{
			says: "is worth 87.5 points", req: "GET /api/tasks/best", status: 200,
			want: "task.title=blog-post; score=87.5; reasoning.deadline_urgency=1; reasoning.deadline_urgency_score=40; reasoning.priority_score=40; reasoning.effort_bonus=0.75; reasoning.effort_bonus_score=7.5; reasoning.time_of_day_multiplier=1; reasoning.time_of_day_score=0; reasoning.total_score=87.5; reasoning.recommendation=Due today with high priority - good time to tackle this; valid_until=2026-11-27T23:00:00Z",
		},
		{says: "the morning review", req: "POST /api/tasks", body: morningReview, status: 201, save: "review"},
		{
			says: "is worth 88 at nine", req: "GET /api/tasks/best", status: 200,
			want: "task.title=morning-review; score=88; reasoning.deadline_urgency_score=40; reasoning.priority_score=30; reasoning.effort_bonus_score=10; reasoning.time_of_day_multiplier=1.1; reasoning.time_of_day_score=8; reasoning.total_score=88; reasoning.recommendation=Due today, quick win - good time to tackle this; valid_until=2026-11-27T11:00:00Z",
		},
		{says: "both, the best first", req: "GET /api/tasks/ranked", status: 200, want: "total=2; tasks.0.score=88; tasks.1.score=87.5; next_cursor=null; valid_until=2026-11-27T11:00:00Z"},
		{says: "at noon it is less", later: 3*time.Hour - 5*time.Second - 123456*time.Microsecond - time.Second, req: "GET /api/tasks/best", status: 200, want: "task.title=blog-post; score=87.5"},
		{says: "by a tenth", req: "GET /api/tasks/ranked", status: 200, want: "tasks.1.score=72; tasks.1.reasoning.time_of_day_multiplier=0.9; tasks.1.reasoning.time_of_day_score=-8; tasks.1.reasoning.recommendation=Due today, quick win - better in the morning"},
		{says: "trial weights are not saved", req: "GET /api/tasks/ranked?weight_urgency=0&weight_priority=0&weight_effort=100&time_of_day_bonus=0", status: 200, want: "tasks.0.task.title=morning-review; tasks.0.score=100; tasks.1.score=75"},
		{says: "as is seen", req: "GET /api/tasks/ranked?limit=1", status: 200, want: "tasks.0.task.title=blog-post; tasks.0.score=87.5; total=2"},
		{says: "somebody else has nothing to do", by: "eve", req: "GET /api/tasks/best", status: 404, want: "detail=Nothing is to be done now"},
		{says: "and an empty ranking", by: "eve", req: "GET /api/tasks/ranked", status: 200, want: "tasks=[]; total=0; valid_until=null; next_cursor=null"},
		{says: "nobody has none", by: "nobody", req: "GET /api/tasks/ranked", status: 401},
	})
}

func each(t *testing.T, test func(srv *server, ada person)) {
	t.Helper()
	eachServer(t, func(srv *server) { test(srv, srv.person("ada@example.com", "Europe/Berlin")) })
}

func (p person) best() answer {
	p.srv.t.Helper()
	return p.do("GET /api/tasks/best", "")
}

func TestBestTaskReturnsHighestScore(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		ada.create(`{"title": "later", "due_date": "2027-01-01", "priority": 5}`)
		srv.clock.Move(time.Second)
		ada.create(blogPost)
		srv.clock.Move(time.Second)
		ada.create(`{"title": "overdue", "due_date": "2026-11-26", "priority": 4, "effort_estimate_minutes": 30}`)
		srv.person("eve@example.com", "UTC").create(`{"title": "hers", "due_date": "2026-11-26", "priority": 5, "effort_estimate_minutes": 5}`)
		ada.best().want(http.StatusOK).
			has("task.title=overdue; score=97.5; reasoning.deadline_urgency=1.25; valid_until=2026-11-27T23:00:00Z")
	})
}

func TestBestTaskExcludesCompleted(t *testing.T) {
	t.Parallel()
	each(t, func(_ *server, ada person) {
		id := ada.create(blogPost)
		ada.create(`{"title": "cancelled", "priority": 5, "status": "cancelled"}`)
		ada.create(`{"title": "rest", "priority": 1}`)
		ada.best().has("task.title=blog-post")
		ada.do("POST /api/tasks/"+id+"/complete", "").want(http.StatusOK)
		ada.best().want(http.StatusOK).has("task.title=rest; score=10; reasoning.recommendation=No deadline with low priority - good time to tackle this")
		ada.do("POST /api/tasks/"+id+"/reopen", "").want(http.StatusOK)
		ada.best().has("task.title=blog-post")
		ada.do("DELETE /api/tasks/"+id, "").want(http.StatusNoContent)
		ada.best().has("task.title=rest")
		ada.do("POST /api/tasks/"+id+"/restore", "").want(http.StatusOK)
		ada.best().has("task.title=blog-post")
	})
}

func TestBestTaskExcludesSnoozed(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		id := ada.create(blogPost)
		ada.create(`{"title": "rest", "priority": 1}`)
		ada.do("POST /api/tasks/"+id+"/snooze?hours=2", "").want(http.StatusOK)
		ada.best().want(http.StatusOK).has("task.title=rest; valid_until=2026-11-27T10:00:00Z")
		srv.clock.Set(time.Date(2026, 11, 27, 9, 59, 59, 999999000, time.UTC))
		ada.best().has("task.title=rest")
		srv.clock.Move(time.Microsecond)
		ada.best().has("task.title=blog-post; task.status=pending")
	})
}

func TestBestTaskExcludesWhatHasNotStarted(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		ada.create(`{"title": "tomorrow", "start_date": "2026-11-28", "priority": 5}`)
		ada.create(`{"title": "soon", "start_date": "2026-11-27T09:00:00Z"}`)
		a := ada.best().want(http.StatusNotFound)
		if got := a.at("detail"); got != "Nothing is to be done now; the next task comes up at 2026-11-27T09:00:00Z" {
			t.Error(got)
		}
		ada.do("GET /api/tasks/ranked", "").has("total=0; valid_until=2026-11-27T09:00:00Z")
		srv.clock.Move(time.Hour)
		ada.best().want(http.StatusOK).has("task.title=soon; valid_until=2026-11-27T23:00:00Z")
		srv.clock.Set(time.Date(2026, 11, 27, 23, 0, 0, 0, time.UTC))
		ada.best().want(http.StatusOK).has("task.title=tomorrow; valid_until=null")
	})
}

func TestBestTaskReturns404WhenNoTasks(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		ada.best().want(http.StatusNotFound).has("detail=Nothing is to be done now; title=Not Found")
		srv.nobody().best().want(http.StatusUnauthorized)
	})
}

func TestRankedTasksReturnsAllWithScores(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		t := ada.srv.t
		for _, body := range []string{
			`{"title": "none"}`, blogPost, morningReview, `{"title": "doing", "status": "in_progress", "priority": 5}`,
			`{"title": "done", "status": "completed"}`, `{"title": "nap", "snoozed_until": "2027-01-01T00:00:00Z"}`,
			`{"title": "twin"}`,
		} {
			ada.create(body)
			srv.clock.Move(time.Microsecond) // equal scores stand by creation
		}
		a := ada.do("GET /api/tasks/ranked", "").want(http.StatusOK)
		if got := a.titles(); got != "morning-review blog-post doing none twin" {
			t.Errorf("ranked %s", got)
		}
		a.has("total=5; tasks.0.score=88; tasks.1.score=87.5; tasks.2.score=50; tasks.3.score=30; tasks.4.score=30; tasks.4.reasoning.total_score=30")
		all := ada.do("GET /api/tasks/ranked?weight_urgency=0&weight_priority=0&weight_effort=0", "").want(http.StatusOK)
		if got := all.titles(); got != "none blog-post morning-review doing twin" {
			t.Errorf("without any weight, creation decides: %s", got)
		}
		all.has("tasks.0.score=0; tasks.2.score=0")
		fine := ada.do("GET /api/tasks/ranked?weight_urgency=0.01&weight_priority=0&weight_effort=1000&time_of_day_bonus=0.5", "").want(http.StatusOK)
		fine.has("tasks.0.score=1500.02; tasks.1.score=750.01; tasks.0.reasoning.deadline_urgency_score=0.01; tasks.0.reasoning.time_of_day_score=500.01")
	})
}

func TestScoreIncludedInResponse(t *testing.T) {
	t.Parallel()
	each(t, func(_ *server, ada person) {
		t := ada.srv.t
		ada.create(blogPost)
		for _, name := range []string{
			"task", "score", "valid_until", "reasoning.deadline_urgency", "reasoning.deadline_urgency_score", "reasoning.priority_score", "reasoning.effort_bonus",
			"reasoning.effort_bonus_score", "reasoning.time_of_day_multiplier", "reasoning.time_of_day_score", "reasoning.total_score", "reasoning.recommendation",
		} {
			if ada.best().at(name) == "-" {
				t.Errorf("%s is missing", name)
			}
		}
	})
}

// statements is how many SQL statements a request takes.
func (p person) statements(request, body string, headers ...string) int64 {
	p.srv.t.Helper()
	before := p.srv.store.Statements()
	if a := p.do(request, body, headers...); a.status >= 400 && a.status != http.StatusNotFound && a.status != http.StatusConflict {
		p.srv.t.Fatalf("%s: %d %s", request, a.status, a.body)
	}
	return p.srv.store.Statements() - before
}

func TestCacheStoresCalculatedScores(t *testing.T) {
	t.Parallel()
	each(t, func(_ *server, ada person) {
		t := ada.srv.t
		ada.create(blogPost)
		cold := ada.statements("GET /api/tasks/best", "")
		if warm := ada.statements("GET /api/tasks/best", ""); warm != 1 || cold <= 1 {
			t.Errorf("%d statements, then %d; want several, then the one that reads the session", cold, warm)
		}
	})
}

func TestCacheReturnsCachedScores(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		t := ada.srv.t
		ada.create(morningReview)
		first := ada.best()
		srv.clock.Move(time.Minute)
		if again := ada.best(); string(again.body) != string(first.body) {
			t.Errorf("%s\nthen %s", first.body, again.body)
		}
	})
}

func TestCacheExpiresAfterTTL(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		t := ada.srv.t
		ada.create(blogPost)
		ada.best()
		srv.clock.Move(5*time.Minute - time.Microsecond)
		if n := ada.statements("GET /api/tasks/best", ""); n != 1 {
			t.Errorf("%d statements before the five minutes are over", n)
		}
		srv.clock.Move(time.Microsecond)
		if n := ada.statements("GET /api/tasks/best", ""); n <= 1 {
			t.Error("the facts were not read anew")
		}
	})
}

func TestCacheInvalidatedOnUpdate(t *testing.T) {
	t.Parallel()
	each(t, func(_ *server, ada person) {
		id := ada.create(blogPost)
		ada.best().has("score=87.5; task.version=1")
		ada.do("PATCH /api/tasks/"+id, `{"priority": 5}`).want(http.StatusOK)
		ada.best().has("score=97.5; task.version=2")
		ada.do("PATCH /api/tasks/"+id, `{"description": "not a fact of the score"}`).want(http.StatusOK)
		ada.best().has("score=97.5; task.version=3; task.description=not a fact of the score")
		ada.do("PUT /api/preferences", `{"weight_urgency": 0}`).want(http.StatusOK)
		ada.best().has("score=57.5")
		ada.create(`{"title": "now", "priority": 5, "effort_estimate_minutes": 5}`)
		ada.best().has("task.title=now; score=60")
	})
}

func TestCacheMissReturnsNone(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		t := ada.srv.t
		ada.create(blogPost)
		ada.best().want(http.StatusOK)
		eve := srv.person("eve@example.com", "Europe/Berlin")
		eve.best().want(http.StatusNotFound)
		if n := eve.statements("GET /api/tasks/best", ""); n != 1 {
			t.Errorf("that there is nothing is kept as well; %d statements", n)
		}
	})
}

func TestABoundaryShowsAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		t := ada.srv.t
		ada.create(`{"title": "x", "due_date": "2026-11-29T10:30:00+01:00", "preferred_time": "afternoon"}`)
		score := "59.4"
		for _, c := range []struct {
			at    string
			score string
		}{
			{"2026-11-27T11:00:00Z", "55"}, // noon in Berlin: (20+30)·1.1
			{"2026-11-27T17:00:00Z", "45"}, // the evening
			{"2026-11-27T23:00:00Z", "54"}, // due tomorrow
			{"2026-11-28T11:00:00Z", "66"},
			{"2026-11-28T17:00:00Z", "54"},
			{"2026-11-28T23:00:00Z", "63"}, // due today
			{"2026-11-29T09:30:00Z", "72"}, // overdue
			{"2026-11-29T11:00:00Z", "88"},
		} {
			now := ada.best().want(http.StatusOK)
			if c.at == "2026-11-27T11:00:00Z" {
				score = "45"
			}
			now.has("score=" + score + "; valid_until=" + c.at)
			ada.do("GET /api/tasks/ranked", "").has("tasks.0.score=" + score + "; valid_until=" + c.at)
			at, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			srv.clock.Set(at.Add(-time.Microsecond))
			ada.best().has("score=" + score)
			srv.clock.Set(at)
			score = c.score
			ada.best().has("score=" + score)
			ada.do("GET /api/tasks/ranked", "").has("tasks.0.score=" + score)
		}
	})
}

func TestNoAnswerIsStaleOnAnotherInstance(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		instances := [2]*server{srv, serve(srv.t, srv.clock, open(srv.t, srv.url, srv.clock), web.Placeholder())}
		here := instances[0].person("ada@example.com", "UTC")
		there := here
		there.srv = instances[1]
		here.best().want(http.StatusNotFound)
		there.best().want(http.StatusNotFound)
		id := here.create(`{"title": "x"}`)
		for priority := 1; priority <= 5; priority++ {
			body := `{"priority": ` + string(rune('0'+priority)) + `}`
			writer, reader := here, there
			if priority%2 == 0 {
				writer, reader = there, here
			}
			writer.do("PATCH /api/tasks/"+id, body).want(http.StatusOK)
			reader.best().want(http.StatusOK).has("score=" + string(rune('0'+priority)) + "0")
			reader.do("GET /api/tasks/ranked", "").has("tasks.0.score=" + string(rune('0'+priority)) + "0")
		}
		there.do("PUT /api/preferences", `{"weight_priority": 1}`).want(http.StatusOK)
		here.best().has("score=5")
		here.do("POST /api/auth/revoke", "").want(http.StatusNoContent)
		there.best().want(http.StatusUnauthorized)
	})
}

func TestARankingIsWalkedAtTheMomentItBegan(t *testing.T) {
	t.Parallel()
	each(t, func(srv *server, ada person) {
		t := ada.srv.t
		var ids []string
		for _, due := range []string{`"2026-11-27"`, `"2026-11-27T12:00:00Z"`, `"2026-11-28"`, `null`, `"2026-12-30"`, `null`, `"2026-12-01"`} {
			ids = append(ids, ada.create(`{"title": "t`+string(rune('a'+len(ids)))+`", "preferred_time": "evening", "due_date": `+due+`}`))
			if len(ids)%3 == 0 {
				srv.clock.Move(time.Second)
			}
		}
		for _, query := range []string{"", "?weight_urgency=0.5&weight_priority=3"} {
			srv.clock.Set(friday.Add(time.Minute))
			whole := strings.Join(walk(t, ada, "/api/tasks/ranked"+query, 200, nil), " ")
			if len(strings.Fields(whole)) != 7 {
				t.Fatalf("ranked %s", whole)
			}
			for limit := 1; limit <= 3; limit++ {
				srv.clock.Set(friday.Add(time.Minute))
				n := 0
				pages := walk(t, ada, "/api/tasks/ranked"+query, limit, func() {
					n++
					srv.clock.Move(7 * time.Hour)
					ada.do("PUT /api/preferences", `{"weight_effort": `+string(rune('0'+n))+`}`).want(http.StatusOK)
					ada.create(`{"title": "hidden", "snoozed_until": "2099-01-01T00:00:00Z"}`)
				})
				if got := strings.Join(pages, " "); got != whole {
					t.Errorf("%s by %d: %s\nwhole: %s", query, limit, got, whole)
				}
			}
		}
		// A task that changes may go or come; the others neither repeat nor vanish.
		srv.clock.Set(friday.Add(time.Minute))
		first := ada.do("GET /api/tasks/ranked?limit=3", "").want(http.StatusOK)
		ada.do("POST /api/tasks/"+ids[0]+"/complete", "").want(http.StatusOK)
		rest := ada.do("GET /api/tasks/ranked?cursor="+first.at("next_cursor"), "").want(http.StatusOK)
		if got := first.titles() + " " + rest.titles(); len(strings.Fields(got)) != 7 {
			t.Errorf("walked %s", got)
		}
		rest.has("total=6; next_cursor=null")
	})
}

func TestPreferences(t *testing.T) {
	t.Parallel()
	const whole = `{"timezone":"Europe/Berlin","locale":"en-US","weight_urgency":40,"weight_priority":10,"weight_effort":10,"time_of_day_bonus":0.1,"windows":{"morning":{"start":"06:00","end":"12:00"},"afternoon":{"start":"12:00","end":"18:00"},"evening":{"start":"18:00","end":"22:00"}}}`
	table(t, "preferences", []row{
		{says: "those of a new account", req: "GET /api/preferences", status: 200, want: "timezone=Europe/Berlin; weight_urgency=40; weight_priority=10; weight_effort=10; time_of_day_bonus=0.1; windows.evening.end=22:00"},
		{says: "what was answered can be put back", req: "PUT /api/preferences", body: whole, head: `If-Match: "1"`, status: 200},
		{says: "and that changes nothing", req: "GET /api/preferences", head: `If-None-Match: "1"`, status: 304},
		{says: "one at a time", req: "PUT /api/preferences", body: `{"weight_urgency": 12.34}`, status: 200, want: "weight_urgency=12.34; weight_priority=10"},
		{says: "read anew", req: "GET /api/preferences", head: `If-None-Match: "1"`, status: 200, want: "weight_urgency=12.34"},
		{says: "a stale edit", req: "PUT /api/preferences", head: `If-Match: "1"`, body: `{"weight_urgency": 1}`, status: 412},
		{says: "a present one", req: "PUT /api/preferences", head: `If-Match: "2"`, body: `{"weight_urgency": 1000, "weight_priority": 0, "weight_effort": 0.5, "time_of_day_bonus": 0.50, "timezone": "America/Havana"}`, status: 200, want: "weight_urgency=1000; weight_priority=0; weight_effort=0.5; time_of_day_bonus=0.5; timezone=America/Havana"},
		{says: "another locale", req: "PUT /api/preferences", body: `{"locale": "de"}`, status: 200, want: "locale=de; timezone=America/Havana"},
		{says: "which a client that knows none leaves alone", req: "PUT /api/preferences", body: `{"timezone": "America/Havana"}`, status: 200, want: "locale=de"},
		{says: "back to the first one", req: "PUT /api/preferences", body: `{"locale": "en-US"}`, status: 200, want: "locale=en-US"},
		{says: "no such locale", req: "PUT /api/preferences", body: `{"locale": "de-DE"}`, status: 422, want: "errors.0.field=locale"},
		{says: "nor in small letters", req: "PUT /api/preferences", body: `{"locale": "en-us"}`, status: 422, want: "errors.0.field=locale"},
		{says: "nor none", req: "PUT /api/preferences", body: `{"locale": null}`, status: 422, want: "errors.0.field=locale"},
		{says: "one window", req: "PUT /api/preferences", body: `{"windows": {"evening": {"start": "20:00", "end": "02:00"}}}`, status: 200, want: "windows.evening.start=20:00; windows.evening.end=02:00; windows.morning.start=06:00"},
		{says: "until midnight", req: "PUT /api/preferences", body: `{"windows": {"evening": {"start": "00:00", "end": "24:00"}}}`, status: 200, want: "windows.evening.end=24:00"},
		{says: "numbers in other forms", req: "PUT /api/preferences", body: `{"weight_urgency": 1e1, "weight_priority": 2.500, "weight_effort": 0e0}`, status: 200, want: "weight_urgency=10; weight_priority=2.5; weight_effort=0"},
		{says: "too large, by name", req: "PUT /api/preferences", body: `{"weight_urgency": 1000.01, "weight_priority": -1, "weight_effort": 1001, "time_of_day_bonus": 0.51}`, status: 422},
		{says: "too fine, by name", req: "PUT /api/preferences", body: `{"weight_urgency": 1.234, "time_of_day_bonus": 0.001}`, status: 422, want: "errors.0.field=time_of_day_bonus; errors.1.field=weight_urgency"},
		{says: "far too large, by name", req: "PUT /api/preferences", body: `{"weight_effort": 1e30}`, status: 422, want: "errors.0.field=weight_effort"},
		{says: "no number, by name", req: "PUT /api/preferences", body: `{"weight_urgency": "12", "weight_priority": [], "timezone": 7}`, status: 422},
		{says: "a null is no value", req: "PUT /api/preferences", body: `{"weight_urgency": null, "timezone": null, "windows": null}`, status: 422},
		{says: "no such zone", req: "PUT /api/preferences", body: `{"timezone": "Mars/Olympus"}`, status: 422, want: "errors.0.field=timezone"},
		{says: "no server's zone", req: "PUT /api/preferences", body: `{"timezone": "Local"}`, status: 422, want: "errors.0.field=timezone"},
		{says: "no file of the server's", req: "PUT /api/preferences", body: `{"timezone": "../../../etc/passwd"}`, status: 422, want: "errors.0.field=timezone"},
		{says: "windows, by name", req: "PUT /api/preferences", body: `{"windows": {"morning": {"start": "6:00", "end": "24:01"}, "afternoon": {"start": "12:60", "end": "noon"}}}`, status: 422},
		{says: "a window of no length", req: "PUT /api/preferences", body: `{"windows": {"morning": {"start": "06:00", "end": "06:00"}}}`, status: 422, want: "errors.0.field=windows.morning"},
		{says: "half a window", req: "PUT /api/preferences", body: `{"windows": {"morning": {"start": "06:00"}}}`, status: 422},
		{says: "an unknown part of the day", req: "PUT /api/preferences", body: `{"windows": {"night": {"start": "22:00", "end": "06:00"}}}`, status: 422},
		{says: "an unknown key", req: "PUT /api/preferences", body: `{"weight": 1, "Timezone": "UTC"}`, status: 422},
		{says: "nothing said", req: "PUT /api/preferences", body: `{}`, status: 200, want: "weight_urgency=10"},
		{says: "somebody else's stayed", by: "eve", req: "GET /api/preferences", status: 200, want: "timezone=America/New_York; weight_urgency=40"},
		{says: "nobody has none", by: "nobody", req: "GET /api/preferences", status: 401},
	})
}

func TestPreferencesHoldAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(_ *server, ada person) {
		ada.create(`{"title": "x", "due_date": "2026-11-27T23:30:00Z", "preferred_time": "morning"}`)
		ada.best().has("score=66; reasoning.deadline_urgency=0.75") // 09:00 in Berlin, due tomorrow
		ada.do("PUT /api/preferences", `{"timezone": "America/New_York"}`).want(http.StatusOK)
		ada.best().has("score=63; reasoning.deadline_urgency=1") // 03:00, due today
		ada.do("PUT /api/preferences", `{"windows": {"morning": {"start": "22:00", "end": "04:00"}}}`).want(http.StatusOK)
		ada.best().has("score=77; valid_until=2026-11-27T09:00:00Z")
		ada.do("PUT /api/preferences", `{"weight_urgency": 0, "weight_priority": 0, "weight_effort": 0}`).want(http.StatusOK)
		ada.best().has("score=0; valid_until=2026-11-27T09:00:00Z") // the sentence changes then
		ada.do("POST /api/tasks", `{"title": "y", "due_date": "2026-12-24T20:00"}`).has("due_date=2026-12-25T01:00:00Z")
	})
}

// Standings that no route gives yet.
func TestAViewerChangesNothingAndADisabledUserIsNobody(t *testing.T) {
	t.Parallel()
	eachServer(t, func(srv *server) {
		t, url := srv.t, srv.url
		ada, refresh := srv.sessionWithToken(srv.person("ada@example.com", "UTC").actor)
		id := ada.create(`{"title": "x"}`)
		rawSQL(t, url, `UPDATE members SET role = 'viewer' WHERE user_id = $1`, ada.actor.UserID.String())
		ada.best().want(http.StatusOK)
		for _, r := range idRoutes {
			want := http.StatusForbidden
			if r.method == http.MethodGet {
				want = http.StatusOK
			}
			ada.do(r.method+" /api/tasks/"+id+r.path, r.body).want(want)
		}
		ada.do("POST /api/tasks", `{"title": "x"}`).want(http.StatusForbidden)
		ada.do("POST /api/import/taskwarrior", `[{"description": "x"}]`).want(http.StatusForbidden)
		rawSQL(t, url, `UPDATE members SET role = 'editor' WHERE user_id = $1`, ada.actor.UserID.String())
		ada.do("POST /api/tasks/"+id+"/complete", "").want(http.StatusOK)
		rawSQL(t, url, `UPDATE users SET disabled_at = 1 WHERE id = $1`, ada.actor.UserID.String())
		ada.best().want(http.StatusUnauthorized)
		if _, status := srv.refresh(refresh); status != http.StatusUnauthorized {
			t.Errorf("a disabled user's refresh: %d", status)
		}
	})
}
