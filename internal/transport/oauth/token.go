package oauth

import (
	"mime"
	"net/http"
	"net/netip"
	"net/url"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
)

// maxForm bounds what a program sends, in bytes.
const maxForm = 16 << 10

// readForm reads the parameters of a request. They come in the body alone, each
// once: an address ends up in logs, and of two values somebody else may have read
// the other one.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, mindflow.Refused(mindflow.InvalidRequest, "The body must be application/x-www-form-urlencoded")
	}
	if r.URL.RawQuery != "" {
		return nil, mindflow.Refused(mindflow.InvalidRequest, "Parameters belong in the body")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, mindflow.Refused(mindflow.InvalidRequest, "The body cannot be read, or is too large")
	}
	for name, values := range r.PostForm {
		if len(values) > 1 && name == "resource" {
			return nil, mindflow.Refused(mindflow.InvalidTarget, "Tokens are for one resource")
		}
		if len(values) > 1 {
			return nil, mindflow.Refused(mindflow.InvalidRequest, "A parameter comes twice")
		}
	}
	if r.Header.Get("Authorization") != "" || r.PostForm.Get("client_secret") != "" || r.PostForm.Get("client_assertion") != "" {
		return nil, mindflow.Refused(mindflow.InvalidClient, "No client has a secret here; it is named by client_id in the body")
	}
	return r.PostForm, nil
}

// tokens is the answer of RFC 6749 (5.1).
type tokens struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"` // seconds
	RefreshToken string `json:"refresh_token"`
	Scope        string `json:"scope"`
}

func (s *Server) token(w http.ResponseWriter, r *http.Request, from netip.Addr) {
	form, err := readForm(w, r)
	var got app.ProgramTokens
	if err == nil {
		got, err = s.exchange(r, from, form)
	}
	if err != nil {
		fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, tokens{got.Access, "Bearer", int(got.ExpiresIn.Seconds()), got.Refresh, got.Scopes.String()})
}

func (s *Server) exchange(r *http.Request, from netip.Addr, form url.Values) (app.ProgramTokens, error) {
	kind := form.Get("grant_type")
	needs := map[string][]string{"authorization_code": {"code", "client_id", "redirect_uri", "code_verifier"}, "refresh_token": {"refresh_token", "client_id"}}
	for _, name := range needs[kind] {
		if form.Get(name) == "" {
			return app.ProgramTokens{}, mindflow.Refused(mindflow.InvalidRequest, name+" is needed")
		}
	}
	switch kind {
	case "authorization_code":
		return s.app.ExchangeCode(r.Context(), from, app.CodeExchange{
			Code: form.Get("code"), ClientID: form.Get("client_id"), RedirectURI: form.Get("redirect_uri"),
			Verifier: form.Get("code_verifier"), Resource: form.Get("resource"),
		})
	case "refresh_token":
		return s.app.Renew(r.Context(), from, app.Renewal{
			Refresh: form.Get("refresh_token"), ClientID: form.Get("client_id"), Scope: form.Get("scope"), Resource: form.Get("resource"),
		})
	case "":
		return app.ProgramTokens{}, mindflow.Refused(mindflow.InvalidRequest, "grant_type is needed")
	}
	return app.ProgramTokens{}, mindflow.Refused(mindflow.UnsupportedGrantType, "grant_type must be authorization_code or refresh_token")
}

// revoke answers alike whether or not the token was good for anything (RFC 7009).
func (s *Server) revoke(w http.ResponseWriter, r *http.Request, from netip.Addr) {
	form, err := readForm(w, r)
	if err == nil && form.Get("token") == "" {
		err = mindflow.Refused(mindflow.InvalidRequest, "token is needed")
	}
	if err == nil {
		err = s.app.GiveUp(r.Context(), from, form.Get("token"), form.Get("client_id"))
	}
	if err != nil {
		fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, struct{}{})
}
