package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"sync"
	"time"

	"mindflow/internal/app/can"
	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// claimTime is how long a claim holds unless it is renewed: so long a request
// that died with its server is taken to be running.
const claimTime = time.Minute

// importOnce is Import for an actor with an idempotency key. It takes many
// transactions, so the key is claimed first and answered at the end. The hash of
// the file is known only once all of it was read: until then a repeat is told
// from another request by its address alone.
func (a *App) importOnce(ctx context.Context, actor mindflow.Actor, in Import, file io.Reader) (ImportReport, error) {
	hash := sha256.New()
	body := io.TeeReader(file, hash)
	claim, known, err := a.claim(ctx, actor, map[bool]can.Need{true: can.View, false: can.Edit}[in.DryRun])
	if err != nil {
		return ImportReport{}, err
	}
	whole := func() (string, error) {
		_, err := io.Copy(io.Discard, body)
		return actor.Key.Hash + hex.EncodeToString(hash.Sum(nil)), err
	}
	if known.Answer != "" {
		mindflow.TraceOf(ctx).Changed(changeOf(known.Answer))
		return recallImport(known, whole)
	}
	stop, kept := a.renewing(ctx, actor, claim), false
	defer func() {
		stop()
		if !kept { // the source ids see to it that a repeat doubles nothing
			_ = a.store.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.ReleaseClaim(actor, claim) }) // else its time runs out
		}
	}()
	unkeyed := actor
	unkeyed.Key = nil
	report, err := a.importFile(ctx, unkeyed, in, body)
	if err == nil {
		err = a.answerClaim(ctx, actor, claim, &report, whole)
	}
	kept = err == nil
	return report, err
}

func recallImport(known store.KeyedRequest, whole func() (string, error)) (report ImportReport, err error) {
	hash, err := whole()
	switch {
	case err != nil:
		return report, err
	case hash != known.Hash:
		return report, errOtherRequest
	}
	return report, decodeAnswer(known.Answer, &report)
}

// claim takes the actor's key for a request of many transactions, or answers
// what is known of it.
func (a *App) claim(ctx context.Context, actor mindflow.Actor, need can.Need) (claim store.ClaimID, known store.KeyedRequest, err error) {
	err = a.inTurn(ctx, actor, func(ctx context.Context) error {
		return a.store.Write(ctx, func(tx *store.Tx) error {
			var err error
			if known, err = recall(tx, actor, need); err != nil || known.Answer != "" {
				return err
			}
			claim = mindflow.NewID[store.KeyedRequest](tx.Now())
			return tx.ClaimRequest(actor, claim, tx.Now().Add(claimTime), tx.Now().Add(keptFor))
		})
	})
	return claim, known, err
}

// renewing keeps a claim up until it is stopped. Should that fail, the next
// time may do; a claim that is lost is noticed at the end.
func (a *App) renewing(ctx context.Context, actor mindflow.Actor, claim store.ClaimID) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var renewer sync.WaitGroup
	renewer.Go(func() {
		ticker := time.NewTicker(claimTime / 3)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				_ = mindflow.Catch(func() error {
					return a.store.Write(ctx, func(tx *store.Tx) error { return tx.RenewClaim(actor, claim, tx.Now().Add(claimTime)) })
				})
			}
		}
	})
	return func() { cancel(); renewer.Wait() }
}

// answerClaim keeps the report of a claimed import.
func (a *App) answerClaim(ctx context.Context, actor mindflow.Actor, claim store.ClaimID, report *ImportReport, whole func() (string, error)) error {
	hash, err := whole()
	if err != nil {
		return err
	}
	answer, err := a.fitted(ctx, actor, report)
	if err != nil {
		return err
	}
	if trace := mindflow.TraceOf(ctx); trace != nil {
		answer = withChange(answer, trace.Change())
	}
	return a.store.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		return tx.AnswerClaim(actor, claim, hash, answer, tx.Now().Add(keptFor))
	})
}

const (
	// maxAnswer bounds what is kept for a key. Tasks never come near it.
	maxAnswer = 256 << 10
	// longAnswers is how many a person's keys may keep of that length, and
	// shortAnswer what is kept for each beyond: a day sees many requests.
	longAnswers = 100
	shortAnswer = 1 << 10
)

// fitted is the report as it is kept. One that is too long loses its last
// remarks, before anybody has read it.
func (a *App) fitted(ctx context.Context, actor mindflow.Actor, r *ImportReport) (string, error) {
	most := maxAnswer
	kept, err := a.store.KeptAnswers(ctx, actor)
	if err != nil {
		return "", err
	}
	if kept >= longAnswers {
		most = shortAnswer
	}
	for {
		answer, err := encodeAnswer(r)
		if err != nil || len(answer) <= most || len(r.Remarks) == 0 {
			return answer, err
		}
		fewer := len(r.Remarks) / 2
		r.Omitted += len(r.Remarks) - fewer
		r.Remarks = r.Remarks[:fewer]
	}
}
