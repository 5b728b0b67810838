// Package passkeytest is a browser with an authenticator, for tests: it makes
// passkeys and signs with them, honestly or as it is told to.
package passkeytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// Device makes passkeys at an origin and keeps them.
type Device struct {
	// Origin is the page's that asks.
	Origin string
	// Synced devices keep passkeys in more than one place.
	Synced bool
	// Lies, where they are set.
	Unverified bool   // the person has shown neither PIN nor finger
	RPID       string // signed in place of the one that was asked for
	Handle     []byte // of another person
	Count      int    // signs with this count
	Transports []string
	KeyBytes   int // more of the public key than there is to it

	tb   testing.TB
	keys []key
}

type key struct {
	id, handle []byte
	private    *ecdsa.PrivateKey
	rpID       string
	count      uint32
}

// New is a device with a browser at an origin.
func New(tb testing.TB, origin string) *Device {
	tb.Helper()
	return &Device{Origin: origin, tb: tb, Count: -1, Transports: []string{"internal", "hybrid"}}
}

// Flags of what an authenticator has seen and is.
const (
	present    = 1 << 0
	verified   = 1 << 2
	eligible   = 1 << 3
	backedUp   = 1 << 4
	attested   = 1 << 6
	idBytes    = 32
	coordBytes = 32
)

func (d *Device) flags() byte {
	flags := byte(present)
	if !d.Unverified {
		flags |= verified
	}
	if d.Synced {
		flags |= eligible | backedUp
	}
	return flags
}

func (d *Device) must(err error) {
	d.tb.Helper()
	if err != nil {
		d.tb.Fatal(err)
	}
}

func text(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (d *Device) bytes(s string) []byte {
	d.tb.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	d.must(err)
	return b
}

// clientData is what the browser says of the ceremony.
func (d *Device) clientData(kind, challenge string) []byte {
	raw, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.Origin, "crossOrigin": false})
	d.must(err)
	return raw
}

func (d *Device) authData(rpID string, flags byte, count uint32) []byte {
	if d.RPID != "" {
		rpID = d.RPID
	}
	sum := sha256.Sum256([]byte(rpID))
	return binary.BigEndian.AppendUint32(append(sum[:], flags), count)
}

// Make makes a passkey as the options say, and answers what a page sends on.
func (d *Device) Make(options []byte) []byte {
	d.tb.Helper()
	var o struct {
		Challenge string
		RP        struct{ ID string }
		User      struct{ ID string }
		Exclude   []struct{ ID string } `json:"excludeCredentials"`
		Selection struct {
			UserVerification string
			ResidentKey      string
		} `json:"authenticatorSelection"`
	}
	d.must(json.Unmarshal(options, &o))
	if o.Selection.UserVerification != "required" || o.Selection.ResidentKey != "required" {
		d.tb.Errorf("a passkey is not asked for: %s", options)
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	d.must(err)
	k := key{id: make([]byte, idBytes), handle: d.bytes(o.User.ID), private: private, rpID: o.RP.ID}
	_, _ = rand.Read(k.id)
	d.keys = append(d.keys, k)
	point, err := private.PublicKey.Bytes()
	d.must(err)
	parts := map[int]any{1: 2, 3: -7, -1: 1, -2: point[1 : 1+coordBytes], -3: point[1+coordBytes:]}
	if d.KeyBytes > 0 {
		parts[-70_000] = make([]byte, d.KeyBytes)
	}
	public, err := webauthncbor.Marshal(parts)
	d.must(err)
	auth := d.authData(o.RP.ID, d.flags()|attested, 0)
	auth = append(auth, make([]byte, 16)...) // of no known make
	auth = binary.BigEndian.AppendUint16(auth, idBytes)
	auth = append(append(auth, k.id...), public...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": auth})
	d.must(err)
	answer, err := json.Marshal(map[string]any{
		"id": text(k.id), "rawId": text(k.id), "type": "public-key", "authenticatorAttachment": "platform",
		"clientExtensionResults": map[string]any{},
		"response": map[string]any{
			"clientDataJSON": text(d.clientData("webauthn.create", o.Challenge)), "attestationObject": text(object),
			"transports": d.Transports,
		},
	})
	d.must(err)
	return answer
}

// Sign signs with the newest passkey, and answers what a page sends on.
func (d *Device) Sign(options []byte) []byte {
	d.tb.Helper()
	return d.SignWith(len(d.keys)-1, options)
}

// SignWith signs with one of the passkeys, in the order they were made.
func (d *Device) SignWith(which int, options []byte) []byte {
	d.tb.Helper()
	var o struct {
		Challenge        string
		RPID             string `json:"rpId"`
		UserVerification string
		Allow            []any `json:"allowCredentials"`
	}
	d.must(json.Unmarshal(options, &o))
	if o.UserVerification != "required" || len(o.Allow) > 0 {
		d.tb.Errorf("somebody is named, or nobody verified: %s", options)
	}
	k := &d.keys[which]
	count, handle := uint32(0), k.handle
	if !d.Synced { // others do not count
		k.count++
		count = k.count
	}
	if d.Count >= 0 {
		count = uint32(d.Count) //nolint:gosec // of a test
	}
	if d.Handle != nil {
		handle = d.Handle
	}
	auth, client := d.authData(o.RPID, d.flags(), count), d.clientData("webauthn.get", o.Challenge)
	sum := sha256.Sum256(client)
	digest := sha256.Sum256(append(append([]byte{}, auth...), sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.private, digest[:])
	d.must(err)
	answer, err := json.Marshal(map[string]any{
		"id": text(k.id), "rawId": text(k.id), "type": "public-key", "authenticatorAttachment": "platform",
		"clientExtensionResults": map[string]any{},
		"response": map[string]any{
			"clientDataJSON": text(client), "authenticatorData": text(auth), "signature": text(signature), "userHandle": text(handle),
		},
	})
	d.must(err)
	return answer
}

// Rename has a passkey's answers say another credential's id.
func (d *Device) Rename(which int, as *Device, other int) { d.keys[which].id = as.keys[other].id }
