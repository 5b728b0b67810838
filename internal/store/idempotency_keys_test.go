package store_test

import (
	"sync"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// Fails when the key's time is looked at only where the keys are chosen: it has
// changed when it is its turn to go.
func TestAKeyTakenAnewIsNotForgotten(t *testing.T) {
	pooled(t, func(t *testing.T, s *store.Store) {
		ada := newPerson(t, s, "ada@example.com")
		ada.Key = &mindflow.IdempotencyKey{Name: "k", Route: "r", Hash: "h"}
		write(t, s, func(tx *store.Tx) error { return tx.KeepAnswer(ada, "old", tx.Now()) })
		taken, gate := make(chan struct{}), make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() {
			write(t, s, func(tx *store.Tx) error {
				err := tx.KeepAnswer(ada, "new", tx.Now().Add(time.Hour))
				close(taken)
				<-gate
				return err
			})
		})
		<-taken
		time.AfterFunc(300*time.Millisecond, func() { close(gate) })
		write(t, s, func(tx *store.Tx) error {
			n, err := tx.PurgeKeys(10)
			if n != 0 {
				t.Errorf("forgot %d", n)
			}
			return err
		})
		all.Wait()
		write(t, s, func(tx *store.Tx) error {
			known, err := tx.KeyedRequest(ada)
			if known.Answer != "new" {
				t.Errorf("known is %+v", known)
			}
			return err
		})
	})
}

// Fails when the workspace's absence passes for a busy key.
func TestAKeyOfAWorkspaceThatIsGoneIsNotFound(t *testing.T) {
	pooled(t, func(t *testing.T, s *store.Store) {
		nobody := mindflow.Actor{
			UserID: mindflow.NewID[mindflow.User](s.Now()), WorkspaceID: mindflow.NewID[mindflow.Workspace](s.Now()),
			Key: &mindflow.IdempotencyKey{Name: "k", Route: "r", Hash: "h"},
		}
		if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.LockOnce(nobody) }); mindflow.KindOf(err) != mindflow.KindNotFound {
			t.Errorf("told %v", err)
		}
	})
}
