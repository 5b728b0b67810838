package credentials

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
	"time"
	"unicode"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// Time-based codes (RFC 6238), of the one form every app knows: SHA-1, six
// digits, half a minute.
const (
	codeSecretBytes = 20
	codePeriod      = 30 // seconds
	codeDigits      = 6
	codeSkew        = 1 // steps a clock may be off
)

// NewCodeSecret is what an app makes codes of.
func NewCodeSecret() []byte {
	secret := make([]byte, codeSecretBytes)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
	return secret
}

var unpadded = base32.StdEncoding.WithPadding(base32.NoPadding)

// CodeSecretText is a secret as people type it.
func CodeSecretText(secret []byte) string { return unpadded.EncodeToString(secret) }

// CodeAddress is a secret as apps read it from a picture: an otpauth address.
func CodeAddress(secret []byte, issuer, account string) (string, error) {
	key, err := totp.Generate(totp.GenerateOpts{
		Issuer: issuer, AccountName: account, Secret: secret, Period: codePeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
	})
	if err != nil {
		return "", err
	}
	return key.URL(), nil
}

// Code is the code of a moment.
func Code(secret []byte, at time.Time) (string, error) {
	return hotp.GenerateCodeCustom(CodeSecretText(secret), uint64(stepOf(at)), codeForm) //nolint:gosec // after 1970
}

// CodeStep is the step a code is of, if it is one around a moment. Who takes a
// code in takes none of that step or before it any more.
func CodeStep(secret []byte, code string, at time.Time) (int64, bool) {
	found, now, text := int64(-1), stepOf(at), CodeSecretText(secret)
	for step := max(now-codeSkew, 0); step <= now+codeSkew; step++ { // always all of them
		if ok, err := hotp.ValidateCustom(code, uint64(step), text, codeForm); err == nil && ok {
			found = step
		}
	}
	return found, found >= 0
}

var codeForm = hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

func stepOf(at time.Time) int64 { return at.Unix() / codePeriod }

// RecoveryCodes is how many there are.
const RecoveryCodes = 10

// Recovery codes are 80 bits, in letters and digits that do not look alike.
const (
	recoveryBytes = 10
	recoveryGroup = 4
)

var recoveryText = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewRecoveryCodes are codes to keep for when the app is lost, as people read them.
func NewRecoveryCodes() []string {
	codes := make([]string, RecoveryCodes)
	for i := range codes {
		var raw [recoveryBytes]byte
		_, _ = rand.Read(raw[:]) // never fails: crypto/rand ends the program instead
		text := recoveryText.EncodeToString(raw[:])
		var groups []string
		for ; text != ""; text = text[recoveryGroup:] {
			groups = append(groups, text[:recoveryGroup])
		}
		codes[i] = strings.Join(groups, "-")
	}
	return codes
}

// PlainCode is a code without what people put between: six digits of an app, or a
// recovery code, with letters that look like digits read as these.
func PlainCode(typed string) (code string, recovery bool) {
	code = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return unicode.ToLower(r)
	}, typed)
	if len(code) == codeDigits && strings.Trim(code, "0123456789") == "" {
		return code, false
	}
	return strings.NewReplacer("o", "0", "i", "1", "l", "1").Replace(code), true
}

// HashRecoveryCode is how a recovery code of an owner is kept. It needs no slow
// hash, since the code is random.
func HashRecoveryCode(owner, code string) string {
	plain, _ := PlainCode(code)
	return HashSecret("recovery\x00" + owner + "\x00" + plain)
}
