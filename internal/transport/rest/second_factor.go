package rest

import (
	"context"
	"encoding/json"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

type factorView struct {
	On            bool    `json:"on" doc:"Whether a code is asked for besides the password"`
	Since         *string `json:"since" format:"date-time"`
	RecoveryCodes int     `json:"recovery_codes" doc:"How many of them are left"`
}

type factorReply struct{ Body factorView }

func (a *API) secondFactor(ctx context.Context, _ *struct{}) (*factorReply, error) {
	f, err := a.app.SecondFactor(ctx, actorOf(ctx))
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &factorReply{Body: factorView{On: f.On(), Since: exact(f.Since), RecoveryCodes: f.CodesLeft}}, nil
}

// sudoInput is a change that asks for the password again.
type sudoInput struct {
	Device string `cookie:"mindflow_device" doc:"What the last sign-in from this device was answered"`
	Body   struct {
		Password string `json:"password"`
	}
}

type setupReply struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Secret  string `json:"secret" doc:"For an app that makes codes, to be typed; it is shown only now"`
		Address string `json:"address" format:"uri" doc:"The same as an otpauth address, for a picture that the app reads"`
	}
}

func (a *API) beginFactor(ctx context.Context, in *sudoInput) (*setupReply, error) {
	setup, err := a.app.BeginSecondFactor(ctx, actorOf(ctx), in.Body.Password, in.Device)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	r := &setupReply{CacheControl: noStore}
	r.Body.Secret, r.Body.Address = setup.Secret, setup.Address
	return r, nil
}

type codesReply struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		RecoveryCodes []string `json:"recovery_codes" nullable:"false" doc:"Each signs in once in place of a code; they are shown only now"`
	}
}

func (a *API) codes(ctx context.Context, codes []string, err error) (*codesReply, error) {
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	r := &codesReply{CacheControl: noStore}
	r.Body.RecoveryCodes = codes
	return r, nil
}

type confirmFactorInput struct {
	Body struct {
		Code string `json:"code" doc:"The six digits the app shows" example:"123456"`
	}
}

func (a *API) confirmFactor(ctx context.Context, in *confirmFactorInput) (*codesReply, error) {
	codes, err := a.app.ConfirmSecondFactor(ctx, actorOf(ctx), in.Body.Code)
	return a.codes(ctx, codes, err)
}

func (a *API) renewCodes(ctx context.Context, in *sudoInput) (*codesReply, error) {
	codes, err := a.app.RenewRecoveryCodes(ctx, actorOf(ctx), in.Body.Password, in.Device)
	return a.codes(ctx, codes, err)
}

func (a *API) turnOffFactor(ctx context.Context, in *sudoInput) (*struct{}, error) {
	return a.nothing(ctx, a.app.TurnOffSecondFactor(ctx, actorOf(ctx), in.Body.Password, in.Device))
}

type passkeyView struct {
	ID         mindflow.PasskeyID `json:"id" format:"uuid"`
	Name       string             `json:"name" doc:"What you call it"`
	Synced     bool               `json:"synced" doc:"Whether it is kept in more than one device"`
	CreatedAt  string             `json:"created_at" format:"date-time"`
	LastUsedAt *string            `json:"last_used_at" format:"date-time" doc:"null when it was never used"`
}

func viewPasskey(k mindflow.Passkey) passkeyView {
	return passkeyView{ID: k.ID, Name: k.Name, Synced: k.Copied, CreatedAt: instantOf(k.CreatedAt), LastUsedAt: nonEmpty(instantOf(k.SeenAt))}
}

type passkeysReply struct {
	Body struct {
		Passkeys []passkeyView `json:"passkeys" nullable:"false" doc:"The oldest first"`
	}
}

func (a *API) listPasskeys(ctx context.Context, _ *struct{}) (*passkeysReply, error) {
	keys, err := a.app.Passkeys(ctx, actorOf(ctx))
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	r := &passkeysReply{}
	r.Body.Passkeys = make([]passkeyView, len(keys))
	for i, k := range keys {
		r.Body.Passkeys[i] = viewPasskey(k)
	}
	return r, nil
}

// passkeyOptionsReply is for the browser, in the form WebAuthn has for JSON.
type passkeyOptionsReply struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Options json.RawMessage `json:"options" doc:"WebAuthn's options as JSON, for five minutes and one answer"`
	}
}

func (a *API) passkeyOptions(ctx context.Context, options []byte, err error) (*passkeyOptionsReply, error) {
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	r := &passkeyOptionsReply{CacheControl: noStore}
	r.Body.Options = options
	return r, nil
}

func (a *API) beginPasskey(ctx context.Context, in *sudoInput) (*passkeyOptionsReply, error) {
	options, err := a.app.BeginPasskey(ctx, actorOf(ctx), in.Body.Password, in.Device)
	return a.passkeyOptions(ctx, options, err)
}

type addPasskeyInput struct {
	Body struct {
		Name       string          `json:"name,omitempty" doc:"At most 100 characters" example:"Phone"`
		Credential json.RawMessage `json:"credential" doc:"What the browser has made, as JSON"`
	}
}

type passkeyReply struct{ Body passkeyView }

func (a *API) addPasskey(ctx context.Context, in *addPasskeyInput) (*passkeyReply, error) {
	key, err := a.app.AddPasskey(ctx, actorOf(ctx), in.Body.Name, in.Body.Credential)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &passkeyReply{Body: viewPasskey(key)}, nil
}

type editPasskeyInput struct {
	ID   string `path:"id" doc:"The passkey's id" format:"uuid"`
	Body struct {
		Name optional[string] `json:"name,omitzero" doc:"At most 100 characters; null for one that the server chooses"`
	}
}

func (a *API) editPasskey(ctx context.Context, in *editPasskeyInput) (*passkeyReply, error) {
	id, err := readID[mindflow.Passkey](in.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	key, err := a.app.RenamePasskey(ctx, actorOf(ctx), id, in.Body.Name.Field)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &passkeyReply{Body: viewPasskey(key)}, nil
}

type removePasskeyInput struct {
	Device string `cookie:"mindflow_device" doc:"What the last sign-in from this device was answered"`
	Body   struct {
		ID       string `json:"id" doc:"The passkey's id" format:"uuid"`
		Password string `json:"password"`
	}
}

func (a *API) removePasskey(ctx context.Context, in *removePasskeyInput) (*struct{}, error) {
	id, err := readID[mindflow.Passkey](in.Body.ID)
	if err == nil {
		err = a.app.RemovePasskey(ctx, actorOf(ctx), id, in.Body.Password, in.Device)
	}
	return a.nothing(ctx, err)
}

func (a *API) requestPasskey(ctx context.Context, _ *struct{}) (*passkeyOptionsReply, error) {
	options, err := a.app.PasskeyRequest()
	return a.passkeyOptions(ctx, options, err)
}

type passkeyLoginInput struct {
	BrowserSession

	Device string `cookie:"mindflow_device" doc:"What the last sign-in from this device was answered"`
	Agent  string `header:"User-Agent" doc:"Kept in short, so that people know their sessions apart"`
	Body   struct {
		Credential json.RawMessage `json:"credential" doc:"What the browser has signed, as JSON"`
	}
}

func (a *API) passkeyLogin(ctx context.Context, in *passkeyLoginInput) (*loginReply, error) {
	tokens, err := a.app.SignInByPasskey(ctx, app.PasskeySignIn{
		Answer: in.Body.Credential, Device: in.Device, From: mindflow.From(in.kind(), in.Agent),
	})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return a.signedIn(tokens, in.BrowserSession), nil
}
