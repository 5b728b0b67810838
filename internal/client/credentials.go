package client

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Credentials are who is signed in where, and the tokens that prove it.
type Credentials struct {
	Server       string `json:"server"`
	Email        string `json:"email"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
}

// CredentialsFile keeps credentials, for one person's eyes only. Several
// processes may use it at once.
type CredentialsFile struct{ path string }

// KeepCredentials names the file to keep credentials in. Neither it nor its
// folder need be there.
func KeepCredentials(path string) *CredentialsFile { return &CredentialsFile{path} }

// Read answers what is kept, or ErrSignedOut when nothing is.
func (f *CredentialsFile) Read() (Credentials, error) {
	var kept Credentials
	raw, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return kept, ErrSignedOut
	}
	if err != nil {
		return kept, fmt.Errorf("read credentials: %w", err)
	}
	if err := json.Unmarshal(raw, &kept); err != nil || kept.Server == "" || kept.RefreshToken == "" {
		return kept, fmt.Errorf("%s holds no credentials that can be read; sign in again", f.path)
	}
	return kept, nil
}

// Save keeps credentials in place of those kept before.
func (f *CredentialsFile) Save(ctx context.Context, c Credentials) error {
	unlock, err := f.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return f.write(c)
}

// Remove forgets the credentials. Having none is fine.
func (f *CredentialsFile) Remove(ctx context.Context) error {
	unlock, err := f.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget credentials: %w", err)
	}
	return nil
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
	kept, err := f.Read()
	switch {
	case err != nil:
		return "", err
	case kept.Server != refused.Server:
		return "", fmt.Errorf("%w at %s any more", ErrSignedOut, refused.Server)
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
		return "", fmt.Errorf("%w: %w", ErrSessionEnded, err)
	}
	if err != nil {
		return "", fmt.Errorf("renew session: %w", err)
	}
	kept.AccessToken, kept.RefreshToken = tokens.AccessToken, tokens.RefreshToken
	return kept.AccessToken, f.write(kept)
}

// refusal reports whether a server said no, rather than nothing.
func refusal(err error) bool {
	_, said := errors.AsType[*Error](err)
	return said
}

// write replaces the file in one step: whoever reads it finds the old content
// or the new, also after a power cut.
func (f *CredentialsFile) write(c Credentials) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("keep credentials: %w", err)
		}
	}()
	content, err := json.Marshal(c, jsontext.WithIndent("  "))
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
