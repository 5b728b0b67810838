package rest_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"mindflow/internal/app"
	"mindflow/internal/mindflow"
	"mindflow/internal/store/storetest"
	"mindflow/internal/transport/rest"
	"mindflow/web"
)

// postbox is a mailer that keeps what it is given.
type postbox struct {
	mu    sync.Mutex
	mails []mindflow.Mail
}

func (p *postbox) Send(_ context.Context, m mindflow.Mail) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mails = append(p.mails, m)
	return nil
}

// mailing is a server that sends mail, with the product's token times.
func mailing(t *testing.T, kind storetest.Kind) (*server, *postbox) {
	t.Helper()
	c, post := newClock(), &postbox{}
	s := open(t, storetest.URL(t, kind), c)
	return serveWith(t, c, s, app.Settings{
		AccessTokenTTL: accessTTL, RefreshTokenTTL: refreshTTL, SnapshotTTL: time.Minute,
		Mailer: post, Mailing: mindflow.MailBySMTP, PublicURL: "https://mind.example.org",
	}, rest.Settings{Version: "7.0.0", Environment: "testing", Site: web.Placeholder(), Checks: rest.Checks{Database: s.Ping, Schema: s.Ready}}), post
}

func eachMailing(t *testing.T, test func(srv *server, post *postbox)) {
	t.Helper()
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		t.Helper()
		test(mailing(t, kind))
	})
}

// token sends what waits and answers the secret of the last link for a purpose.
func (p *postbox) token(srv *server, purpose mindflow.Purpose) string {
	srv.t.Helper()
	for q := srv.app.Queue(); ; {
		job, err := q.Claim(srv.t.Context(), mindflow.Mails, []string{app.MailJob}, "test", time.Minute)
		if mindflow.KindOf(err) == mindflow.KindNotFound {
			break
		}
		if err != nil {
			srv.t.Fatal(err)
		}
		if err := srv.app.DeliverMail(srv.t.Context(), job); err != nil {
			srv.t.Fatal(err)
		}
		if err := q.Finish(srv.t.Context(), job); err != nil {
			srv.t.Fatal(err)
		}
	}
	token := ""
	for _, m := range p.mails {
		if m.Purpose == purpose {
			_, token, _ = strings.Cut(m.Link, "#")
		}
	}
	if token == "" {
		srv.t.Fatalf("no mail to %s", purpose)
	}
	return token
}

func TestAnAddressIsConfirmedAndAPasswordSetAnewByMail(t *testing.T) {
	t.Parallel()
	eachMailing(t, func(srv *server, post *postbox) {
		anybody := srv.nobody()
		anybody.do("GET /api/auth/options", "").want(http.StatusOK).has("signup=open; mail=smtp")
		anybody.do("POST /api/auth/register", adaSays).want(http.StatusCreated).has("email_verified=false; erase_at=null")
		ada := person{srv: srv, token: srv.login().Access}
		ada.do("POST /api/auth/verify-email/resend", "").want(http.StatusAccepted).has("mail=smtp")
		token := post.token(srv, mindflow.ToVerify)
		anybody.do("POST /api/auth/verify-email", `{"token": "`+token+`"}`).want(http.StatusNoContent)
		ada.do("GET /api/auth/me", "").want(http.StatusOK).has("email_verified=true")
		again := anybody.do("POST /api/auth/verify-email", `{"token": "`+token+`"}`).want(http.StatusUnprocessableEntity)
		if !strings.Contains(string(again.body), `"field":"token"`) {
			srv.t.Errorf("%s", again.body)
		}
		for _, email := range []string{"ada@EXAMPLE.com", "eve@example.com"} {
			anybody.do("POST /api/auth/forgot-password", `{"email": "`+email+`"}`).want(http.StatusAccepted).has("mail=smtp")
		}
		anybody.do("POST /api/auth/forgot-password", `{"email": "nobody"}`).want(http.StatusUnprocessableEntity)
		token = post.token(srv, mindflow.ToReset)
		anybody.do("POST /api/auth/reset-password", `{"token": "`+token+`", "password": "another horse battery"}`).want(http.StatusNoContent)
		ada.do("GET /api/auth/me", "").want(http.StatusUnauthorized)
		anybody.do("POST /api/auth/login", adaSigns).want(http.StatusUnauthorized)
		anybody.do("POST /api/auth/login", `{"email": "ada@example.com", "password": "another horse battery"}`).want(http.StatusOK)
		for _, m := range post.mails {
			if m.To != "Ada@example.com" && m.To != "Ada@Example.com" {
				srv.t.Errorf("a mail to %s", m.To)
			}
			if m.Link != "" && strings.Contains(srv.log.String(), m.Link) {
				srv.t.Error("the log holds a link")
			}
		}
	})
}

