package main

import (
	"net/http"
	"testing"
)

func TestDoneSaysWhenATaskComesAgain(t *testing.T) {
	s := signedUp(t)
	var signed struct {
		Access string `json:"access_token"`
	}
	s.ask(t, "POST /api/auth/login", "", `{"email": "ada@example.com", "password": "`+password+`"}`, &signed)
	for title, due := range map[string]string{"Water": "2026-11-23", "Call": "2026-11-23T17:00"} {
		body := `{"title": "` + title + `", "due_date": "` + due + `", "recurrence": {"rule": "FREQ=DAILY;COUNT=2"}}`
		if status := s.ask(t, "POST /api/tasks", signed.Access, body, nil); status != http.StatusCreated {
			t.Fatalf("%s: %d", title, status)
		}
	}
	same(t, s.must(t, "done", "water"), "Done: Water (########)\ndue 2026-11-23\nIt comes again, due 2026-11-24.\n")
	same(t, s.must(t, "done", "water"), "Done: Water (########)\ndue 2026-11-24\nThat was the last time.\n")
	same(t, s.must(t, "done", "call"), "Done: Call (########)\ndue 17:00 today\nIt comes again, due 17:00 tomorrow.\n")
}
