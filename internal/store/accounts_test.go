package store_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// signIn opens a session.
func signIn(t *testing.T, s *store.Store, a mindflow.Actor, until time.Time) mindflow.SessionID {
	t.Helper()
	session := mindflow.Session{ID: mindflow.NewID[mindflow.Session](s.Now()), UserID: a.UserID, CreatedAt: s.Now(), ExpiresAt: until}
	write(t, s, func(tx *store.Tx) error {
		return tx.CreateSession(session, store.RefreshToken{Hash: session.ID.String(), SessionID: session.ID, ExpiresAt: until})
	})
	return session.ID
}

// write runs a change that shall succeed.
func write(t *testing.T, s *store.Store, fn change) {
	t.Helper()
	if err := s.Write(t.Context(), fn); err != nil {
		t.Error(err)
	}
}

// errGivenUp gives a change up.
var errGivenUp = errors.New("given up")

// register tries to open an account.
func register(t *testing.T, s *store.Store, u mindflow.User, p mindflow.Preferences) error {
	t.Helper()
	return s.Write(t.Context(), func(tx *store.Tx) error {
		created, err := tx.CreateUser(u, "hash of "+u.Email, p, mindflow.Actor{UserID: u.ID, Channel: mindflow.ThroughWeb})
		if err == nil && !created {
			return errGivenUp
		}
		return err
	})
}

func someUser(s *store.Store, email string) mindflow.User {
	now := s.Now()
	return mindflow.User{
		ID: mindflow.NewID[mindflow.User](now), WorkspaceID: mindflow.NewID[mindflow.Workspace](now), Email: email, FullName: "Ada Łovelace", CreatedAt: now,
	}
}

