package credentials

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"slices"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"mindflow/internal/mindflow"
)

// Passkeys speaks WebAuthn for one site: its keys are discoverable, and every use
// verifies the person, by a PIN or a biometric.
type Passkeys struct{ site *webauthn.WebAuthn }

// NewPasskeys is for the site at an address, which has to be an origin of a name:
// browsers take no passkeys for a bare IP address, nor without encryption but on
// the machine itself. It answers false for any other one.
func NewPasskeys(address, name string) (*Passkeys, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Hostname() != "localhost" {
		return nil, false
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return nil, false
	}
	site, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: name, RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired,
		},
		Timeouts: webauthn.TimeoutsConfig{
			Login:        webauthn.TimeoutConfig{Timeout: mindflow.ChallengeTTL, TimeoutUVD: mindflow.ChallengeTTL},
			Registration: webauthn.TimeoutConfig{Timeout: mindflow.ChallengeTTL, TimeoutUVD: mindflow.ChallengeTTL},
		},
		// Some managers answer what nobody has asked for.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
	if err != nil {
		return nil, false
	}
	return &Passkeys{site}, true
}

// ErrPasskey is an answer of an authenticator that does not hold.
var ErrPasskey = errors.New("the authenticator's answer does not hold")

// owner is a person and passkeys of theirs, as the library sees them.
type owner struct {
	id     []byte
	name   string
	shown  string
	owning []webauthn.Credential
}

func (o owner) WebAuthnID() []byte                         { return o.id }
func (o owner) WebAuthnName() string                       { return o.name }
func (o owner) WebAuthnDisplayName() string                { return o.shown }
func (o owner) WebAuthnCredentials() []webauthn.Credential { return o.owning }

func ownerOf(u mindflow.User, keys ...mindflow.Passkey) owner {
	o := owner{id: u.ID[:], name: u.Email, shown: u.FullName}
	if o.shown == "" {
		o.shown = u.Email
	}
	for _, k := range keys {
		c := webauthn.Credential{
			ID: k.Credential, PublicKey: k.PublicKey,
			Flags:         webauthn.CredentialFlags{BackupEligible: k.Copyable, BackupState: k.Copied},
			Authenticator: webauthn.Authenticator{SignCount: k.SignCount},
		}
		for _, t := range k.Transports {
			c.Transport = append(c.Transport, protocol.AuthenticatorTransport(t))
		}
		o.owning = append(o.owning, c)
	}
	return o
}

// algorithms are what authenticators there are can do.
var algorithms = webauthn.CredentialParametersRecommendedL3()

// ways are those from a browser to an authenticator that there are. Others are not
// kept: a browser may say anything.
var ways = []protocol.AuthenticatorTransport{protocol.USB, protocol.NFC, protocol.BLE, protocol.SmartCard, protocol.Hybrid, protocol.Internal}

// maxPublicKey bounds what is kept of a key, in bytes: an RSA key of 4096 bits has
// about 530, and whoever makes one may add what they like.
const maxPublicKey = 2048

// Creation is what a browser is told to make a passkey for somebody, who has some
// already, as JSON.
func (p *Passkeys) Creation(u mindflow.User, has []mindflow.Passkey, challenge []byte) ([]byte, error) {
	who := ownerOf(u, has...)
	options, _, err := p.site.BeginRegistration(who, webauthn.WithCredentialParameters(algorithms),
		webauthn.WithExclusions(webauthn.Credentials(who.owning).CredentialDescriptors()),
		func(o *protocol.PublicKeyCredentialCreationOptions) error {
			o.Challenge = challenge
			return nil
		})
	if err != nil {
		return nil, err
	}
	return json.Marshal(options.Response)
}

// Request is what a browser is told to have somebody signed in, whoever it is, as JSON.
func (p *Passkeys) Request(challenge []byte) ([]byte, error) {
	options, _, err := p.site.BeginDiscoverableLogin(webauthn.WithChallenge(challenge))
	if err != nil {
		return nil, err
	}
	return json.Marshal(options.Response)
}

// NewPasskey is a browser's answer to Creation.
type NewPasskey struct {
	Challenge []byte
	answer    *protocol.ParsedCredentialCreationData
}

// ReadNewPasskey reads a browser's answer to Creation. Nothing of it is checked yet.
func ReadNewPasskey(answer []byte) (NewPasskey, error) {
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return NewPasskey{}, ErrPasskey
	}
	challenge, err := base64.RawURLEncoding.DecodeString(parsed.Response.CollectedClientData.Challenge)
	if err != nil {
		return NewPasskey{}, ErrPasskey
	}
	return NewPasskey{challenge, parsed}, nil
}

// Made is the passkey of an answer, if that holds for the person and its challenge,
// which the caller has found to be ours.
func (p *Passkeys) Made(u mindflow.User, n NewPasskey) (mindflow.Passkey, error) {
	made, err := p.site.CreateCredential(ownerOf(u), webauthn.SessionData{
		Challenge: base64.RawURLEncoding.EncodeToString(n.Challenge), UserID: u.ID[:],
		UserVerification: protocol.VerificationRequired, CredParams: algorithms,
	}, n.answer)
	if err != nil {
		return mindflow.Passkey{}, ErrPasskey
	}
	if len(made.PublicKey) > maxPublicKey {
		return mindflow.Passkey{}, ErrPasskey
	}
	k := mindflow.Passkey{
		UserID: u.ID, Credential: made.ID, PublicKey: made.PublicKey, SignCount: made.Authenticator.SignCount,
		Copyable: made.Flags.BackupEligible, Copied: made.Flags.BackupState,
	}
	for _, t := range made.Transport {
		if slices.Contains(ways, t) && !slices.Contains(k.Transports, string(t)) {
			k.Transports = append(k.Transports, string(t))
		}
	}
	return k, nil
}

// Signature is a browser's answer to Request.
type Signature struct {
	Challenge  []byte
	Credential []byte // by which passkey
	answer     *protocol.ParsedCredentialAssertionData
}

// ReadSignature reads a browser's answer to Request. Nothing of it is checked yet.
func ReadSignature(answer []byte) (Signature, error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Signature{}, ErrPasskey
	}
	challenge, err := base64.RawURLEncoding.DecodeString(parsed.Response.CollectedClientData.Challenge)
	if err != nil {
		return Signature{}, ErrPasskey
	}
	return Signature{challenge, parsed.RawID, parsed}, nil
}

// Signed is the passkey as it is after it has signed, if it has: for this site,
// its owner, and a challenge which the caller has found to be ours. Copied tells
// that another copy of it seems to have signed since.
func (p *Passkeys) Signed(k mindflow.Passkey, s Signature) (after mindflow.Passkey, copied bool, err error) {
	whose := func(_, _ []byte) (webauthn.User, error) { return ownerOf(mindflow.User{ID: k.UserID}, k), nil }
	_, signed, err := p.site.ValidatePasskeyLogin(whose, webauthn.SessionData{
		Challenge: base64.RawURLEncoding.EncodeToString(s.Challenge), UserVerification: protocol.VerificationRequired,
	}, s.answer)
	if err != nil {
		return mindflow.Passkey{}, false, ErrPasskey
	}
	k.SignCount, k.Copied = signed.Authenticator.SignCount, signed.Flags.BackupState
	return k, signed.Authenticator.CloneWarning, nil
}
