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
