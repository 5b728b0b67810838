package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"mindflow/test/network"
)

// A program that publishes a document about itself is known by it, and what lies in
// a private network is not asked, unless the settings say so. Fails where nothing
// reads documents, and where one person may have them read on and on.
func TestProgramsAreDescribedByDocumentsOnTheInternet(t *testing.T) {
	const public, house = "1.2.3.4", "10.9.9.9"
	own := network.Alone(t, public, house)
	if own == nil {
		return
	}
	var asked atomic.Int32
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, fmt.Sprintf(`{"client_id": "https://%s%s", "client_name": "Notes", "redirect_uris": ["https://notes.example/done"]}`, r.Host, r.URL))
	})
	own.Serve(t, public, handler)
	own.Serve(t, house, handler)
	trapped := own.Trap(t, "169.254.169.254", "10.0.0.1", "127.0.0.1")
	for _, allowed := range []string{"", house + "/32"} {
		s := newShell(t)
		s.env["PUBLIC_URL"], s.env["EGRESS_ALLOW"], s.env["RATE_LIMIT_CLIENTS"] = "https://mind.example.org", allowed, "6/min"
		stop := s.serve(t)
		ada, bob := s.signUp(t, "ada@example.com"), s.signUp(t, "bob@example.com")
		consider := func(id, token string) (int, string) {
			t.Helper()
			status, answer, _ := s.send(t, "POST /api/oauth/requests", fmt.Sprintf(`{"client_id": %q, "redirect_uri": "https://notes.example/done", "response_type": "code",
				"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"}`, id), token)
			return status, answer
		}
		describes := func(id, token string) {
			t.Helper()
			if status, answer := consider(id, token); status != http.StatusOK || !strings.Contains(answer, `"Notes"`) || !strings.Contains(answer, `"document"`) || !strings.Contains(answer, `"address":"`+id+`"`) {
				t.Errorf("%s: %d %s", id, status, answer)
			}
		}
		refuses := func(id, token string) {
			t.Helper()
			if status, answer := consider(id, token); status != http.StatusUnprocessableEntity || !strings.Contains(answer, "could not be reached on the internet") {
				t.Errorf("%s: %d %s", id, status, answer)
			}
		}
		asked.Store(0)
		describes("https://"+public+"/client.json", ada.Access)
		describes("https://"+public+"/client.json", bob.Access) // kept
		if n := asked.Load(); n != 1 {
			t.Errorf("asked %d times", n)
		}
		if allowed == "" {
			refuses("https://"+house+"/client.json", ada.Access)
		} else {
			describes("https://"+house+"/client.json", ada.Access)
		}
		for _, id := range []string{"https://169.254.169.254/latest/meta-data/", "https://10.0.0.1/client.json", "https://127.0.0.1/client.json", "https://[::ffff:10.0.0.1]/client.json"} {
			refuses(id, ada.Access)
		}
		// One person may ask so often, and others then still do.
		if status, answer := consider("https://10.0.0.1/another", ada.Access); status != http.StatusTooManyRequests {
			t.Errorf("one too many: %d %s", status, answer)
		}
		refuses("https://10.0.0.1/another", bob.Access)
		if r := stop(); r.code != exitDone {
			t.Errorf("%+v", r)
		}
	}
	if n := trapped.Load(); n != 0 {
		t.Errorf("%d connections to where none may be", n)
	}
}
