package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"syscall"

	"mindflow/internal/client"
	"mindflow/internal/mindflow"
)

// hintAt says what to do about an error, if that is known.
func hintAt(c *console, err error) string {
	unanswered, _ := errors.AsType[*client.UnansweredError](err)
	ended, _ := errors.AsType[*client.SessionEndedError](err)
	switch {
	case unanswered != nil:
		return hintAtSilence(c, unanswered)
	case errors.Is(err, client.ErrNotMindFlow):
		if e, ok := errors.AsType[*client.Error](err); ok && e.Status >= http.StatusInternalServerError {
			return "Something in between answered; is the server behind it running?"
		}
		return c.source() + " Is it that of a MindFlow server, with its whole path?"
	case ended != nil:
		return fmt.Sprintf("Run \"mindflow login --server %s --email %s\" again.", ended.Account.Server, printable(ended.Account.Email))
	case errors.Is(err, client.ErrManyAccounts):
		return `Choose one with "mindflow use", or for once with --account.`
	case errors.Is(err, client.ErrSignedOut) && c.chosen.Server != "":
		return fmt.Sprintf("Run \"mindflow login --server %s\" first.", c.chosen.Server)
	case errors.Is(err, client.ErrSignedOut):
		return `Run "mindflow login" first.`
	case c.byToken() && refusesToken(err):
		return "The token is the one of " + tokenVariable + "."
	case isBlocked(err):
		return "If you did it all the same, say it again with --blocked."
	case errors.Is(err, errUsage):
		return `Run "mindflow --help" for how it is used.`
	}
	return ""
}

// isBlocked reports whether a task waits for others, which are open.
func isBlocked(err error) bool {
	e, ok := errors.AsType[*client.Error](err)
	return ok && e.Type == mindflow.ReasonBlocked
}

// refusesToken reports whether a server does not take a token, or not for this.
func refusesToken(err error) bool {
	e, ok := errors.AsType[*client.Error](err)
	return ok && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden)
}

// hintAtSilence is for a server that could not be asked.
func hintAtSilence(c *console, err *client.UnansweredError) string {
	if name, ok := errors.AsType[*net.DNSError](err); ok {
		if name.IsNotFound {
			return fmt.Sprintf("There is no host of the name %s. %s", name.Name, c.source())
		}
		return fmt.Sprintf("The name %s cannot be looked up now; is this machine online?", name.Name)
	}
	switch {
	case errors.Is(err, client.ErrUntrusted) && unencrypted(err):
		return "There is no encryption at that port; its address may begin with http:// instead. " + c.source()
	case errors.Is(err, client.ErrUntrusted):
		return "Nothing was sent. Its certificate must be valid for that name, now, and of an authority this machine trusts."
	case local(err.Server):
		return `Is it running? "mindflow serve" starts one on this machine.`
	case errors.Is(err, syscall.ECONNREFUSED):
		return "Nothing listens there; is the server running? " + c.source()
	}
	return c.source()
}

// unencrypted reports whether plain HTTP was met where TLS was meant.
func unencrypted(err *client.UnansweredError) bool {
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, alert := errors.AsType[tls.AlertError](err)
	return !certificate && !alert
}

// local reports whether a server is the one "mindflow serve" starts when it is
// not told where.
func local(server string) bool {
	u, err := url.Parse(server)
	return err == nil && (server == defaultServer || u.Scheme == "http" && u.Host == "localhost:8000")
}

// source says where the address of the server is from.
func (c *console) source() string {
	switch {
	case c.chosen.Server != "":
		return "The address is the one of --server."
	case c.env[serverVariable] != "":
		return "The address is from " + serverVariable + "."
	}
	return `The address is where you signed in; "mindflow accounts" lists them.`
}
