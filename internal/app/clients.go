package app

import (
	"context"

	"mindflow/internal/mindflow"
)

// ClientDocuments reads what programs publish about themselves.
type ClientDocuments interface {
	// ClientDocument answers the client whose id is the address of a document that
	// describes it. Its kind is DocumentClient. An error that people may read, a
	// mindflow.InvalidField of "client_id", says why there is none.
	ClientDocument(ctx context.Context, id string) (mindflow.Client, error)
}
