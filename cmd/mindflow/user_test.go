package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// Fails when the question is passed over, or a dry run erases.
func TestAnAccountIsErasedOnceItsAddressWasTyped(t *testing.T) {
	s := signedUp(t)
	s.must(t, "add", "x")
	if r := s.run(t, "user", "delete", "ada@example.com", "--dry-run"); r.code != exitDone || !strings.Contains(r.out, "1  tasks") || !strings.Contains(r.out, "Dry run") || !strings.Contains(r.out, "backups") {
		t.Errorf("%+v", r)
	}
	if r := s.enter(t, "yes\n", "user", "delete", "ada@example.com"); r.code != exitFailed || !strings.Contains(r.err, "nothing was changed") {
		t.Errorf("%+v", r)
	}
	if out := s.must(t, "user", "list"); !strings.Contains(out, "ada@example.com  1") {
		t.Error(out)
	}
	if r := s.run(t, "user", "delete", "ada@example.com", "--json"); r.code != exitUsage {
		t.Errorf("%+v", r)
	}
	if r := s.enter(t, "ada@example.com\n", "user", "delete", "ADA@example.com"); r.code != exitDone || !strings.HasSuffix(r.out, "Erased.\n") {
		t.Errorf("%+v", r)
	}
	if r := s.run(t, "next"); r.code != exitFailed {
		t.Errorf("still signed in: %+v", r)
	}
	if r := s.run(t, "user", "delete", "ada@example.com", "--yes"); r.code != exitFailed || !strings.Contains(r.err, "no account for ada@example.com") {
		t.Errorf("%+v", r)
	}
	var accounts []userLine
	if err := json.Unmarshal([]byte(s.must(t, "user", "list", "--json")), &accounts); err != nil || len(accounts) != 0 {
		t.Error(accounts, err)
	}
}

func TestErasingForAScript(t *testing.T) {
	s := signedUp(t)
	var gone erased
	if err := json.Unmarshal([]byte(s.must(t, "user", "delete", "ada@example.com", "--yes", "--json")), &gone); err != nil || gone.Gone["users"] != 1 || gone.DryRun || gone.UserID == "" {
		t.Errorf("%+v, %v", gone, err)
	}
}
