package app_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// Fails when a table is left out, a session outlives the account, a write that
// races leaves something behind, or somebody else's rows go as well.
func TestErasingAUserLeavesNothingOfThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, actor := someone(t, s, app.Settings{Mailer: &postbox{}})
		other, err := a.Register(t.Context(), mindflow.Registration{Email: "other@example.com", Password: "correct horse battery"}, mindflow.ThroughAPI)
		if err != nil {
			t.Fatal(err)
		}
		tokens, err := a.Login(t.Context(), "ada@example.com", "correct horse battery", "")
		if err != nil {
			t.Fatal(err)
		}
		token := makeToken(t, a, actor)
		withFactors(t, s, actor.UserID)
		withFactors(t, s, other.ID)
		withCode(t, s, actor.UserID)
		withCode(t, s, other.ID)
		file := "title\n"
		for i := range 700 { // more than a bite
			file += fmt.Sprintf("row %d\n", i)
		}
		if _, err := a.Import(t.Context(), actor, app.Import{Format: "csv"}, strings.NewReader(file)); err != nil {
			t.Fatal(err)
		}
		keyed := actor
		keyed.Key = &mindflow.IdempotencyKey{Name: "k", Route: "POST /api/tasks", Hash: "h"}
		if _, _, err := a.CreateTask(t.Context(), keyed, mindflow.TaskID{}, draft("keyed")); err != nil {
			t.Fatal(err)
		}
		if _, _, err := a.CreateProject(t.Context(), actor, mindflow.ProjectID{}, mindflow.ProjectDraft{Name: mindflow.Some("House")}); err != nil {
			t.Fatal(err)
		}
		reminds := draft("reminds")
		reminds.Reminders = mindflow.Some([]mindflow.ReminderDraft{{At: "2999-01-01T09:00:00Z"}})
		if _, _, err := a.CreateTask(t.Context(), actor, mindflow.TaskID{}, reminds); err != nil {
			t.Fatal(err)
		}
		content := mindflow.TemplateContent{Task: &mindflow.TemplateTask{Title: "Trip"}}
		if _, _, err := a.CreateTemplate(t.Context(), actor, app.NewTemplate{Name: "Trip", Content: &content}); err != nil {
			t.Fatal(err)
		}
		user, holdings, err := a.Belongings(t.Context(), " Ada@Example.com")
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range holdings {
			if h.Rows == 0 {
				t.Errorf("%s is empty: the test does not speak about it", h.Table)
			}
		}
		theirs, err := s.Holdings(t.Context(), other)
		if err != nil {
			t.Fatal(err)
		}
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						_, _, _ = a.CreateTask(t.Context(), actor, mindflow.TaskID{}, draft("racing")) // until it is refused
					}
				}
			})
		}
		err = a.EraseUser(t.Context(), user)
		close(stop)
		wg.Wait()
		if err != nil {
			t.Fatal(err)
		}
		left, err := s.Holdings(t.Context(), user)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range left {
			if h.Rows != 0 {
				t.Errorf("%d rows are left in %s", h.Rows, h.Table)
			}
		}
		if after, err := s.Holdings(t.Context(), other); err != nil || fmt.Sprint(after) != fmt.Sprint(theirs) {
			t.Errorf("somebody else has %v, had %v, %v", after, theirs, err)
		}
		if _, err := a.Authenticate(t.Context(), tokens.Access, mindflow.ThroughAPI); mindflow.KindOf(err) != mindflow.KindUnauthenticated {
			t.Errorf("an access token: %v", err)
		}
		if _, err := a.Authenticate(t.Context(), token.Secret, mindflow.ThroughAPI); mindflow.KindOf(err) != mindflow.KindUnauthenticated {
			t.Errorf("a personal token: %v", err)
		}
		if _, _, err := a.Refresh(t.Context(), tokens.Refresh); mindflow.KindOf(err) != mindflow.KindUnauthenticated {
			t.Errorf("a refresh token: %v", err)
		}
		if _, _, err := a.CreateTask(t.Context(), actor, mindflow.TaskID{}, draft("late")); mindflow.KindOf(err) != mindflow.KindNotFound {
			t.Errorf("a change by who was signed in: %v", err)
		}
		if _, err := a.Register(t.Context(), mindflow.Registration{Email: "ada@example.com", Password: "correct horse battery"}, mindflow.ThroughAPI); err != nil {
			t.Errorf("the address is not free again: %v", err)
		}
	})
}

// withCode has a program wait for what it was granted.
func withCode(t *testing.T, s *store.Store, user mindflow.UserID) {
	t.Helper()
	now := s.Now()
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		return tx.AddCode(store.Code{
			Hash: user.String(), SessionID: mindflow.NewID[mindflow.Session](now), RedirectURI: "https://a.example/cb", Challenge: "x", ExpiresAt: now.Add(time.Hour),
			Grant: mindflow.Grant{ID: mindflow.NewID[mindflow.Grant](now), UserID: user, ClientID: "c", Name: "Client", Scopes: mindflow.TasksRead, CreatedAt: now},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Fails when a change that was admitted before is made after the first step of
// an erasure.
func TestWhoIsShutOutChangesNothingMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, actor := someone(t, s, app.Settings{})
		user, _, err := a.Belongings(t.Context(), "ada@example.com")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.ShutOut(user) }); err != nil {
			t.Fatal(err)
		}
		if _, _, err := a.CreateTask(t.Context(), actor, mindflow.TaskID{}, draft("late")); mindflow.KindOf(err) != mindflow.KindNotFound {
			t.Errorf("a change under way: %v", err)
		}
		if _, err := a.Login(t.Context(), "ada@example.com", "correct horse battery", ""); mindflow.KindOf(err) != mindflow.KindUnauthenticated {
			t.Errorf("a sign-in: %v", err)
		}
	})
}

func TestAccountsAreListed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, actor := someone(t, s, app.Settings{})
		if _, err := a.Register(t.Context(), mindflow.Registration{Email: "Zoe@example.com", Password: "correct horse battery", FullName: "Zoë"}, mindflow.ThroughAPI); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, _, err := a.CreateTask(t.Context(), actor, mindflow.TaskID{}, draft("x")); err != nil {
				t.Fatal(err)
			}
		}
		accounts, err := a.Users(t.Context())
		if err != nil || len(accounts) != 2 {
			t.Fatal(accounts, err)
		}
		ada, zoe := accounts[0], accounts[1]
		if ada.Email != "ada@example.com" || ada.Tasks != 2 || ada.SeenAt.IsZero() || ada.ID != actor.UserID {
			t.Errorf("%+v", ada)
		}
		if zoe.Email != "Zoe@example.com" || zoe.Tasks != 0 || !zoe.SeenAt.IsZero() || zoe.FullName != "Zoë" {
			t.Errorf("%+v", zoe)
		}
	})
}
