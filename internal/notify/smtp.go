package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"mindflow/internal/mindflow"
)

// Settings are what an SMTP mailer is told from outside.
type Settings struct {
	// URL names the mail server: smtp:// begins in plain text and turns to TLS
	// (STARTTLS), smtps:// is TLS from the start. User and password stand in it.
	URL string
	// From is the sender, as "MindFlow <mindflow@example.org>" or the address alone.
	From string
	// Roots are the authorities whose certificates count; nil: the machine's.
	Roots *x509.CertPool
}

// SMTP sends mails through a mail server.
type SMTP struct {
	host    string
	options []gomail.Option
	from    *mail.Address
	domain  string // of the sender
}

// ErrRefused is a mail that its server will not take for this address, however
// often it is tried.
var ErrRefused = errors.New("the mail server refuses the address")

// sendTime is how long a mail server may take for one mail.
const sendTime = 30 * time.Second

const (
	smtpPort  = 587
	smtpsPort = 465
)

var (
	errURL  = errors.New("must be an address such as smtp://user:password@mail.example.org:587 or smtps://mail.example.org")
	errFrom = errors.New("must be an address such as mindflow@example.org, or MindFlow <mindflow@example.org>")
)

func sender(raw string) (*mail.Address, error) {
	from, err := mail.ParseAddress(raw)
	if err != nil || strings.ContainsAny(raw, "\r\n") {
		return nil, errFrom
	}
	if _, err := mindflow.ParseEmail(from.Address); err != nil {
		return nil, errFrom
	}
	return from, nil
}

func server(raw string) (*url.URL, int, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return nil, 0, errURL
	}
	port := map[string]int{"smtp": smtpPort, "smtps": smtpsPort}[u.Scheme]
	if u.Port() != "" && port != 0 {
		if port, err = strconv.Atoi(u.Port()); err != nil || port < 1 || port > 65535 {
			return nil, 0, errURL
		}
	}
	if port == 0 {
		return nil, 0, errURL
	}
	return u, port, nil
}

// NewSMTP makes a mailer. It does not speak to its server yet.
func NewSMTP(s Settings) (*SMTP, error) {
	u, port, err := server(s.URL)
	if err != nil {
		return nil, err
	}
	from, err := sender(s.From)
	if err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	if domain, err = idna.Lookup.ToASCII(domain); err != nil {
		return nil, errFrom
	}
	m := &SMTP{host: u.Hostname(), from: from, domain: domain}
	m.options = []gomail.Option{
		gomail.WithPort(port), gomail.WithTimeout(sendTime), gomail.WithHELO(domain),
		gomail.WithTLSConfig(&tls.Config{ServerName: m.host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}),
	}
	switch {
	case u.Scheme == "smtps":
		m.options = append(m.options, gomail.WithSSL())
	case onThisMachine(m.host): // where nobody listens in, TLS may be missing
		m.options = append(m.options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		m.options = append(m.options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if u.User != nil {
		password, _ := u.User.Password()
		m.options = append(m.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	return m, nil
}

func onThisMachine(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// Send hands a mail to the server. It has a Message-ID that stays the same when
// the mail is sent again.
func (m *SMTP) Send(ctx context.Context, mail mindflow.Mail) error {
	msg, err := m.message(mail)
	if err != nil {
		return err
	}
	client, err := gomail.NewClient(m.host, m.options...)
	if err != nil {
		return fmt.Errorf("prepare mail: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	return said(client.DialAndSendWithContext(ctx, msg))
}

// Try goes as far as Send does before it hands a mail over: it connects, turns to
// TLS and signs in. Nothing is sent.
func (m *SMTP) Try(ctx context.Context) error {
	client, err := gomail.NewClient(m.host, m.options...)
	if err != nil {
		return fmt.Errorf("prepare mail: %w", err)
	}
	err = client.DialWithContext(ctx)
	if err == nil {
		return said(client.Close())
	}
	if refused, ok := errors.AsType[*textproto.Error](err); ok {
		return &mindflow.Failure{Said: fmt.Sprintf("the mail server lets nobody in: %d", refused.Code), Err: err}
	}
	return said(err)
}

// message is a mail as it goes over the wire. Its headers hold fixed words, our
// own ids, and an address that was checked: nothing a person could begin another
// header with.
func (m *SMTP) message(mail mindflow.Mail) (*gomail.Msg, error) {
	to, err := recipient(mail.To)
	if err != nil {
		return nil, err
	}
	l := wordsOf(mail)
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(m.from)
	msg.ToMailAddress(to)
	msg.Subject(l.Subject)
	msg.SetMessageIDWithValue(mail.ID.String() + "@" + m.domain)
	msg.SetDateWithValue(mail.At.UTC())
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // who is away sends no answer
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetBodyString(gomail.TypeTextPlain, l.text())
	msg.AddAlternativeString(gomail.TypeTextHTML, l.html())
	return msg, nil
}

// recipient checks an address once more, and writes its domain as mail servers
// read it.
func recipient(address string) (*mail.Address, error) {
	address, err := mindflow.ParseEmail(address)
	if err != nil {
		return nil, ErrRefused
	}
	at := strings.LastIndexByte(address, '@')
	domain, err := idna.Lookup.ToASCII(address[at+1:])
	if err != nil {
		return nil, ErrRefused
	}
	return &mail.Address{Address: address[:at+1] + domain}, nil
}

// permanent is the first of the codes that stay as they are.
const permanent = 500

// said is an error without what mail servers quote: addresses, above all.
func said(err error) error {
	if err == nil {
		return nil
	}
	var send *gomail.SendError
	var network net.Error
	switch {
	case errors.As(err, &send) && send.Reason == gomail.ErrSMTPRcptTo && send.ErrorCode() >= permanent:
		return &mindflow.Failure{Said: fmt.Sprintf("the mail server refuses the address: %d", send.ErrorCode()), Err: errors.Join(ErrRefused, err)}
	case errors.As(err, &send):
		return &mindflow.Failure{Said: fmt.Sprintf("the mail server does not take the mail (%s): %d", send.Reason, send.ErrorCode()), Err: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &mindflow.Failure{Said: "the mail server did not answer in time", Err: err}
	case errors.As(err, &network):
		return &mindflow.Failure{Said: "the mail server cannot be reached: " + network.Error(), Err: err}
	}
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	if errors.As(err, &unknown) || errors.As(err, &name) || errors.As(err, &invalid) {
		return &mindflow.Failure{Said: "the mail server's certificate does not hold", Err: err}
	}
	return &mindflow.Failure{Said: "the mail server was not satisfied", Err: err}
}
