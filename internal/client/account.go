package client

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"mindflow/internal/mindflow"
)

// Account is who somebody is, and at which server.
type Account struct {
	Server string `json:"server"`
	Email  string `json:"email"`
}

// Is reports whether both are the same: upper and lower case in an e-mail
// address make no other one.
func (a Account) Is(b Account) bool {
	return a.Server == b.Server && mindflow.Fold(a.Email) == mindflow.Fold(b.Email)
}

// String names the account in a sentence.
func (a Account) String() string { return a.Email + " at " + a.Server }

// Called reports whether a name means the account: the e-mail address, or that
// with @ and the server's address or host.
func (a Account) Called(name string) bool {
	name, email := mindflow.Fold(name), mindflow.Fold(a.Email)
	if name == email {
		return true
	}
	at, ok := strings.CutPrefix(name, email+"@")
	return ok && a.at(at)
}

// at reports whether the server is meant by its address or host.
func (a Account) at(server string) bool {
	u, err := url.Parse(a.Server)
	return err == nil && (server == mindflow.Fold(a.Server) || server == mindflow.Fold(u.Host) || server == mindflow.Fold(u.Hostname()))
}

// Credentials are an account and the tokens that prove it.
type Credentials struct {
	Server       string `json:"server"`
	Email        string `json:"email"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	Device       string `json:"-"` // of a sign-in, to be kept beyond the session
}

// Account is whose credentials they are.
func (c Credentials) Account() Account { return Account{c.Server, c.Email} }

func (c Credentials) incomplete() bool { return c.Server == "" || c.RefreshToken == "" }

// Accounts are all that somebody is signed in to, in the order of signing in.
type Accounts struct {
	Current Account       `json:"current,omitzero"` // none: nobody has chosen since it was signed out of
	All     []Credentials `json:"accounts"`
	Devices []Device      `json:"devices,omitzero"` // of accounts signed out of, too
}

// Device is what a server calls this machine, since somebody has signed in to
// an account from it. It admits nobody.
type Device struct {
	Account
	Value string `json:"device"`
}

// Device is what to show when signing in to an account; empty when nobody has
// from here.
func (k Accounts) Device(a Account) string {
	for _, d := range k.Devices {
		if d.Is(a) {
			return d.Value
		}
	}
	return ""
}

func (k *Accounts) keepDevice(d Device) {
	k.Devices = append(slices.DeleteFunc(k.Devices, func(known Device) bool { return known.Is(d.Account) }), d)
}

func (k Accounts) index(a Account) int {
	for i, c := range k.All {
		if c.Account().Is(a) {
			return i
		}
	}
	return -1
}

func (k Accounts) of(a Account) (Credentials, error) {
	if i := k.index(a); i >= 0 {
		return k.All[i], nil
	}
	return Credentials{}, fmt.Errorf("%w as %s any more", ErrSignedOut, a)
}

// Choose answers the account that a server's address and a name mean, either
// of which may be empty. Of several the current one is meant.
func (k Accounts) Choose(server, name string) (Credentials, error) {
	var found []Credentials
	for _, c := range k.All {
		if (server == "" || c.Server == server) && (name == "" || c.Account().Called(name)) {
			if c.Account().Is(k.Current) {
				return c, nil
			}
			found = append(found, c)
		}
	}
	switch len(found) {
	case 0:
		return Credentials{}, fmt.Errorf("%w%s, but as %s", ErrSignedOut, sought(server, name), listed(k.All))
	case 1:
		return found[0], nil
	}
	return Credentials{}, fmt.Errorf("%w: %s", ErrManyAccounts, listed(found))
}

// Named answers the accounts that a name means: an e-mail address, a server,
// or both.
func (k Accounts) Named(name string) []Credentials {
	var found []Credentials
	server := mindflow.Fold(strings.TrimRight(name, "/"))
	for _, c := range k.All {
		if a := c.Account(); a.Called(name) || a.at(server) {
			found = append(found, c)
		}
	}
	return found
}

func sought(server, name string) string {
	s := ""
	if name != "" {
		s += " as " + name
	}
	if server != "" {
		s += " at " + server
	}
	return s
}

func listed(all []Credentials) string {
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.Account().String()
	}
	return strings.Join(names, ", ")
}