func TestAnAccountComesBackAsItWasKept(t *testing.T) {
	now := time.Date(2026, 11, 27, 9, 0, 0, 123456000, time.UTC)
	storetest.EachAt(t, func() time.Time { return now }, func(t *testing.T, s *store.Store) {
		zone, err := mindflow.LoadZone("America/Havana")
		if err != nil {
			t.Fatal(err)
		}
		u := someUser(s, "Ada@Example.com")
		if err := register(t, s, u, mindflow.DefaultPreferences(zone)); err != nil {
			t.Fatal(err)
		}
		got, err := s.User(t.Context(), u.ID)
		if diff := cmp.Diff(u, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		for _, typed := range []string{"Ada@Example.com", "ada@example.com", " ADA@EXAMPLE.COM "} {
			got, hash, err := s.UserByEmail(t.Context(), typed)
			if diff := cmp.Diff(u, got); diff != "" || hash != "hash of Ada@Example.com" || err != nil {
				t.Errorf("%q: %v, %q (-want +got):\n%s", typed, err, hash, diff)
			}
		}
		if _, _, err := s.UserByEmail(t.Context(), "eve@example.com"); mindflow.KindOf(err) != mindflow.KindNotFound {
			t.Errorf("nobody: %v", err)
		}
		if _, err := s.User(t.Context(), mindflow.UserID{}); mindflow.KindOf(err) != mindflow.KindNotFound {
			t.Errorf("nobody: %v", err)
		}
		if p, err := s.Preferences(t.Context(), u.ID); err != nil || p.Zone.String() != "America/Havana" || p.Version != 1 {
			t.Errorf("preferences %+v, %v", p, err)
		}
		if _, err := s.Preferences(t.Context(), mindflow.UserID{}); mindflow.KindOf(err) != mindflow.KindNotFound {
			t.Errorf("nobody's preferences: %v", err)
		}
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// Fails when addresses are compared as typed.
func TestAnAddressIsTakenHoweverItIsWritten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p := mindflow.DefaultPreferences(mindflow.Zone{})
		if err := register(t, s, someUser(s, "straße@example.com"), p); err != nil {
			t.Fatal(err)
		}
		for _, email := range []string{"straße@example.com", "STRASSE@EXAMPLE.COM", "strasse@example.com", "Ｓtraße@example.com"} {
			if err := register(t, s, someUser(s, email), p); !errors.Is(err, errGivenUp) {
				t.Errorf("%q: %v", email, err)
			}
		}
		if n, err := s.Number(t.Context(), `SELECT count(*) FROM workspaces`); n != 1 || err != nil {
			t.Errorf("%d workspaces (%v)", n, err)
		}
	})
}

// Fails when the address has no unique index: more than one lands on PostgreSQL.
func TestOfRacingRegistrationsOneLands(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var all sync.WaitGroup
		var landed atomic.Int32
		for i := range racers {
			all.Go(func() {
				email := "ada@example.com"
				if i%2 == 0 {
					email = "ADA@example.com"
				}
				switch err := register(t, s, someUser(s, email), mindflow.DefaultPreferences(mindflow.Zone{})); {
				case err == nil:
					landed.Add(1)
				case !errors.Is(err, errGivenUp):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if landed.Load() != 1 {
			t.Errorf("%d landed", landed.Load())
		}
		for _, table := range []string{"users", "workspaces", "members", "user_preferences", "events"} {
			if n, err := s.Number(t.Context(), `SELECT count(*) FROM `+table); n != 1 || err != nil {
				t.Errorf("%d rows in %s (%v)", n, table, err)
			}
		}
	})
}

func TestOnlyALiveSessionAdmitsItsUser(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := newPerson(t, s, "ada@example.com"), newPerson(t, s, "bob@example.com")
		until := s.Now().Add(time.Hour)
		live, ended, other := signIn(t, s, a, until), signIn(t, s, a, until), signIn(t, s, b, until)
		create(t, s, a, newTask(s, a, "x"))
		access, err := s.Access(t.Context(), live, s.Now())
		want := store.Access{UserID: a.UserID, WorkspaceID: a.WorkspaceID, Role: mindflow.Owner, WorkspaceVersion: 2, PreferencesVersion: 1}
		if access != want || err != nil {
			t.Errorf("%+v, %v, want %+v", access, err, want)
		}
		admitted := func(what string, id mindflow.SessionID, at time.Time, want bool) {
			t.Helper()
			_, err := s.Access(t.Context(), id, at)
			if got := err == nil; got != want || err != nil && mindflow.KindOf(err) != mindflow.KindNotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
		locked := func(what string, id mindflow.SessionID, want bool) {
			t.Helper()
			write(t, s, func(tx *store.Tx) error {
				session, err := tx.LockSession(id)
				if got := err == nil; got != want || err != nil && mindflow.KindOf(err) != mindflow.KindNotFound {
					t.Errorf("lock %s: %v", what, err)
				}
				if want && (session.ID != id || session.UserID.IsZero() || !session.ExpiresAt.Equal(until) || session.CreatedAt.IsZero()) {
					t.Errorf("lock %s: %+v", what, session)
				}
				return nil
			})
		}
		admitted("live", live, until.Add(-time.Microsecond), true)
		admitted("expired", live, until, false)
		admitted("unknown", mindflow.SessionID{}, s.Now(), false)
		locked("live", live, true)
		locked("unknown", mindflow.SessionID{}, false)

		write(t, s, func(tx *store.Tx) error { return tx.EndSession(ended) })
		admitted("ended", ended, s.Now(), false)
		admitted("another of the same user", live, s.Now(), true)
		locked("ended", ended, false)
		write(t, s, func(tx *store.Tx) error { return tx.EndSession(ended) }) // once more changes nothing

		third := signIn(t, s, a, until)
		write(t, s, func(tx *store.Tx) error { return tx.EndSessions(a.UserID) })
		admitted("all ended", live, s.Now(), false)
		admitted("all ended", third, s.Now(), false)
		admitted("somebody else's", other, s.Now(), true)

		write(t, s, func(tx *store.Tx) error { return tx.ExtendSession(other, until.Add(time.Hour)) })
		admitted("extended", other, until, true)
		write(t, s, func(tx *store.Tx) error {
			return tx.Exec(`UPDATE users SET disabled_at = $2 WHERE id = $1`, b.UserID.String(), tx.Now().UnixMicro())
		})
		admitted("of a disabled user", other, s.Now(), false)
		locked("of a disabled user", other, false)
		if u, err := s.User(t.Context(), b.UserID); err != nil || u.DisabledAt.IsZero() {
			t.Errorf("disabled: %+v, %v", u, err)
		}
		err = s.Write(t.Context(), func(tx *store.Tx) error { return tx.ExtendSession(mindflow.SessionID{}, until) })
		if err == nil {
			t.Error("a session that does not exist was extended")
		}
	})
}

func TestARefreshTokenComesBackAsItWasKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		at := s.Now()
		id := signIn(t, s, a, at.Add(time.Hour))
		token := store.RefreshToken{Hash: "first", SessionID: id, ExpiresAt: at.Add(time.Minute)}
		check := func() {
			t.Helper()
			write(t, s, func(tx *store.Tx) error {
				got, err := tx.RefreshToken(token.Hash)
				if diff := cmp.Diff(token, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				return err
			})
		}
		write(t, s, func(tx *store.Tx) error { return tx.AddRefreshToken(token) })
		check()
		token.UsedAt, token.Successor = at, "second"
		write(t, s, func(tx *store.Tx) error { return tx.SaveRefreshToken(token) })
		check()
		token.RegrantedAt, token.ReplacedUntil, token.Successor = at.Add(time.Second), at.Add(2*time.Second), ""
		write(t, s, func(tx *store.Tx) error { return tx.SaveRefreshToken(token) })
		check()
		if session, err := s.SessionOfToken(t.Context(), "first"); session != id || err != nil {
			t.Errorf("the session is %v, %v", session, err)
		}
		if _, err := s.SessionOfToken(t.Context(), "unknown"); mindflow.KindOf(err) != mindflow.KindNotFound {
			t.Errorf("an unknown token: %v", err)
		}
		write(t, s, func(tx *store.Tx) error {
			if _, err := tx.RefreshToken("unknown"); mindflow.KindOf(err) != mindflow.KindNotFound {
				t.Errorf("an unknown token: %v", err)
			}
			return nil
		})
	})
}

