package store_test

import (
	"fmt"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// Anybody may register clients. Fails when more are kept than there is room for,
// when the newest go, or when one goes that somebody has granted something.
func TestOfTheClientsThatNobodyGrantsAnythingTheNewestAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, began := t.Context(), s.Now()
		ids := make([]mindflow.ClientID, 6)
		for i := range ids {
			at := began.Add(time.Duration(i) * time.Second)
			ids[i] = mindflow.NewID[mindflow.Client](at)
			err := s.Write(ctx, func(tx *store.Tx) error {
				err := tx.CreateClient(ids[i], mindflow.Client{Name: fmt.Sprint(i), RedirectURIs: []string{"https://a.example/", "http://localhost/"}, CreatedAt: at})
				if err != nil || i > 0 {
					return err
				}
				return tx.UsedClient(ids[i])
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.TrimClients(2) }); err != nil {
			t.Fatal(err)
		}
		for i, kept := range []bool{true, false, false, false, true, true} {
			c, err := s.Client(ctx, ids[i], began.Add(-time.Hour))
			switch {
			case !kept && mindflow.KindOf(err) != mindflow.KindNotFound:
				t.Errorf("%d: %+v, %v", i, c, err)
			case kept && (err != nil || c.Name != fmt.Sprint(i) || len(c.RedirectURIs) != 2):
				t.Errorf("%d: %+v, %v", i, c, err)
			}
		}
	})
}
