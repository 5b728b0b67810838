package rest_test

import (
	"encoding/base32"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"mindflow/internal/credentials"
	"mindflow/internal/credentials/passkeytest"
)

// code is what an app shows that was given a secret.
func (srv *server) code(secret string) string {
	srv.t.Helper()
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		srv.t.Fatal(err)
	}
	code, err := credentials.Code(raw, srv.clock.Now())
	if err != nil {
		srv.t.Fatal(err)
	}
	return code
}

func TestASecondFactorThroughTheAPI(t *testing.T) {
	t.Parallel()
	eachMailing(t, func(srv *server, _ *postbox) {
		anybody := srv.nobody()
		anybody.do("POST /api/auth/register", adaSays).want(http.StatusCreated)
		ada := person{srv: srv, token: anybody.do("POST /api/auth/login", adaSigns).want(http.StatusOK).at("access_token")}
		ada.do("GET /api/auth/second-factor", "").want(http.StatusOK).has("on=false; since=null; recovery_codes=0")
		sudo := fmt.Sprintf(`{"password": %q}`, password)
		ada.do("POST /api/auth/second-factor/begin", `{"password": "incorrect horse"}`).want(http.StatusUnprocessableEntity)
		begun := ada.do("POST /api/auth/second-factor/begin", sudo).want(http.StatusOK)
		secret := begun.at("secret")
		if begun.header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(begun.at("address"), "otpauth://totp/MindFlow:Ada@Example.com?") {
			t.Errorf("%v %s", begun.header, begun.body)
		}
		if got := ada.do("POST /api/auth/second-factor/confirm", `{"code": "12345"}`).want(http.StatusUnprocessableEntity).fields(); got != "code" {
			t.Errorf("fields %s", got)
		}
		on := ada.do("POST /api/auth/second-factor/confirm", `{"code": "`+srv.code(secret)+`"}`).want(http.StatusOK)
		if on.header.Get("Cache-Control") != "no-store" || on.at("recovery_codes.9") == "-" || on.at("recovery_codes.10") != "-" {
			t.Errorf("%v %s", on.header, on.body)
		}
		ada.do("GET /api/auth/second-factor", "").want(http.StatusOK).has("on=true; since=2026-11-27T08:00:00.123456Z; recovery_codes=10")

		asked := anybody.do("POST /api/auth/login", adaSigns).want(http.StatusUnauthorized).has("type=second-factor-required")
		if len(asked.header.Values("Set-Cookie")) > 0 {
			t.Errorf("half a sign-in is remembered: %v", asked.header)
		}
		anybody.do("POST /api/auth/login", strings.Replace(adaSigns, password, "incorrect horse", 1)).want(http.StatusUnauthorized).has("type=about:blank")
		srv.clock.Move(30 * time.Second)
		with := func(code string) string { return strings.Replace(adaSigns, "}", fmt.Sprintf(`, "code": %q}`, code), 1) }
		code := srv.code(secret)
		anybody.do("POST /api/auth/login", with("000001")).want(http.StatusUnauthorized).has("type=second-factor-required")
		anybody.do("POST /api/auth/login", with(code)).want(http.StatusOK)
		anybody.do("POST /api/auth/login", with(code)).want(http.StatusUnauthorized).has("type=second-factor-required")
		anybody.do("POST /api/auth/login", with(on.at("recovery_codes.0"))).want(http.StatusOK)
		ada.do("GET /api/auth/second-factor", "").want(http.StatusOK).has("recovery_codes=9")
		ada.do("POST /api/auth/second-factor/recovery-codes", sudo).want(http.StatusOK)
		ada.do("GET /api/auth/second-factor", "").want(http.StatusOK).has("recovery_codes=10")
		ada.do("POST /api/auth/second-factor/off", sudo).want(http.StatusNoContent)
		ada.do("POST /api/auth/second-factor/off", sudo).want(http.StatusConflict)
		anybody.do("POST /api/auth/login", adaSigns).want(http.StatusOK)
		for _, kept := range []string{secret, on.at("recovery_codes.3"), code} {
			if strings.Contains(srv.log.String(), kept) {
				t.Errorf("the log holds %s", kept)
			}
		}
	})
}