// Each account change over the API, and what it says when it is refused.
func TestAnAccountIsChangedByItsPerson(t *testing.T) {
	t.Parallel()
	eachMailing(t, func(srv *server, post *postbox) {
		anybody := srv.nobody()
		anybody.do("POST /api/auth/register", adaSays).want(http.StatusCreated)
		ada := person{srv: srv, token: srv.login().Access}
		ada.do("PATCH /api/auth/me", `{"full_name": "Ada King"}`).want(http.StatusOK).has("full_name=Ada King")
		ada.do("PATCH /api/auth/me", `{}`).want(http.StatusOK).has("full_name=Ada King")
		ada.do("PATCH /api/auth/me", `{"full_name": null}`).want(http.StatusOK).has("full_name=null")
		ada.do("PATCH /api/auth/me", `{"email": "x@example.com"}`).want(http.StatusUnprocessableEntity)
		for request, body := range map[string]string{
			"POST /api/auth/change-password": `{"current_password": "not this one", "new_password": "another horse battery"}`,
			"POST /api/auth/change-email":    `{"password": "not this one", "email": "new@example.com"}`,
			"POST /api/auth/delete-account":  `{"password": "not this one"}`,
		} {
			if a := ada.do(request, body).want(http.StatusUnprocessableEntity); !strings.Contains(string(a.body), `password","message":"is not right"`) || strings.Contains(string(a.body), "not this one") {
				srv.t.Errorf("%s: %s", request, a.body)
			}
		}
		ada.do("POST /api/auth/change-email", `{"password": "`+password+`", "email": "new@example.com"}`).want(http.StatusAccepted).has("mail=smtp")
		anybody.do("POST /api/auth/confirm-email", `{"token": "`+post.token(srv, mindflow.ToMove)+`"}`).want(http.StatusNoContent)
		ada.do("GET /api/auth/me", "").want(http.StatusOK).has("email=new@example.com; email_verified=true")
		ada.do("POST /api/auth/change-password", `{"current_password": "`+password+`", "new_password": "another horse battery"}`).want(http.StatusNoContent)
		ada.do("POST /api/auth/delete-account", `{"password": "another horse battery"}`).want(http.StatusOK).has("erase_at=2026-12-11T08:00:00.123456Z")
		ada.do("GET /api/auth/me", "").want(http.StatusUnauthorized)
		var got tokens
		anybody.do("POST /api/auth/login", `{"email": "new@example.com", "password": "another horse battery"}`).want(http.StatusOK).into(&got)
		ada = person{srv: srv, token: got.Access}
		ada.do("GET /api/auth/me", "").want(http.StatusOK).has("erase_at=2026-12-11T08:00:00.123456Z")
		ada.do("POST /api/auth/keep-account", "").want(http.StatusOK).has("erase_at=null")
		anybody.do("POST /api/auth/keep-email", `{"token": "`+post.token(srv, mindflow.ToStay)+`"}`).want(http.StatusNoContent)
		ada.do("GET /api/auth/me", "").want(http.StatusUnauthorized)
	})
}
