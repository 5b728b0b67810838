package credentials

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// Device names a device somebody has signed in from.
type Device [16]byte

// NewDevice names one more device.
func NewDevice() Device {
	var d Device
	_, _ = rand.Read(d[:]) // never fails: crypto/rand ends the program instead
	return d
}

// DeviceMarkTTL is how long a mark counts, from the last sign-in: as long as
// browsers keep a cookie.
const DeviceMarkTTL = 400 * 24 * time.Hour

// A mark is the signing key's id, the device, the second it was made in, and
// the first half of an HMAC over these and the account.
const (
	markKey    = 4
	markDevice = markKey + len(Device{})
	markMade   = markDevice + 4
	markBytes  = markMade + sha256.Size/2
)

// MarkDevice signs that somebody has signed in to an account from a device.
// The mark proves that and nothing else: it admits nobody.
func (s *Signer) MarkDevice(account string, d Device) string {
	mark := make([]byte, 0, markBytes)
	id, _ := hex.DecodeString(s.first) // made by NewSigner
	mark = append(append(mark, id...), d[:]...)
	mark = binary.BigEndian.AppendUint32(mark, uint32(s.clock().Unix())) //nolint:gosec // until 2106
	return base64.RawURLEncoding.EncodeToString(append(mark, markMAC(s.keys[s.first], mark, account)...))
}

// DeviceOf answers the device a mark of an account was made for, if it is one.
func (s *Signer) DeviceOf(mark, account string) (Device, bool) {
	raw, ok := readMark(mark)
	if !ok {
		return Device{}, false
	}
	key, known := s.keys[hex.EncodeToString(raw[:markKey])]
	if !known || !hmac.Equal(markMAC(key, raw[:markMade], account), raw[markMade:]) {
		return Device{}, false
	}
	made := time.Unix(int64(binary.BigEndian.Uint32(raw[markDevice:])), 0)
	return Device(raw[markKey:markDevice]), s.clock().Sub(made) < DeviceMarkTTL
}

// Marked reports whether a mark looks like one: of whom, only the account's
// address would tell.
func (s *Signer) Marked(mark string) bool {
	_, ok := readMark(mark)
	return ok
}

func readMark(mark string) ([]byte, bool) {
	if len(mark) != base64.RawURLEncoding.EncodedLen(markBytes) {
		return nil, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(mark)
	return raw, err == nil
}

// markMAC uses a key of its own, so that a mark is never a token nor the reverse.
func markMAC(secret, mark []byte, account string) []byte {
	key, _ := hkdf.Key(sha256.New, secret, nil, "mindflow device mark", sha256.Size) // fails for longer keys only
	mac := hmac.New(sha256.New, key)
	mac.Write(mark) // of one length, so the account begins where it ends
	mac.Write([]byte(account))
	return mac.Sum(nil)[:sha256.Size/2]
}
