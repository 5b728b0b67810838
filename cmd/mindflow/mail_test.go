package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"mindflow/internal/notify/mailtest"
	"mindflow/internal/store/storetest"
)

// post sends JSON to the server.
func (s *shell) post(t *testing.T, path, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.env[serverVariable]+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

func (s *shell) want(t *testing.T, status int, path, body string) {
	t.Helper()
	if got, answer := s.post(t, path, body); got != status {
		t.Fatalf("POST %s %s: %d %s", path, body, got, answer)
	}
}

// produces makes a shell's server one in production, with a mail server.
func (s *shell) produces(t *testing.T, mails *mailtest.Server, url string) {
	t.Helper()
	s.must(t, "migrate", "up")
	s.env["ENVIRONMENT"], s.env["SECRET_KEY"], s.env["PUBLIC_URL"] = "production", strings.Repeat("k", 32), "https://mind.example.org"
	s.env["LOG_LEVEL"], s.env["SHUTDOWN_DELAY"], s.env["RATE_LIMIT_AUTH"] = "debug", "0", "off"
	if mails != nil {
		s.env["SMTP_URL"], s.env["MAIL_FROM"] = url, "MindFlow <mindflow@example.org>"
	}
}

// A mail server that is busy, one whose answer gets lost, and one that refuses an
// address; the whole way from a forgotten password to a new one.
// Seen red with a Message-ID of each attempt's own, and with an address of a link in a log line.
func TestAPasswordIsSetAnewThroughAMailServerThatIsBusy(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind storetest.Kind) {
		mails := mailtest.Start(t, mailtest.Settings{NoTLS: true, NoAuth: true})
		s := newShell(t)
		s.env["DATABASE_URL"] = storetest.Empty(t, kind)
		s.produces(t, mails, strings.Replace(mails.URL("smtp"), mailtest.User+":p%40ss%3Aw%2Frd@", "", 1))
		stop := s.serve(t)
		s.want(t, http.StatusCreated, "/api/auth/register", `{"email": "ada@example.com", "password": "`+password+`", "full_name": "Ada"}`)
		verify := mails.Wait(1)[0]
		if verify.To != "ada@example.com" || !strings.HasPrefix(verify.Link(), "https://mind.example.org/verify#") || !strings.HasPrefix(verify.Text, "Hello Ada,") {
			t.Errorf("%+v", verify)
		}
		s.want(t, http.StatusNoContent, "/api/auth/verify-email", `{"token": "`+verify.Token()+`"}`)
		s.want(t, http.StatusUnprocessableEntity, "/api/auth/verify-email", `{"token": "`+verify.Token()+`"}`)

		mails.Refuse(451)
		mails.Drop(1)
		s.want(t, http.StatusAccepted, "/api/auth/forgot-password", `{"email": "ada@example.com"}`)
		s.want(t, http.StatusAccepted, "/api/auth/forgot-password", `{"email": "nobody@example.com"}`)
		var both []mailtest.Mail
		for n := 0; len(both) < 3; n++ { // time goes by, and something wakes the queue
			s.clock.wait(time.Minute)
			s.want(t, http.StatusAccepted, "/api/auth/forgot-password", fmt.Sprintf(`{"email": "nobody%d@example.com"}`, n))
			time.Sleep(20 * time.Millisecond)
			both = mails.Mails()
			if n > 500 {
				t.Fatalf("%d mails", len(both))
			}
		}
		if a, b := both[1], both[2]; a.Header.Get("Message-Id") != b.Header.Get("Message-Id") || a.Link() != b.Link() || a.Text != b.Text || a.To != "ada@example.com" {
			t.Errorf("%s\n\nthen\n\n%s", a.Raw, b.Raw)
		}
		reset := both[2]
		s.want(t, http.StatusNoContent, "/api/auth/reset-password", `{"token": "`+reset.Token()+`", "password": "another horse battery"}`)
		told := mails.Wait(4)[3]
		if told.Link() != "" || told.Header.Get("Subject") != "Your password was changed" {
			t.Errorf("%+v", told)
		}
		if status, _ := s.post(t, "/api/auth/login", `{"email": "ada@example.com", "password": "`+password+`"}`); status != http.StatusUnauthorized {
			t.Errorf("the password before: %d", status)
		}
		s.want(t, http.StatusOK, "/api/auth/login", `{"email": "ada@example.com", "password": "another horse battery"}`)

		mails.Refuse(550)
		s.want(t, http.StatusCreated, "/api/auth/register", `{"email": "gone@example.com", "password": "`+password+`"}`)
		if r := s.run(t, "user", "reset-password", "ada@example.com"); r.code != exitDone || !strings.Contains(r.out, "sends a link to ada@example.com") {
			t.Errorf("%+v", r)
		}
		for n := 0; len(mails.Mails()) < 5; n++ {
			s.want(t, http.StatusAccepted, "/api/auth/forgot-password", fmt.Sprintf(`{"email": "else%d@example.com"}`, n))
			time.Sleep(20 * time.Millisecond)
		}
		log := stop().err
		for _, secret := range []string{verify.Token(), reset.Token(), mails.Mails()[4].Token(), "mind.example.org/", "ada@", "nobody@", "gone@"} {
			if strings.Contains(log, secret) {
				t.Errorf("the log holds %q", secret)
			}
		}
		for _, want := range []string{"job failed, and will be tried again", "a mail was refused, and is not tried again"} {
			if !strings.Contains(log, want) {
				t.Errorf("the log does not say %q", want)
			}
		}
	})
}

