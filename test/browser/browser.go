// Package browser drives a real Chromium in tests: pages are only as safe as a
// browser says they are.
package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"
)

// names are what the program is called, by those who package it.
var names = [...]string{"chromium", "chromium-browser", "google-chrome"}

// answerTime bounds how long the browser may take for one thing.
const answerTime = 30 * time.Second

// Browser is a running Chromium without a window, in a profile of its own.
type Browser struct {
	tb      testing.TB
	to      *os.File
	mu      sync.Mutex
	last    int
	waiting map[int]chan reply
	gone    error
}

// reply is what the browser says: to a command, or by itself.
type reply struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// Start runs a browser until the test ends. Without Chromium the test is
// skipped, except in continuous integration, where it fails.
func Start(tb testing.TB) *Browser {
	tb.Helper()
	program := ""
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil {
			program = found
			break
		}
	}
	if program == "" {
		if os.Getenv("CI") == "true" {
			tb.Fatal("there is no Chromium (Debian: apt-get install chromium)")
		}
		tb.Skip("there is no Chromium (Debian: apt-get install chromium)")
	}
	theirs, to, err := os.Pipe()
	if err != nil {
		tb.Fatal(err)
	}
	from, theirsToo, err := os.Pipe()
	if err != nil {
		tb.Fatal(err)
	}
	//nolint:noctx // it ends with the test, which kills its whole group
	cmd := exec.Command(program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--user-data-dir="+tb.TempDir(), "--remote-debugging-pipe", "about:blank")
	cmd.ExtraFiles = []*os.File{theirs, theirsToo} // its descriptors 3 and 4
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	_, _ = theirs.Close(), theirsToo.Close()
	b := &Browser{tb: tb, to: to, waiting: map[int]chan reply{}}
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		b.listen(from)
	}()
	tb.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		_, _ = to.Close(), from.Close()
		<-heard
	})
	return b
}

// listen hands out what the browser says; messages end with a NUL.
func (b *Browser) listen(from *os.File) {
	r := bufio.NewReader(from)
	for {
		raw, err := r.ReadBytes(0)
		if err != nil {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.gone = fmt.Errorf("the browser is gone: %w", err)
			for id, c := range b.waiting {
				close(c)
				delete(b.waiting, id)
			}
			return
		}
		var said reply
		if json.Unmarshal(raw[:len(raw)-1], &said) != nil || said.ID == 0 {
			continue
		}
		b.mu.Lock()
		c := b.waiting[said.ID]
		delete(b.waiting, said.ID)
		b.mu.Unlock()
		if c != nil {
			c <- said
		}
	}
}

// call sends one command of the DevTools protocol to a session, or to the
// browser itself.
func (b *Browser) call(session, method string, params, result any) error {
	b.mu.Lock()
	if b.gone != nil {
		defer b.mu.Unlock()
		return b.gone
	}
	b.last++
	id, answer := b.last, make(chan reply, 1)
	b.waiting[id] = answer
	raw, err := json.Marshal(map[string]any{"id": id, "method": method, "params": params, "sessionId": session})
	if session == "" {
		raw, err = json.Marshal(map[string]any{"id": id, "method": method, "params": params})
	}
	if err == nil {
		_, err = b.to.Write(append(raw, 0))
	}
	b.mu.Unlock()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	select {
	case said, ok := <-answer:
		switch {
		case !ok:
			return errors.New("the browser is gone")
		case said.Error != nil:
			return fmt.Errorf("%s: %s", method, said.Error.Message)
		case result == nil:
			return nil
		}
		return json.Unmarshal(said.Result, result)
	case <-ctx.Done():
		return fmt.Errorf("%s: no answer", method)
	}
}

// Page is a tab.
type Page struct {
	b       *Browser
	session string
}

// watch collects what a page must not do: what its policy had to forbid,
// scripts that failed, and scripts that somebody's text became: those of
// test/hostile call canary.
const watch = `
	window.violations = [];
	addEventListener("securitypolicyviolation", e => violations.push(e.effectiveDirective + " " + e.blockedURI + " " + e.sample));
	window.fired = 0;
	window.canary = () => { fired++ };
	addEventListener("error", e => violations.push("error " + (e.message || e.target.src || e.target.href)), true);
`

// Open opens a page in a tab of its own and waits until it is loaded.
func (b *Browser) Open(url string) *Page {
	b.tb.Helper()
	return b.OpenWith(url, nil)
}

// OpenWith does the same with headers of its own, in each of the page's requests.
func (b *Browser) OpenWith(url string, headers map[string]string) *Page {
	b.tb.Helper()
	if headers == nil {
		headers = map[string]string{}
	}
	var target struct{ TargetID string }
	var attached struct{ SessionID string }
	p := &Page{b: b}
	err := b.call("", "Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	if err == nil {
		err = b.call("", "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
		p.session = attached.SessionID
	}
	for _, step := range []struct {
		method string
		params map[string]any
	}{
		{"Page.enable", nil},
		{"Runtime.enable", nil},
		{"Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": watch}},
		{"Network.enable", nil},
		{"Network.setExtraHTTPHeaders", map[string]any{"headers": headers}},
		{"Page.navigate", map[string]any{"url": url}},
	} {
		if err == nil {
			err = b.call(p.session, step.method, step.params, nil)
		}
	}
	if err != nil {
		b.tb.Fatal(err)
	}
	p.Await(`document.readyState == "complete" && location.href != "about:blank"`)
	return p
}

// Run evaluates JavaScript in the page, waits for a promise, and decodes what
// comes of it.
func (p *Page) Run(script string, result any) {
	p.b.tb.Helper()
	if err := p.run(script, result); err != nil {
		p.b.tb.Fatal(err)
	}
}

func (p *Page) run(script string, result any) error {
	var got struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	err := p.b.call(p.session, "Runtime.evaluate", map[string]any{"expression": script, "returnByValue": true, "awaitPromise": true, "userGesture": true}, &got)
	switch {
	case err != nil:
		return err
	case got.ExceptionDetails != nil:
		return fmt.Errorf("%s: %s %s", script, got.ExceptionDetails.Text, got.ExceptionDetails.Exception.Description)
	case result == nil || len(got.Result.Value) == 0:
		return nil
	}
	return json.Unmarshal(got.Result.Value, result)
}

// Await waits until an expression is true.
func (p *Page) Await(condition string) {
	p.b.tb.Helper()
	deadline := time.Now().Add(answerTime)
	for {
		var yes bool
		err := p.run("Boolean("+condition+")", &yes)
		if err == nil && yes {
			return
		}
		if time.Now().After(deadline) {
			var page string
			_ = p.run("document.documentElement.outerHTML", &page)
			p.b.tb.Fatalf("it never came to be that %s (%v): %.2000s", condition, err, page)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// Violations are what the page's policy had to forbid, and scripts that failed.
func (p *Page) Violations() []string {
	p.b.tb.Helper()
	var all []string
	p.Run("violations", &all)
	return all
}

// Fired is how often a text became a script.
func (p *Page) Fired() int {
	p.b.tb.Helper()
	var times int
	p.Run("fired", &times)
	return times
}
