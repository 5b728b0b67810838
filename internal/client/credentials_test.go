package client_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"mindflow/internal/client"
)

func TestCredentialsAreForOnePersonsEyes(t *testing.T) {
	_, file, path := newServer(t).signIn(t)
	for name, want := range map[string]fs.FileMode{path: 0o600, path + ".lock": 0o600, filepath.Dir(path): 0o700 | fs.ModeDir} {
		info, err := os.Stat(name)
		if err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 2 {
		t.Errorf("something is left behind: %v, %v", entries, err)
	}
	for range 2 { // having none is fine
		if err := file.Remove(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if _, err := file.Read(); !errors.Is(err, client.ErrSignedOut) {
		t.Error(err)
	}
}

func TestAnExpiredAccessTokenIsRenewed(t *testing.T) {
	s := newServer(t)
	c, file, _ := s.signIn(t)
	before, _ := file.Read()
	s.expire()
	for range 2 {
		if _, err := c.Me(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	after, err := file.Read()
	if err != nil || after.AccessToken == before.AccessToken || after.RefreshToken == before.RefreshToken || after.Email != email {
		t.Errorf("kept %v, %v", after, err)
	}
	if n := s.refreshes.Load(); n != 1 {
		t.Errorf("refreshed %d times", n)
	}
}

func TestClientsThatRenewAtOnceDoItOnce(t *testing.T) {
	s := newServer(t)
	_, file, path := s.signIn(t)
	for round := range 3 {
		s.expire()
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() { // each as a process of its own would
				if _, err := s.client(t).As(client.KeepCredentials(path)).Me(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if n := s.refreshes.Load(); int(n) != round+1 {
			t.Errorf("refreshed %d times in %d rounds", n, round+1)
		}
	}
	if _, err := s.client(t).As(file).Me(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestARenewalWhoseAnswerIsLostIsRepeated(t *testing.T) {
	s := newServer(t)
	c, _, _ := s.signIn(t)
	s.expire()
	var once sync.Once
	s.stand(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == "/api/auth/refresh" {
			lost := false
			once.Do(func() {
				next.ServeHTTP(httptest.NewRecorder(), r)
				lost = true
			})
			if lost {
				panic(http.ErrAbortHandler)
			}
		}
		next.ServeHTTP(w, r)
	})
	if _, err := c.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.expire()
	if _, err := c.Me(t.Context()); err != nil {
		t.Errorf("the session did not outlive it: %v", err)
	}
}

func TestNewTokensAreKeptBeforeTheyAreUsed(t *testing.T) {
	s := newServer(t)
	c, file, _ := s.signIn(t)
	s.expire()
	s.stand(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if access, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
			if kept, err := file.Read(); err != nil || kept.AccessToken != access {
				t.Errorf("a token was used that is not kept: %v", err)
			}
		}
		next.ServeHTTP(w, r)
	})
	if _, err := c.Me(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestASessionThatEndedSaysSo(t *testing.T) {
	s := newServer(t)
	c, file, _ := s.signIn(t)
	kept, err := file.Read()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Logout(t.Context(), kept.RefreshToken); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Me(t.Context()); !errors.Is(err, client.ErrSessionEnded) {
		t.Error(err)
	}
}

func TestAServerThatDiesInARenewal(t *testing.T) {
	s := newServer(t)
	c, _, _ := s.signIn(t)
	s.expire()
	s.stand(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == "/api/auth/refresh" {
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	})
	if _, err := c.Me(t.Context()); !errors.Is(err, client.ErrUnreachable) || !strings.HasPrefix(err.Error(), "renew session: ") {
		t.Error(err)
	}
}

// inTheMiddle runs something between a refused call and its renewal.
func inTheMiddle(s *server, run func()) {
	var once sync.Once
	s.stand(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(w, r)
		once.Do(run)
	})
}

func TestWhatHappensBetweenARefusalAndItsRenewal(t *testing.T) {
	for name, row := range map[string]struct {
		change func(t *testing.T, f *client.CredentialsFile)
		want   error
	}{
		"somebody signs out": {func(t *testing.T, f *client.CredentialsFile) {
			t.Helper()
			if err := f.Remove(t.Context()); err != nil {
				t.Error(err)
			}
		}, client.ErrSignedOut},
		"somebody signs out of this account only": {func(t *testing.T, f *client.CredentialsFile) {
			t.Helper()
			other := client.Credentials{Server: "http://elsewhere", AccessToken: "a", RefreshToken: "r"}
			if err := f.Save(t.Context(), other); err != nil {
				t.Error(err)
			}
			kept, err := f.Accounts()
			if err := errors.Join(err, f.Forget(t.Context(), kept.All[0].Account())); err != nil {
				t.Error(err)
			}
		}, client.ErrSignedOut},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			c, file, _ := s.signIn(t)
			s.expire()
			inTheMiddle(s, func() { row.change(t, file) })
			if _, err := c.Me(t.Context()); !errors.Is(err, row.want) {
				t.Error(err)
			}
			if n := s.refreshes.Load(); n != 0 {
				t.Errorf("refreshed %d times", n)
			}
		})
	}
}

func TestARenewalIsOfTheAccountThatWasRefused(t *testing.T) {
	s := newServer(t)
	c, file, _ := s.signIn(t)
	s.expire()
	other := client.Credentials{Server: "http://elsewhere", Email: "bob@example.com", AccessToken: "a", RefreshToken: "r"}
	inTheMiddle(s, func() {
		if err := file.Save(t.Context(), other); err != nil { // who is current from now on
			t.Error(err)
		}
	})
	if _, err := c.Me(t.Context()); err != nil {
		t.Error(err)
	}
	kept, err := file.Accounts()
	if err != nil || len(kept.All) != 2 || kept.All[1] != other || !kept.Current.Is(other.Account()) {
		t.Errorf("kept %+v, %v", kept, err)
	}
}

// account is somebody's, with tokens that are like nobody else's.
func account(email, server string) client.Credentials {
	return client.Credentials{Server: server, Email: email, AccessToken: "a of " + email + server, RefreshToken: "r of " + email + server}
}

func TestSeveralAccounts(t *testing.T) {
	home, work := account("ada@example.com", "http://127.0.0.1:8000"), account("ada@example.com", "https://mind.example.org")
	bob := account("bob@example.com", "https://mind.example.org")
	path := filepath.Join(t.TempDir(), "credentials.json")
	file := client.KeepCredentials(path)
	for _, c := range []client.Credentials{home, work, bob} {
		if err := file.Save(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := file.Accounts()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		server, name string
		want         client.Credentials
		err          error
	}{
		{"", "", bob, nil},
		{"http://127.0.0.1:8000", "", home, nil},
		{"https://mind.example.org", "", bob, nil}, // the current one
		{"https://mind.example.org", "ADA@example.com", work, nil},
		{"", "ada@example.com@mind.example.org", work, nil},
		{"", "ada@example.com@127.0.0.1:8000", home, nil},
		{"", "ada@example.com@http://127.0.0.1:8000", home, nil},
		{"", "ada@example.com", client.Credentials{}, client.ErrManyAccounts},
		{"", "eve@example.com", client.Credentials{}, client.ErrSignedOut},
		{"http://127.0.0.1:8000", "bob@example.com", client.Credentials{}, client.ErrSignedOut},
		{"http://127.0.0.1:9000", "", client.Credentials{}, client.ErrSignedOut},
		{"http://mind.example.org", "", client.Credentials{}, client.ErrSignedOut}, // without encryption
	} {
		if got, err := kept.Choose(row.server, row.name); got != row.want || !errors.Is(err, row.err) {
			t.Errorf("%q at %q: %v, %v", row.name, row.server, got, err)
		}
	}
	if got, err := file.Of(home.Account()).Read(); err != nil || got != home {
		t.Errorf("%v, %v", got, err)
	}
	if n := len(kept.Named("mind.example.org")); n != 2 {
		t.Errorf("%d accounts at the host", n)
	}

	changed := home
	changed.Email, changed.AccessToken = "Ada@Example.com", "another"
	if err := errors.Join(file.Save(t.Context(), changed), file.Use(t.Context(), work.Account()), file.Forget(t.Context(), work.Account())); err != nil {
		t.Fatal(err)
	}
	kept, err = file.Accounts()
	if err != nil || len(kept.All) != 2 || kept.All[0] != changed || kept.Current != (client.Account{}) {
		t.Errorf("kept %+v, %v", kept, err)
	}
	if _, err := file.Read(); !errors.Is(err, client.ErrManyAccounts) { // none of the two is current any more
		t.Error(err)
	}
	if err := file.Use(t.Context(), work.Account()); !errors.Is(err, client.ErrSignedOut) {
		t.Error(err)
	}
	if err := errors.Join(file.Forget(t.Context(), home.Account()), file.Forget(t.Context(), home.Account())); err != nil {
		t.Error(err)
	}
	if got, err := file.Read(); err != nil || got != bob { // the only one that is left
		t.Errorf("%v, %v", got, err)
	}
	if err := file.Forget(t.Context(), bob.Account()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestAFileOfOneAccountIsReadAndRewritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "credentials.json")
	before := `{"server": "http://127.0.0.1:8000", "email": "ada@example.com", "access_token": "a", "refresh_token": "r"}`
	if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	file := client.KeepCredentials(path)
	ada := client.Credentials{Server: "http://127.0.0.1:8000", Email: "ada@example.com", AccessToken: "a", RefreshToken: "r"}
	if got, err := file.Read(); err != nil || got != ada {
		t.Errorf("%v, %v", got, err)
	}
	bob := account("bob@example.com", "http://127.0.0.1:8000")
	if err := file.Save(t.Context(), bob); err != nil {
		t.Fatal(err)
	}
	kept, err := file.Accounts()
	if err != nil || len(kept.All) != 2 || kept.All[0] != ada || kept.All[1] != bob {
		t.Errorf("%+v, %v", kept, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	for _, damaged := range []string{`{}`, `{"accounts": []}`, `{"accounts": [{"email": "x"}]}`, `[]`} {
		if err := os.WriteFile(path, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := file.Read(); err == nil || errors.Is(err, client.ErrSignedOut) {
			t.Errorf("%s: %v", damaged, err)
		}
		if err := file.Save(t.Context(), bob); err != nil {
			t.Error(err)
		}
	}
}

func TestALockThatSomebodyHoldsIsWaitedFor(t *testing.T) {
	_, file, path := newServer(t).signIn(t)
	lock, err := os.OpenFile(path+".lock", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if err := file.Remove(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if err := file.Save(ctx, client.Credentials{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	done := make(chan error, 1)
	go func() { done <- file.Remove(t.Context()) }()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_UN); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAPlaceThatKeepsNothing(t *testing.T) {
	dir := t.TempDir()
	blocked := filepath.Join(dir, "file")
	if err := os.WriteFile(blocked, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	t.Run("a folder that is a file", func(t *testing.T) {
		f := client.KeepCredentials(filepath.Join(blocked, "credentials.json"))
		if _, err := f.Read(); err == nil || errors.Is(err, client.ErrSignedOut) {
			t.Error(err)
		}
		if f.Save(ctx, client.Credentials{}) == nil || f.Remove(ctx) == nil {
			t.Error("no error")
		}
	})
	t.Run("a lock that is a folder", func(t *testing.T) {
		f := client.KeepCredentials(filepath.Join(dir, "a"))
		if err := os.Mkdir(filepath.Join(dir, "a.lock"), 0o700); err != nil {
			t.Fatal(err)
		}
		if f.Save(ctx, client.Credentials{}) == nil {
			t.Error("no error")
		}
	})
	t.Run("a file that is a folder with something in it", func(t *testing.T) {
		if err := os.MkdirAll(filepath.Join(dir, "b", "c"), 0o700); err != nil {
			t.Fatal(err)
		}
		f := client.KeepCredentials(filepath.Join(dir, "b"))
		if f.Save(ctx, client.Credentials{}) == nil || f.Remove(ctx) == nil {
			t.Error("no error")
		}
		if left, _ := filepath.Glob(filepath.Join(dir, ".credentials-*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	t.Run("a file that was damaged", func(t *testing.T) {
		if _, err := client.KeepCredentials(blocked).Read(); err == nil || !strings.Contains(err.Error(), "sign in again") {
			t.Error(err)
		}
	})
}
