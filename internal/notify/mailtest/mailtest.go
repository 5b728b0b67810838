// Package mailtest is a mail server for tests: it speaks SMTP with TLS, keeps
// what it takes, and refuses when it is told to.
package mailtest

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"mindflow/test/stage"
)

// The one account of the server.
const (
	User     = "mindflow"
	Password = "p@ss:w/rd"
)

// Mail is what the server took.
type Mail struct {
	From, To string
	Raw      string
	Header   mail.Header
	Text     string
	HTML     string
	TLS      bool // whether nobody on the way could read it
}

var links = regexp.MustCompile(`https?://\S+#[A-Za-z0-9_-]{43}`)

// Link is the one link with a secret in the text.
func (m Mail) Link() string { return links.FindString(m.Text) }

// Token is its secret.
func (m Mail) Token() string {
	_, token, _ := strings.Cut(m.Link(), "#")
	return token
}

// Server takes mail.
type Server struct {
	t     testing.TB
	addr  string
	certs string // a file of the authority's certificate
	roots *x509.CertPool

	mu     sync.Mutex
	mails  []Mail
	refuse []*smtp.SMTPError
	drop   int // mails that are taken, and whose answer gets lost
}

// Settings of a server.
type Settings struct {
	Implicit bool // TLS from the start
	NoTLS    bool // none at all
	NoAuth   bool
}

// Start starts a server that ends with the test.
func Start(tb testing.TB, settings Settings) *Server {
	tb.Helper()
	s := &Server{t: tb}
	certificate := s.authority()
	backend := smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{server: s, conn: c, auth: !settings.NoAuth}, nil
	})
	server := smtp.NewServer(backend)
	server.Domain, server.ErrorLog = "localhost", log.New(io.Discard, "", 0)
	server.ReadTimeout, server.WriteTimeout, server.EnableSMTPUTF8 = 10*time.Second, 10*time.Second, true
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	var listener net.Listener
	var err error
	if listener, err = (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0"); err != nil {
		tb.Fatal(err)
	}
	s.addr = listener.Addr().String()
	switch {
	case settings.Implicit:
		listener = tls.NewListener(listener, config)
	case settings.NoTLS:
		server.AllowInsecureAuth = true
	default:
		server.TLSConfig = config
	}
	go func() { _ = server.Serve(listener) }()
	tb.Cleanup(func() { _ = server.Close() })
	return s
}

// URL is the server's, with the account in it, for a scheme.
func (s *Server) URL(scheme string) string {
	return scheme + "://" + User + ":p%40ss%3Aw%2Frd@" + s.addr
}

// Roots are the authorities the server's certificate is of; RootsFile is a file of them.
func (s *Server) Roots() *x509.CertPool { return s.roots }

// RootsFile is a file of the same, for SSL_CERT_FILE.
func (s *Server) RootsFile() string { return s.certs }

// Refuse refuses the next mails with these codes, in turn.
func (s *Server) Refuse(codes ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, code := range codes {
		s.refuse = append(s.refuse, &smtp.SMTPError{Code: code, Message: "not now, ada@example.com"})
	}
}

// Drop takes the next n mails and then answers that it did not.
func (s *Server) Drop(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop += n
}

// Mails are all it has taken.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

// Wait waits for n mails in all, and answers them.
func (s *Server) Wait(n int) []Mail {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if all := s.Mails(); len(all) >= n {
			return all
		}
		if time.Now().After(end) {
			s.t.Fatalf("only %d of %d mails came", len(s.Mails()), n)
		}
	}
}

func (s *Server) authority() tls.Certificate {
	s.t.Helper()
	pair := stage.Certificate(s.t, time.Now().Add(time.Hour), "localhost", "127.0.0.1")
	certificate, _ := stage.PEM(s.t, pair)
	s.roots, s.certs = stage.Trusting(pair), filepath.Join(s.t.TempDir(), "roots.pem")
	if err := os.WriteFile(s.certs, certificate, 0o600); err != nil {
		s.t.Fatal(err)
	}
	return pair
}

type session struct {
	server   *Server
	conn     *smtp.Conn
	auth     bool
	signedIn bool
	from, to string
}

func (s *session) AuthMechanisms() []string {
	if !s.auth {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != User || password != Password {
			return errors.New("wrong password")
		}
		s.signedIn = true
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.auth && !s.signedIn {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if len(s.server.refuse) > 0 {
		err := s.server.refuse[0]
		s.server.refuse = s.server.refuse[1:]
		return err
	}
	s.to = to
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m := Mail{From: s.from, To: s.to, Raw: string(raw)}
	_, m.TLS = s.conn.TLSConnectionState()
	if err := m.parse(); err != nil {
		s.server.t.Errorf("a mail that cannot be read: %v\n%s", err, raw)
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.mails = append(s.server.mails, m)
	if s.server.drop > 0 {
		s.server.drop--
		return &smtp.SMTPError{Code: 451, Message: "lost"}
	}
	return nil
}

func (*session) Reset() {}

func (*session) Logout() error { return nil }

func (m *Mail) parse() error {
	msg, err := mail.ReadMessage(strings.NewReader(m.Raw))
	if err != nil {
		return err
	}
	m.Header = msg.Header
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		return errors.Join(err, errors.New("not of two forms: "+kind))
	}
	parts := multipart.NewReader(msg.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var body bytes.Buffer
		var r io.Reader = part
		if part.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			r = quotedprintable.NewReader(part)
		}
		if _, err := body.ReadFrom(r); err != nil {
			return err
		}
		text := strings.ReplaceAll(body.String(), "\r\n", "\n")
		switch kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind {
		case "text/plain":
			m.Text = text
		case "text/html":
			m.HTML = text
		}
	}
}