// Two who show the same token at once: LockSession lets one rotate it and the
// other see that. Fails on PostgreSQL when LockSession does not lock.
func TestATokenIsRotatedByOneAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		for round := range 10 {
			id := signIn(t, s, a, s.Now().Add(time.Hour))
			var all sync.WaitGroup
			var rotated atomic.Int32
			for i := range racers {
				all.Go(func() {
					first := false
					err := s.Write(t.Context(), func(tx *store.Tx) error {
						first = false
						if _, err := tx.LockSession(id); err != nil {
							return err
						}
						token, err := tx.RefreshToken(id.String())
						if err != nil || !token.UsedAt.IsZero() {
							return err
						}
						token.UsedAt, token.Successor = tx.Now(), fmt.Sprint(round, i)
						first = true
						return errors.Join(tx.SaveRefreshToken(token),
							tx.AddRefreshToken(store.RefreshToken{Hash: token.Successor, SessionID: id, ExpiresAt: tx.Now()}))
					})
					if err != nil {
						t.Error(err)
					}
					if first {
						rotated.Add(1)
					}
				})
			}
			all.Wait()
			if rotated.Load() != 1 {
				t.Errorf("rotated %d times", rotated.Load())
			}
		}
	})
}

func TestPreferencesAreKeptAsTheNextVersion(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		zone, err := mindflow.LoadZone("Pacific/Apia")
		if err != nil {
			t.Fatal(err)
		}
		want := mindflow.Preferences{
			Zone:    zone,
			Locale:  mindflow.German,
			Weights: mindflow.Weights{Urgency: mindflow.MaxWeight, Priority: 1, Effort: 0, TimeOfDayBonus: mindflow.MaxBonus},
			Windows: mindflow.Windows{
				Morning: mindflow.Window{Start: 1, End: 2}, Afternoon: mindflow.Window{Start: 3, End: mindflow.EndOfDay}, Evening: mindflow.Window{Start: 1300, End: 5},
			},
		}
		for version := range 3 {
			err := inWorkspace(t, s, a, func(tx *store.Tx) error {
				before, err := tx.Preferences(a.UserID)
				if err != nil {
					return err
				}
				want.Version = before.Version
				want.Weights.Effort++
				saved, err := tx.SavePreferences(want, mindflow.PreferenceChanges(before, want), a)
				if saved.Version != mindflow.Version(version+2) {
					t.Errorf("saved as version %d", saved.Version)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			want.Version++
			got, err := s.Preferences(t.Context(), a.UserID)
			if err != nil || got.Zone.String() != zone.String() {
				t.Fatal(got, err)
			}
			got.Zone = want.Zone
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		}
		events := wantLog(t, s, a, 4)
		if last := events[3]; last.Verb != mindflow.PreferencesChanged || !last.TaskID.IsZero() || len(last.Changes) != 1 {
			t.Errorf("told as %+v", last)
		}
		// A zone this machine does not know is read as UTC, so that the person can choose another.
		write(t, s, func(tx *store.Tx) error { return tx.Exec(`UPDATE user_preferences SET timezone = 'Mars/Olympus'`) })
		if p, err := s.Preferences(t.Context(), a.UserID); err != nil || p.Zone.String() != "UTC" {
			t.Errorf("an unknown zone: %v, %v", p.Zone, err)
		}
		// Who changes something else there keeps it.
		if err := inWorkspace(t, s, a, func(tx *store.Tx) error {
			p, err := tx.Preferences(a.UserID)
			if err != nil {
				return err
			}
			_, err = tx.SavePreferences(p, mindflow.Changes{"weight_effort": {Before: "20", After: "21"}}, a)
			return err
		}); err != nil {
			t.Error(err)
		}
		if zones, err := s.Lines(t.Context(), `SELECT timezone FROM user_preferences`); err != nil || !slices.Equal(zones, []string{"Mars/Olympus"}) {
			t.Errorf("the zones are %v now (%v)", zones, err)
		}
	})
}

func TestSourcesAreRemembered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := newPerson(t, s, "ada@example.com")
		task := create(t, s, a, newTask(s, a, "imported"))
		odd := []string{"1", "é", "%", "'", "A", "a"}
		for _, source := range odd {
			if err := inWorkspace(t, s, a, func(tx *store.Tx) error { return tx.RememberSource("taskwarrior", source, task.ID, source == "A") }); err != nil {
				t.Fatal(err)
			}
		}
		for _, format := range []string{"taskwarrior", "todotxt"} { // of another format it says nothing
			if err := inWorkspace(t, s, a, func(tx *store.Tx) error {
				return errors.Join(tx.LinkedSources(format, nil), tx.LinkedSources(format, map[string][]string{"taskwarrior": {"1", "none"}, "todotxt": odd}[format]))
			}); err != nil {
				t.Fatal(err)
			}
		}
		edit(t, s, a, task.ID, mindflow.TaskDeleted, func(k *mindflow.Task) { k.DeletedAt = s.Now() }) // still counts
		for _, c := range []struct {
			format     string
			asks, want []string
		}{
			{"taskwarrior", odd, odd},
			{"taskwarrior", []string{"a", "b"}, []string{"a"}},
			{"taskwarrior", []string{"_", "É"}, nil},
			{"todotxt", odd, nil},
			{"taskwarrior", nil, nil},
		} {
			want := map[string]store.Source{}
			for _, source := range c.want {
				want[source] = store.Source{TaskID: task.ID, Linked: source == "A" || source == "1"}
			}
			known, err := s.Imported(t.Context(), a.WorkspaceID, c.format, c.asks)
			if !maps.Equal(known, want) || err != nil {
				t.Errorf("%s %q: %v, %v", c.format, c.asks, slices.Collect(maps.Keys(known)), err)
			}
			if err := inWorkspace(t, s, a, func(tx *store.Tx) error {
				known, err := tx.Imported(c.format, c.asks)
				if !maps.Equal(known, want) {
					t.Errorf("within a change, %s %q: %v", c.format, c.asks, slices.Collect(maps.Keys(known)))
				}
				return err
			}); err != nil {
				t.Error(err)
			}
		}
		if err := inWorkspace(t, s, a, func(tx *store.Tx) error {
			if member, err := tx.IsMember(a.UserID); !member || err != nil {
				t.Errorf("IsMember: %v, %v", member, err)
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
}
