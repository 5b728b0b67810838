package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

const (
	// keptFor is how long a request with an idempotency key is answered alike.
	keptFor = 24 * time.Hour
	// patience is how long a repeat waits for a request that is still running.
	patience = 2 * time.Second
	// A request that runs elsewhere is asked for again after a pause, which
	// grows from the first to the last.
	firstPause, lastPause = 20 * time.Millisecond, 200 * time.Millisecond
)

var errOtherRequest = &mindflow.Error{
	Kind: mindflow.KindInvalid, Message: "This Idempotency-Key belongs to another request",
	Fields: []mindflow.FieldError{{Field: "Idempotency-Key", Message: "was used with another address or body; take a new key for each request"}},
}

// writeOnce is write for an actor with an idempotency key. What fn answers is
// kept, as JSON, in the transaction it changes things in; so both are there or
// neither is. Errors are not kept: nothing was done, and the next try may fare
// better. The key is looked up before fn and kept after it, rather than first
// kept and then completed: a change that fails has then written nothing, and
// does not undo those it would be committed with.
func writeOnce[T any](ctx context.Context, a *App, actor mindflow.Actor, need can.Need, fn func(*store.Tx) (T, error)) (T, error) {
	var result T
	err := a.inTurn(ctx, actor, func(ctx context.Context) error {
		return a.store.Write(ctx, func(tx *store.Tx) error {
			known, err := recall(tx, actor, need)
			if err != nil {
				return err
			}
			var fresh T
			if result = fresh; known.Answer != "" {
				mindflow.TraceOf(ctx).Changed(changeOf(known.Answer))
				return decodeAnswer(known.Answer, &result)
			}
			if result, err = fn(tx); err != nil {
				return err
			}
			if err := a.conclude(ctx, tx, actor); err != nil {
				return err
			}
			answer, err := encodeAnswer(result)
			if err != nil {
				return err
			}
			mindflow.TraceOf(ctx).Changed(tx.Change())
			return tx.KeepAnswer(actor, withChange(answer, tx.Change()), tx.Now().Add(keptFor))
		})
	})
	return result, err
}

// recall admits the actor and reads what is known of the request with their
// key: an answer, or none when it shall be done now.
func recall(tx *store.Tx, actor mindflow.Actor, need can.Need) (store.KeyedRequest, error) {
	if err := tx.LockOnce(actor); err != nil {
		return store.KeyedRequest{}, err
	}
	if err := admit(tx, actor, need); err != nil {
		return store.KeyedRequest{}, err
	}
	known, err := tx.KeyedRequest(actor)
	switch {
	case mindflow.KindOf(err) == mindflow.KindNotFound:
		return store.KeyedRequest{}, nil
	case err != nil:
		return known, err
	case !strings.HasPrefix(known.Hash, actor.Key.Hash): // a file's hash is added to it
		return known, errOtherRequest
	case known.Answer == "" && tx.Now().Before(known.ClaimedUntil):
		return known, store.ErrRunning
	}
	return known, nil
}

// Answers are kept as JSON of the use case's result, with the names of its Go
// fields: every transport renders it again in its own way. A field may be added
// any day, and renamed or retyped only as if it stood in a database.

func encodeAnswer(result any) (string, error) {
	encoded, err := json.Marshal(result)
	if err != nil {
		return "", fmt.Errorf("encode answer: %w", err)
	}
	return string(encoded), nil
}

// changeKey begins an answer that says what undoes the change. No use case answers
// a field of that name, so whoever reads the answer passes over it.
const changeKey = `{"Change":`

// withChange is an answer that says what undoes the change; a list cannot.
func withChange(answer string, change mindflow.ChangeID) string {
	fields, object := strings.CutPrefix(answer, "{")
	if change == "" || !object || fields == "}" {
		return answer
	}
	quoted, _ := json.Marshal(change) // a string always encodes
	return changeKey + string(quoted) + "," + fields
}

// changeOf is what undoes the change an answer is of, empty where it does not say.
func changeOf(answer string) mindflow.ChangeID {
	var kept struct{ Change mindflow.ChangeID }
	if strings.HasPrefix(answer, changeKey) {
		_ = decodeAnswer(answer, &kept) // what cannot be read says nothing
	}
	return kept.Change
}

func decodeAnswer(answer string, result any) error {
	if err := json.Unmarshal([]byte(answer), result); err != nil {
		return fmt.Errorf("decode answer: %w", err)
	}
	return nil
}

// inTurn runs what an actor's key is for. While the same key is busy, here or
// on another server, it waits, with patience; then it answers store.ErrRunning.
func (a *App) inTurn(ctx context.Context, actor mindflow.Actor, run func(context.Context) error) error {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	turn := turnOf(actor)
	asking := ctx // a first one has all the time there is
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		over, err := a.turns.take(turn, func() error { return run(asking) })
		gaveUp := errors.Is(err, context.DeadlineExceeded) && mindflow.KindOf(err) == mindflow.KindInternal && waiting.Err() != nil
		if over == nil && !errors.Is(err, store.ErrRunning) && !gaveUp {
			return err
		}
		asking = waiting
		var elsewhere <-chan time.Time
		if over == nil {
			elsewhere = time.After(pause)
		}
		select {
		case <-over:
		case <-elsewhere:
		case <-waiting.Done():
			if err := ctx.Err(); err != nil {
				return err
			}
			return store.ErrRunning
		}
	}
}

// turns let requests with one key run one after another.
type turns struct {
	mu   sync.Mutex
	busy map[turn]chan struct{}
}

// turn is what a key is scoped to.
type turn struct {
	workspace   mindflow.WorkspaceID
	user        mindflow.UserID
	route, name string
}

func newTurns() *turns { return &turns{busy: map[turn]chan struct{}{}} }

func turnOf(actor mindflow.Actor) turn {
	return turn{actor.WorkspaceID, actor.UserID, actor.Key.Route, actor.Key.Name}
}

// take runs a turn if it is free; if not, it answers what is closed once it is.
func (t *turns) take(which turn, run func() error) (<-chan struct{}, error) {
	t.mu.Lock()
	over, busy := t.busy[which]
	if busy {
		t.mu.Unlock()
		return over, nil
	}
	over = make(chan struct{})
	t.busy[which] = over
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		delete(t.busy, which)
		t.mu.Unlock()
		close(over)
	}()
	return nil, run()
}

// purgeBite bounds how many keys are forgotten in one transaction.
const purgeBite = 500

// PurgeIdempotencyKeys forgets the keys whose time is over, bite by bite, and
// answers how many.
func (a *App) PurgeIdempotencyKeys(ctx context.Context) (int, error) {
	return a.bites(ctx, purgeBite, func(tx *store.Tx) (int, error) { return tx.PurgeKeys(purgeBite) })
}