func TestPasskeysThroughTheAPI(t *testing.T) {
	t.Parallel()
	eachMailing(t, func(srv *server, _ *postbox) {
		anybody := srv.nobody()
		anybody.do("GET /api/auth/options", "").want(http.StatusOK).has("passkeys=true")
		anybody.do("POST /api/auth/register", adaSays).want(http.StatusCreated)
		ada := person{srv: srv, token: anybody.do("POST /api/auth/login", adaSigns).want(http.StatusOK).at("access_token")}
		phone := passkeytest.New(t, "https://mind.example.org")
		sudo := fmt.Sprintf(`{"password": %q}`, password)
		ada.do("POST /api/auth/passkeys/begin", `{"password": "incorrect horse"}`).want(http.StatusUnprocessableEntity)
		begun := ada.do("POST /api/auth/passkeys/begin", sudo).want(http.StatusOK)
		begun.has("options.rp.id=mind.example.org; options.user.name=Ada@Example.com; options.authenticatorSelection.userVerification=required; options.attestation=none")
		body := func(answer []byte, more string) string { return fmt.Sprintf(`{"credential": %s%s}`, answer, more) }
		kept := body(phone.Make([]byte(begun.at("options"))), `, "name": "Phone"`)
		id := ada.do("POST /api/auth/passkeys", kept).want(http.StatusCreated).has("name=Phone; synced=false; last_used_at=null").at("id")
		if got := ada.do("POST /api/auth/passkeys", kept).want(http.StatusUnprocessableEntity).fields(); got != "credential" {
			t.Errorf("fields %s", got)
		}
		request := anybody.do("POST /api/auth/passkey/begin", "").want(http.StatusOK)
		request.has("options.rpId=mind.example.org; options.userVerification=required; options.allowCredentials=-")
		if request.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%v", request.header)
		}
		signed := body(phone.Sign([]byte(request.at("options"))), "")
		in := anybody.do("POST /api/auth/passkey/login", signed, inCookie, "User-Agent: Browser/1.0").want(http.StatusOK)
		if cookieOf(t, in).Value == "" || in.at("refresh_token") != "-" || !strings.Contains(fmt.Sprint(in.header.Values("Set-Cookie")), "mindflow_device=") {
			t.Errorf("%v %s", in.header, in.body)
		}
		person{srv: srv, token: in.at("access_token")}.do("GET /api/auth/me", "").want(http.StatusOK).has("email=Ada@Example.com")
		anybody.do("POST /api/auth/passkey/login", signed).want(http.StatusUnauthorized).has("type=about:blank")
		fresh := body(phone.Sign([]byte(anybody.do("POST /api/auth/passkey/begin", "").at("options"))), "")
		anybody.do("POST /api/auth/passkey/login", fresh, "Sec-Fetch-Site: cross-site").want(http.StatusForbidden)
		for _, wrong := range []string{`{"credential": null}`, `{"credential": "x"}`, `{"credential": {}}`, `{"credential": [1]}`} {
			anybody.do("POST /api/auth/passkey/login", wrong).want(http.StatusUnauthorized)
		}
		ada.do("GET /api/auth/passkeys", "").want(http.StatusOK).has("passkeys.0.name=Phone; passkeys.0.last_used_at=2026-11-27T08:00:00.123456Z; passkeys.1=-")
		ada.do("PATCH /api/auth/passkeys/"+id, `{"name": "Old phone"}`).want(http.StatusOK).has("name=Old phone")
		ada.do("PATCH /api/auth/passkeys/"+id, `{}`).want(http.StatusOK).has("name=Old phone")
		ada.do("POST /api/auth/passkeys/remove", fmt.Sprintf(`{"id": %q, "password": "incorrect horse"}`, id)).want(http.StatusUnprocessableEntity)
		ada.do("POST /api/auth/passkeys/remove", `{"id": "x", "password": "x"}`).want(http.StatusUnprocessableEntity)
		ada.do("POST /api/auth/passkeys/remove", fmt.Sprintf(`{"id": %q, "password": %q}`, id, password)).want(http.StatusNoContent)
		anybody.do("POST /api/auth/passkey/login", fresh).want(http.StatusUnauthorized)
		ada.do("GET /api/auth/passkeys", "").want(http.StatusOK).has("passkeys=[]")
	})
}

// What is asked before anybody is known is the same for all, and costs the
// database nothing.
func TestTheRequestForAPasskeyTellsNothing(t *testing.T) {
	t.Parallel()
	eachMailing(t, func(srv *server, _ *postbox) {
		shape := func(a answer) string {
			var options map[string]json.RawMessage
			var outer struct{ Options map[string]json.RawMessage }
			a.into(&outer)
			options = outer.Options
			delete(options, "challenge")
			raw, _ := json.Marshal(options)
			return string(raw)
		}
		empty := shape(srv.nobody().do("POST /api/auth/passkey/begin", "").want(http.StatusOK))
		ada := srv.person("ada@example.com", "UTC")
		if after := ada.statements("POST /api/auth/passkey/begin", ""); after != 0 {
			t.Errorf("%d statements", after)
		}
		if got := shape(ada.do("POST /api/auth/passkey/begin", "").want(http.StatusOK)); got != empty {
			t.Errorf("%s, before anybody was there %s", got, empty)
		}
		srv.nobody().do("POST /api/auth/passkey/begin", `{"email": "ada@example.com"}`).want(http.StatusOK)
	})
}
