package notify_test

import (
	"bytes"
	"errors"
	"html"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"mindflow/internal/mindflow"
	"mindflow/internal/notify"
	"mindflow/internal/notify/mailtest"
)

var friday = time.Date(2026, time.November, 27, 8, 0, 0, 0, time.UTC)

const link = "https://mind.example.org/reset#abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"

// every is one mail of each kind.
func every() []mindflow.Mail {
	var all []mindflow.Mail
	for _, p := range []mindflow.Purpose{mindflow.ToVerify, mindflow.ToReset, mindflow.ToMove, mindflow.ToStay, mindflow.ToJoin} {
		all = append(all, mindflow.Mail{Purpose: p, Link: link})
	}
	for _, n := range []mindflow.Notice{
		mindflow.PasswordIsNew, mindflow.AccountLeaves, mindflow.FactorIsOn, mindflow.FactorIsOff, mindflow.FactorWasReset, mindflow.CodesAreNew,
		mindflow.CodeWasUsed, mindflow.CodesAreWrong, mindflow.PasskeyIsAdded, mindflow.PasskeyIsRemoved, mindflow.PasskeyIsCopied,
	} {
		all = append(all, mindflow.Mail{Notice: n})
	}
	for i := range all {
		all[i].ID, all[i].To, all[i].Name = mindflow.NewID[mindflow.Job](friday), "ada@example.com", "Ada Lovelace"
		all[i].Until, all[i].At = friday.Add(time.Hour), friday
	}
	return all
}