// Fails when production answers as if a mail came, or prints what it would bring.
func TestProductionWithoutAMailServerSaysSo(t *testing.T) {
	s := newShell(t)
	s.produces(t, nil, "")
	stop := s.serve(t)
	s.want(t, http.StatusCreated, "/api/auth/register", `{"email": "ada@example.com", "password": "`+password+`"}`)
	if status, body := s.get(t, "/api/auth/options"); status != http.StatusOK || !strings.Contains(body, `"mail":"none"`) {
		t.Errorf("%d %s", status, body)
	}
	for _, email := range []string{"ada@example.com", "nobody@example.com"} {
		if status, body := s.post(t, "/api/auth/forgot-password", `{"email": "`+email+`"}`); status != http.StatusConflict || !strings.Contains(body, "sends no mail") {
			t.Errorf("%d %s", status, body)
		}
	}
	link := printedLink(t, s.run(t, "user", "reset-password", "ada@example.com").out)
	log := stop().err
	if !strings.Contains(log, "no mail is sent") || strings.Contains(log, "#") || strings.Contains(log, link) {
		t.Error(log)
	}
}

func printedLink(t *testing.T, out string) string {
	t.Helper()
	link := regexp.MustCompile(`http\S+#[A-Za-z0-9_-]{43}`).FindString(out)
	if link == "" {
		t.Fatalf("no link in %q", out)
	}
	return link
}

func tokenOf(link string) string {
	_, token, _ := strings.Cut(link, "#")
	return token
}

func TestADevelopersServerPrintsLinks(t *testing.T) {
	s := newShell(t)
	s.env["LOG_LEVEL"] = "info"
	stop := s.serve(t)
	s.want(t, http.StatusCreated, "/api/auth/register", `{"email": "ada@example.com", "password": "`+password+`"}`)
	if status, body := s.post(t, "/api/auth/forgot-password", `{"email": "ada@example.com"}`); status != http.StatusAccepted || !strings.Contains(body, `"mail":"log"`) {
		t.Errorf("%d %s", status, body)
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) { // until the queue is empty
		status, body := s.post(t, "/api/auth/login", `{"email": "ada@example.com", "password": "`+password+`"}`)
		if status == http.StatusOK && body != "" || time.Now().After(end) {
			break
		}
	}
	time.Sleep(200 * time.Millisecond)
	log := stop().err
	if !strings.Contains(log, "a mail would bring a link") || !strings.Contains(log, "/reset#") || !strings.Contains(log, "/verify#") {
		t.Error(log)
	}
}

func TestThoseWhoRunAServerLookAfterItsAccounts(t *testing.T) {
	s := newShell(t)
	s.env["SIGNUP"], s.env["RATE_LIMIT_AUTH"] = "invite", "off"
	s.serve(t)
	opens := `{"email": "ada@example.com", "password": "` + password + `"%s}`
	s.want(t, http.StatusUnprocessableEntity, "/api/auth/register", fmt.Sprintf(opens, ""))
	if status, body := s.get(t, "/api/auth/options"); status != http.StatusOK || !strings.Contains(body, `"signup":"invite"`) {
		t.Errorf("%d %s", status, body)
	}
	link := printedLink(t, s.must(t, "user", "invite", "ada@example.com"))
	if !strings.Contains(link, "/sign-up#") {
		t.Error(link)
	}
	if r := s.enter(t, password, "login", "--register", "--email=ada@example.com", "--invitation="+link); r.code != exitDone {
		t.Error(r.err)
	}
	if r := s.enter(t, password+"\n", "user", "add", "bob@example.com", "--name=Bob"); r.code != exitDone || !strings.Contains(r.out, "Opened an account for bob@example.com.") {
		t.Errorf("%+v", r)
	}
	if r := s.enter(t, "short\n", "user", "add", "eve@example.com"); r.code != exitFailed || !strings.Contains(r.err, "at least 12") {
		t.Errorf("%+v", r)
	}
	s.must(t, "user", "disable", "ada@example.com")
	if r := s.run(t, "list"); r.code != exitFailed {
		t.Errorf("still let in: %+v", r)
	}
	var accounts []userLine
	if err := json.Unmarshal([]byte(s.must(t, "user", "list", "--json")), &accounts); err != nil || len(accounts) != 2 || accounts[0].DisabledAt == nil || accounts[1].DisabledAt != nil {
		t.Errorf("%+v, %v", accounts, err)
	}
	if r := s.run(t, "user", "reset-password", "ada@example.com"); r.code != exitFailed || !strings.Contains(r.err, "enable it first") {
		t.Errorf("%+v", r)
	}
	s.must(t, "user", "enable", "ada@example.com")
	link = printedLink(t, s.must(t, "user", "reset-password", "ada@example.com", "--print"))
	s.want(t, http.StatusNoContent, "/api/auth/reset-password", `{"token": "`+tokenOf(link)+`", "password": "another horse battery"}`)
	if r := s.enter(t, "another horse battery", "login", "--email=ada@example.com"); r.code != exitDone {
		t.Error(r.err)
	}
	for _, command := range []string{"disable", "enable", "reset-password"} {
		if r := s.run(t, "user", command, "nobody@example.com"); r.code != exitFailed || !strings.Contains(r.err, "no account for nobody@example.com") {
			t.Errorf("%s: %+v", command, r)
		}
	}
}
