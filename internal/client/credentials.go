package client

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// CredentialsFile keeps the credentials of one person's accounts, for their
// eyes only. Several processes may use it at once.
type CredentialsFile struct {
	path string
	only *Account // nil: whichever is current
}

// KeepCredentials names the file to keep credentials in. Neither it nor its
// folder need be there.
func KeepCredentials(path string) *CredentialsFile { return &CredentialsFile{path: path} }

// Of is the same file, read for one account whichever is current.
func (f *CredentialsFile) Of(a Account) *CredentialsFile {
	return &CredentialsFile{path: f.path, only: &a}
}

// Read answers the credentials of the account that is meant, or ErrSignedOut
// when there are none.
func (f *CredentialsFile) Read() (Credentials, error) {
	kept, err := f.Accounts()
	if err != nil {
		return Credentials{}, err
	}
	if f.only == nil {
		return kept.Choose("", "")
	}
	return kept.of(*f.only)
}

var errDamaged = errors.New("holds no credentials that can be read; sign in again")

// Accounts answers all that is kept, or ErrSignedOut when nobody is signed in:
// then only devices are.
func (f *CredentialsFile) Accounts() (Accounts, error) {
	raw, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return Accounts{}, ErrSignedOut
	}
	if err != nil {
		return Accounts{}, fmt.Errorf("read credentials: %w", err)
	}
	var content struct {
		Accounts
		Credentials // the only ones, in a file that knew one account
	}
	err = json.Unmarshal(raw, &content)
	kept := content.Accounts
	if content.RefreshToken != "" {
		kept = Accounts{Current: content.Account(), All: []Credentials{content.Credentials}}
	}
	if err == nil && len(kept.All) == 0 && len(kept.Devices) > 0 {
		return kept, ErrSignedOut
	}
	if err != nil || len(kept.All) == 0 || slices.ContainsFunc(kept.All, Credentials.incomplete) {
		return Accounts{}, fmt.Errorf("%s %w", f.path, errDamaged)
	}
	return kept, nil
}

// Save keeps credentials, in place of those of the same account, and makes
// their account the current one.
func (f *CredentialsFile) Save(ctx context.Context, c Credentials) error {
	return f.change(ctx, func(kept *Accounts) error {
		if i := kept.index(c.Account()); i >= 0 {
			kept.All[i] = c
		} else {
			kept.All = append(kept.All, c)
		}
		kept.Current = c.Account()
		if c.Device != "" {
			kept.keepDevice(Device{c.Account(), c.Device})
		}
		return nil
	})
}

// Use makes an account the current one.
func (f *CredentialsFile) Use(ctx context.Context, a Account) error {
	return f.change(ctx, func(kept *Accounts) error {
		c, err := kept.of(a)
		kept.Current = c.Account()
		return err
	})
}

// Forget forgets the credentials of one account. Having none is fine.
func (f *CredentialsFile) Forget(ctx context.Context, a Account) error {
	return f.change(ctx, func(kept *Accounts) error {
		kept.All = slices.DeleteFunc(kept.All, func(c Credentials) bool { return c.Account().Is(a) })
		if kept.Current.Is(a) {
			kept.Current = Account{}
		}
		return nil
	})
}

// Remove forgets the credentials of all accounts. Having none is fine.
func (f *CredentialsFile) Remove(ctx context.Context) error {
	unlock, err := f.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return f.remove()
}

func (f *CredentialsFile) remove() error {
	if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget credentials: %w", err)
	}
	return nil
}

// change changes what is kept, by one process at a time. A damaged file is as
// good as none.
func (f *CredentialsFile) change(ctx context.Context, do func(kept *Accounts) error) error {
	unlock, err := f.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	kept, err := f.Accounts()
	if err != nil && !errors.Is(err, ErrSignedOut) && !errors.Is(err, errDamaged) {
		return err
	}
	if err := do(&kept); err != nil {
		return err
	}
	if len(kept.All) == 0 && len(kept.Devices) == 0 {
		return f.remove()
	}
	return f.write(kept)
}

// renew exchanges refused credentials for new ones and answers the new access
// token. It is done by one process at a time: a refresh token can be used only
// once, and who waited for the lock takes what the other one got. The new
// tokens are on disk before anybody uses them.
func (f *CredentialsFile) renew(ctx context.Context, refused Credentials, refresh func(context.Context, string) (Tokens, error)) (string, error) {
	unlock, err := f.lock(ctx)
	if err != nil {
		return "", err
	}
	defer unlock()
	all, err := f.Accounts()
	if err != nil {
		return "", err
	}
	kept, err := all.of(refused.Account())
	switch {
	case err != nil:
		return "", err
	case kept.AccessToken != refused.AccessToken:
		return kept.AccessToken, nil
	}
	tokens, err := refresh(ctx, kept.RefreshToken)
	if err != nil && !refusal(err) && ctx.Err() == nil {
		// The answer may have got lost on its way, and the token be spent: the
		// server lets it be shown again for ten seconds.
		tokens, err = refresh(ctx, kept.RefreshToken)
	}
	if unauthenticated(err) {
		return "", &SessionEndedError{Account: kept.Account(), Cause: err}
	}
	if err != nil {
		return "", fmt.Errorf("renew session: %w", err)
	}
	kept.AccessToken, kept.RefreshToken = tokens.AccessToken, tokens.RefreshToken
	all.All[all.index(kept.Account())] = kept
	return kept.AccessToken, f.write(all)
}

// refusal reports whether a server said no, rather than nothing.
func refusal(err error) bool {
	_, said := errors.AsType[*Error](err)
	return said
}

// write replaces the file in one step: whoever reads it finds the old content
// or the new, also after a power cut.
func (f *CredentialsFile) write(kept Accounts) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("keep credentials: %w", err)
		}
	}()
	content, err := json.Marshal(kept, jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	// CreateTemp makes it readable by its owner only.
	temporary, err := os.CreateTemp(filepath.Dir(f.path), ".credentials-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temporary.Name())
		}
	}()
	_, err = temporary.Write(append(content, '\n'))
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), f.path)
}

// patience is how often a lock that somebody holds is tried again.
const patience = 10 * time.Millisecond

// lock keeps other processes from changing the credentials until unlock. A
// process that dies holds nothing.
func (f *CredentialsFile) lock(ctx context.Context) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return nil, fmt.Errorf("keep credentials: %w", err)
	}
	file, err := os.OpenFile(f.path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock credentials: %w", err)
	}
	release := func() { _ = file.Close() } // which lets go of the lock
	for {
		held, err := tryLock(file)
		if err != nil || held {
			if err != nil {
				release()
				return nil, fmt.Errorf("lock credentials: %w", err)
			}
			return release, nil
		}
		select {
		case <-ctx.Done():
			release()
			return nil, fmt.Errorf("wait for another mindflow to renew the session: %w", ctx.Err())
		case <-time.After(patience):
		}
	}
}
