package oauth_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"mindflow/internal/mindflow"
)

// atOnce does something many times at once, half at each server.
func atOnce(n int, do func(server int) answer) []answer {
	answers := make([]answer, n)
	var ready, all sync.WaitGroup
	ready.Add(1)
	for i := range n {
		all.Go(func() {
			ready.Wait()
			answers[i] = do(i % 2)
		})
	}
	ready.Done()
	all.Wait()
	return answers
}

// Of fifty who come with a code at once one gets tokens, and since it was shown
// again these are good for nothing. Seen red with a code that is used up
// without the condition that nobody has.
func TestOfFiftyWhoRaceWithACodeOneGetsTokens(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		code := w.code()
		var winners []answer
		for _, a := range atOnce(50, func(server int) answer { return w.exchange(server, code) }) {
			switch {
			case a.status == http.StatusOK:
				winners = append(winners, a)
			case a.status != http.StatusBadRequest || a.at("error") != "invalid_grant":
				t.Errorf("%d %s", a.status, a.body)
			}
		}
		if len(winners) != 1 {
			t.Fatalf("%d got tokens", len(winners))
		}
		w.dead("a code was shown fifty times", winners[0].at("access_token"), winners[0].at("refresh_token"))
	})
}

// All who come with a refresh token at once get the same successor: there is one
// line of them, which two can never carry on. Seen red with a successor made by
// chance, and with a token that is spent without the condition that nobody has.
func TestAllWhoRaceWithARefreshTokenGetOneSuccessor(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		_, refresh := w.tokens()
		successors := map[string]int{}
		var access string
		for _, a := range atOnce(50, func(server int) answer { return w.renew(server, refresh) }) {
			if a.status != http.StatusOK {
				t.Errorf("%d %s", a.status, a.body)
				continue
			}
			successors[a.at("refresh_token")]++
			access = a.at("access_token")
		}
		if len(successors) != 1 {
			t.Fatalf("successors: %v", successors)
		}
		w.alive("after the race", access)
		w.clock.Move(time.Minute)
		w.renew(0, refresh).want(http.StatusBadRequest)
		for next := range successors {
			w.dead("the token was shown after the race", access, next)
		}
	})
}

// A code that is brought while the password is changed, or everything ended, leaves
// nothing behind that admits anybody.
func TestNoGrantSlipsPastTheEndOfAll(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for range 2 {
			code := w.code()
			var got, decided answer
			var all sync.WaitGroup
			all.Go(func() { got = w.exchange(1, code) })
			all.Go(func() { decided = w.decide(w.ask(), "tasks:read") })
			all.Go(func() {
				if err := w.apps[0].ChangePassword(t.Context(), w.ada, password, password+"!", ""); err != nil {
					t.Error(err)
				}
				if err := w.apps[0].ChangePassword(t.Context(), w.ada, password+"!", password, ""); err != nil {
					t.Error(err)
				}
			})
			all.Wait()
			if got.status == http.StatusOK {
				w.dead("the password was changed", got.at("access_token"), got.at("refresh_token"))
			}
			if decided.status == http.StatusOK { // before or after it
				if _, query := decided.sentTo(); query.Get("code") != "" {
					w.exchange(0, query.Get("code"))
				}
			}
			if err := w.apps[0].RevokeAll(t.Context(), w.ada); err != nil {
				t.Fatal(err)
			}
			w.ada, w.session = w.signIn(w.ada)
		}
	})
}

func TestThereAreNoMoreProgramsThanThereMayBe(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		type waiting struct{ client, code string }
		codes := make(chan waiting, mindflow.MaxClientGrants+4)
		first := w.client
		for range cap(codes) {
			codes <- waiting{w.client, w.code()}
			w.client = w.register(`{"redirect_uris": ["` + callback + `"]}`)
		}
		made := 0
		for _, a := range atOnce(cap(codes), func(server int) answer {
			next := <-codes
			return w.exchange(server, next.code, "client_id="+next.client)
		}) {
			switch {
			case a.status == http.StatusOK:
				made++
			case a.at("error") != "invalid_grant":
				t.Errorf("%d %s", a.status, a.body)
			}
		}
		if made != mindflow.MaxClientGrants {
			t.Errorf("%d were made", made)
		}
		w.decide(w.ask(), "tasks:read").want(http.StatusConflict)
		// Connecting anew takes the place of what there is, and needs no room.
		grants, err := w.apps[0].Connected(t.Context(), w.ada)
		if err != nil || len(grants) != mindflow.MaxClientGrants {
			t.Fatal(len(grants), err)
		}
		w.client = grants[0].ClientID
		w.tokens()
		w.client = first
	})
}

// Two who connect the same program at once leave one grant. Seen red with grants of
// one program that stand beside each other.
func TestOfThoseWhoConnectAProgramAtOnceOneGrantIsLeft(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		codes := make(chan string, 20)
		for range cap(codes) {
			codes <- w.code()
		}
		alive := 0
		for _, a := range atOnce(cap(codes), func(server int) answer { return w.exchange(server, <-codes) }) {
			if w.atMCP(0, a.want(http.StatusOK).at("access_token")).status == http.StatusOK {
				alive++
			}
		}
		if grants, err := w.apps[1].Connected(t.Context(), w.ada); err != nil || len(grants) != 1 || alive != 1 {
			t.Errorf("%d grants, %d tokens that are let in, %v", len(grants), alive, err)
		}
	})
}
