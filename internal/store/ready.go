package store

import (
	"context"
	"fmt"
)

// Ready reports whether the database answers and its schema has every step this
// program needs.
func (s *Store) Ready(ctx context.Context) error {
	behind, err := s.Behind(ctx)
	if err == nil && behind > 0 {
		err = fmt.Errorf("the schema is %d steps behind", behind)
	}
	return err
}