func mailer(t *testing.T, s *mailtest.Server, scheme string) *notify.SMTP {
	t.Helper()
	m, err := notify.NewSMTP(notify.Settings{URL: s.URL(scheme), From: "MindFlow <mindflow@example.org>", Roots: s.Roots()})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestEveryMailIsReadableAsTextAndAsHTMLAndAsksNoOtherHost(t *testing.T) {
	s := mailtest.Start(t, mailtest.Settings{})
	m := mailer(t, s, "smtp")
	subjects := map[string]bool{}
	for i, sent := range every() {
		if err := m.Send(t.Context(), sent); err != nil {
			t.Fatal(err)
		}
		got := s.Wait(i + 1)[i]
		if !got.TLS || got.From != "mindflow@example.org" || got.To != "ada@example.com" {
			t.Errorf("%s%s: %+v", sent.Purpose, sent.Notice, got)
		}
		subjects[got.Header.Get("Subject")] = true
		if got.Header.Get("Message-Id") != "<"+sent.ID.String()+"@example.org>" || got.Header.Get("Auto-Submitted") != "auto-generated" ||
			got.Header.Get("From") != `"MindFlow" <mindflow@example.org>` || got.Header.Get("To") != "<ada@example.com>" {
			t.Errorf("headers %v", got.Header)
		}
		if when, err := got.Header.Date(); err != nil || !when.Equal(friday) {
			t.Errorf("of %v, %v", when, err)
		}
		for _, form := range []string{got.Text, got.HTML} {
			if !strings.Contains(form, "Ada Lovelace") || sent.Link != "" && !strings.Contains(form, sent.Link) {
				t.Errorf("%s%s lacks the name or the link:\n%s", sent.Purpose, sent.Notice, form)
			}
			if strings.Contains(form, "<no value>") || strings.Contains(form, "0001") {
				t.Error(form)
			}
		}
		if sent.Link != "" && got.Link() != sent.Link {
			t.Errorf("the text's link is %q", got.Link())
		}
		if strings.ContainsAny(got.Text, "<>") {
			t.Errorf("the text holds markup:\n%s", got.Text)
		}
		if remote := regexp.MustCompile(`(?i)<(img|link|script|iframe|object|form|svg|style)|src=|url\(|@import|\bon[a-z]+=`).FindString(got.HTML); remote != "" {
			t.Errorf("the HTML holds %s", remote)
		}
		for _, address := range regexp.MustCompile(`https?://[^\s"<]+`).FindAllString(got.HTML+got.Text, -1) {
			if address != link {
				t.Errorf("another address: %s", address)
			}
		}
		for line := range strings.Lines(got.Raw) {
			if len(line) > 998 {
				t.Errorf("a line of %d bytes", len(line))
			}
		}
	}
	if len(subjects) != len(every()) {
		t.Errorf("subjects %v", subjects)
	}
}

// Fails when a greeting takes a name as it is.
func TestWhatPeopleWroteIsInert(t *testing.T) {
	s := mailtest.Start(t, mailtest.Settings{})
	m := mailer(t, s, "smtp")
	for i, hostile := range []string{
		"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "Click http://evil.example now", "evil.example", "www.evil.example",
		"Ada\r\nBcc: victim@example.com", "Ada\nBcc: victim@example.com", "Ada\x00", "{{.Link}}", "ada@evil.example", "javascript:alert(1)",
		"\u202etxt.exe", "Your account is locked. Call 0900 123456", strings.Repeat("Ada ", 40), "=?utf-8?B?QmNj?=", "%0d%0aBcc: x@y.example",
		"Win 1000 €!", "https://evil.example/#", "a/b", "tel:0900",
	} {
		mail := every()[1]
		mail.Name = hostile
		if err := m.Send(t.Context(), mail); err != nil {
			t.Fatal(err)
		}
		got := s.Wait(i + 1)[i]
		if !strings.HasPrefix(got.Text, "Hello,\n") || !strings.Contains(got.HTML, "<p>Hello,</p>") || got.Header.Get("Bcc") != "" || got.Link() != link {
			t.Errorf("%q: %s\n%s", hostile, got.Text, got.HTML)
		}
	}
	for i, name := range []string{"Ada", "Ada Lovelace", "Zoë O'Neill", "Jean-Luc", "李小龍", "مريم", "Ада Лавлейс"} {
		mail := every()[1]
		mail.Name = " " + name + " "
		if err := m.Send(t.Context(), mail); err != nil {
			t.Fatal(err)
		}
		all := s.Mails()
		if got := all[len(all)-1]; !strings.HasPrefix(got.Text, "Hello "+name+",\n") {
			t.Errorf("%d: %s", i, got.Text)
		}
	}
}

// Fails when a mail about passkeys does not say which, or takes their names as they
// are. Seen red with mails that named none, and with names as they were typed.
func TestMailsAboutPasskeysNameThemInertly(t *testing.T) {
	s := mailtest.Start(t, mailtest.Settings{})
	m := mailer(t, s, "smtp")
	for i, row := range []struct {
		names []string
		said  string
	}{
		{[]string{"Phone"}, "The passkey “Phone” was "},
		{[]string{"Ada's iPhone 15"}, "The passkey “Ada's iPhone 15” was "},
		{[]string{"电话", "Ключ-2"}, "The passkeys “电话”, “Ключ-2” were "},
		{[]string{"<img src=x onerror=alert(1)>"}, "The passkey “img src x onerror alert 1” was "},
		{[]string{"https://evil.example/#now"}, "The passkey “https evil example now” was "},
		{[]string{"ada@evil.example\r\nBcc: x@y.example"}, "The passkey “ada evil example Bcc x y example” was "},
		{[]string{"Locked! Call 0900 123456"}, "The passkey “Locked Call” was "},
		{[]string{"\u202etxt.exe"}, "The passkey “txt exe” was "},
		{[]string{strings.Repeat("long ", 20)}, "The passkey “long long long long long long long long…” was "},
		{[]string{"..."}, "A passkey was "},
		{nil, "A passkey was "},
	} {
		notice := []mindflow.Notice{mindflow.PasskeyIsAdded, mindflow.PasskeyIsRemoved}[i%2]
		mail := mindflow.Mail{ID: mindflow.NewID[mindflow.Job](friday), To: "ada@example.com", Notice: notice, At: friday, Passkeys: row.names}
		if err := m.Send(t.Context(), mail); err != nil {
			t.Fatal(err)
		}
		got := s.Wait(i + 1)[i]
		if !strings.Contains(got.Text, row.said) || !strings.Contains(html.UnescapeString(got.HTML), row.said) || got.Header.Get("Bcc") != "" {
			t.Errorf("%q: %s\n%s", row.names, got.Text, got.HTML)
		}
	}
}

// Fails when the address is handed to the server as it came.
func TestNoAddressBeginsAnotherHeaderOrRecipient(t *testing.T) {
	s := mailtest.Start(t, mailtest.Settings{})
	m := mailer(t, s, "smtp")
	for _, to := range []string{
		"ada@example.com\r\nBcc: victim@example.com", "ada@example.com\nRCPT TO:<victim@example.com>", "ada@example.com, victim@example.com",
		"ada@example.com> RCPT TO:<victim@example.com", "Ada <ada@example.com>", `"ada\r\n"@example.com`, "", "ada", "ada@", "@example.com", "ada@[127.0.0.1]", "ada@exa mple.com",
	} {
		mail := every()[0]
		mail.To = to
		if err := m.Send(t.Context(), mail); !errors.Is(err, notify.ErrRefused) {
			t.Errorf("%q: %v", to, err)
		}
	}
	if got := s.Mails(); len(got) != 0 {
		t.Errorf("%d mails", len(got))
	}
	mail := every()[0]
	mail.To = "jürgen@bücher.example"
	if err := m.Send(t.Context(), mail); err != nil || s.Wait(1)[0].To != "jürgen@xn--bcher-kva.example" {
		t.Errorf("%v, %v", err, s.Mails())
	}
}

func TestTLSIsAskedFor(t *testing.T) {
	for name, tt := range map[string]struct {
		settings mailtest.Settings
		scheme   string
	}{
		"turned to":      {mailtest.Settings{}, "smtp"},
		"from the start": {mailtest.Settings{Implicit: true}, "smtps"},
	} {
		t.Run(name, func(t *testing.T) {
			s := mailtest.Start(t, tt.settings)
			if err := mailer(t, s, tt.scheme).Send(t.Context(), every()[0]); err != nil || !s.Wait(1)[0].TLS {
				t.Errorf("%v, %+v", err, s.Mails())
			}
			stranger, err := notify.NewSMTP(notify.Settings{URL: s.URL(tt.scheme), From: "mindflow@example.org"})
			if err != nil {
				t.Fatal(err)
			}
			if err := stranger.Send(t.Context(), every()[0]); err == nil || len(s.Mails()) != 1 {
				t.Errorf("to a certificate of nobody: %v", err)
			}
		})
	}
}

// Fails when a refusal quotes the address, or one for now is taken for one for good.
func TestARefusalSaysWhetherToTryAgainAndQuotesNothing(t *testing.T) {
	s := mailtest.Start(t, mailtest.Settings{})
	m := mailer(t, s, "smtp")
	for code, final := range map[int]bool{450: false, 451: false, 550: true, 553: true} {
		s.Refuse(code)
		err := m.Send(t.Context(), every()[0])
		if err == nil || errors.Is(err, notify.ErrRefused) != final || strings.Contains(mindflow.Said(err), "ada@") {
			t.Errorf("%d: %v, final %v", code, err, errors.Is(err, notify.ErrRefused))
		}
	}
	gone, err := notify.NewSMTP(notify.Settings{URL: "smtp://127.0.0.1:1", From: "mindflow@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	if err := gone.Send(t.Context(), every()[0]); err == nil || errors.Is(err, notify.ErrRefused) {
		t.Errorf("a server that is not there: %v", err)
	}
	wrong := strings.Replace(s.URL("smtp"), "p%40ss", "guess", 1)
	stranger, err := notify.NewSMTP(notify.Settings{URL: wrong, From: "mindflow@example.org", Roots: s.Roots()})
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger.Send(t.Context(), every()[0]); err == nil || errors.Is(err, notify.ErrRefused) || strings.Contains(mindflow.Said(err), "guess") {
		t.Errorf("a wrong password: %v", err)
	}
}

func TestTheLogTellsTheLink(t *testing.T) {
	var out bytes.Buffer
	if err := notify.NewLog(slog.New(slog.NewTextHandler(&out, nil))).Send(t.Context(), every()[1]); err != nil || !strings.Contains(out.String(), link) {
		t.Error(out.String(), err)
	}
}

// Seen red with a try that did not sign in.
func TestAMailServerIsTriedAndSentNothing(t *testing.T) {
	try := func(url string, s *mailtest.Server, trusted bool) error {
		t.Helper()
		settings := notify.Settings{URL: url, From: "mindflow@example.org"}
		if trusted {
			settings.Roots = s.Roots()
		}
		m, err := notify.NewSMTP(settings)
		if err != nil {
			t.Fatal(err)
		}
		return m.Try(t.Context())
	}
	starts, implicit := mailtest.Start(t, mailtest.Settings{}), mailtest.Start(t, mailtest.Settings{Implicit: true})
	for name, err := range map[string]error{
		"STARTTLS": try(starts.URL("smtp"), starts, true), "TLS": try(implicit.URL("smtps"), implicit, true),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for want, err := range map[string]error{
		"the mail server's certificate does not hold": try(implicit.URL("smtps"), implicit, false),
		"the mail server lets nobody in: 454":         try(strings.Replace(starts.URL("smtp"), "p%40ss", "wrong", 1), starts, true),
		"the mail server cannot be reached: ":         try("smtps://127.0.0.1:1", starts, true),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "wrong") {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if n := len(starts.Mails()) + len(implicit.Mails()); n > 0 {
		t.Errorf("%d mails were sent", n)
	}
}
