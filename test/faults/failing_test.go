package faults

import (
	"fmt"
	"net/http"
	"testing"
)

// The k-th write to SQLite's files fails, or the k-th sync, or all of them:
// what is answered as done stays, what fails is answered 503, or 507 where
// there is no room, reads go on, and once it is over so does everything, by
// itself. Seen red with a server that did not look whether its COMMIT failed.
func TestAFailingWriteOrSyncLosesNothingThatWasAnswered(t *testing.T) {
	s, file := embedded(t)
	ada := signUp(t, s.url, "ada@example.com")
	l := newLedger()
	var ids []string
	for n := range 4 {
		id, err := l.create(ada, fmt.Sprint("made ", n))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	unsure := map[string]bool{} // titles whose fate nobody was told
	step := 0
	change := func() int {
		step++
		id, title := ids[step%len(ids)], fmt.Sprint("changed ", step)
		status, raw, _, err := ada.try("PATCH", "/api/tasks/"+id, fmt.Sprintf(`{"title": %q}`, title))
		if status == http.StatusOK {
			_, err = l.enter(status, http.StatusOK, raw, err)
		} else {
			unsure[title] = true
		}
		if err != nil {
			t.Fatal(err)
		}
		status2, raw, _, err := ada.try("GET", "/api/tasks/"+id, "")
		if status2 != http.StatusOK {
			t.Fatalf("a read is answered %d %s %v", status2, raw, err)
		}
		l.maybe(t, raw, unsure)
		return status
	}
	const write, sync = "pwrite64", "fsync,fdatasync"
	for _, fault := range []struct{ calls, errno string }{{write, "EIO"}, {write, "ENOSPC"}, {sync, "EIO"}, {sync, "ENOSPC"}} {
		refused := 0
		var whens []string
		for k := range often(5, 60) {
			whens = append(whens, fmt.Sprint(k+1))
		}
		for _, when := range append(whens, "1+") {
			stop := attach(t, s, "-o", "/dev/null", "-e", "trace="+fault.calls, "-P", file, "-P", file+"-wal",
				"-e", fmt.Sprintf("inject=%s:error=%s:when=%s", fault.calls, fault.errno, when))
			here := 0
			for range 12 {
				switch status := change(); {
				case status == http.StatusOK && when != "1+":
				case status == http.StatusServiceUnavailable, status == http.StatusInsufficientStorage && fault.errno == "ENOSPC":
					here++
				default:
					t.Errorf("%s of %s, the one that counts %s: a change is answered %d", fault.errno, fault.calls, when, status)
				}
			}
			stop()
			if status := change(); status != http.StatusOK {
				t.Errorf("after %s of %s a change is answered %d", fault.errno, fault.calls, status)
			}
			if when == "1+" && here != 12 {
				t.Errorf("while every %s fails with %s, %d of 12 changes are refused", fault.calls, fault.errno, here)
			}
			refused += here
		}
		t.Logf("%s of %s: %d refused", fault.errno, fault.calls, refused)
	}
	for _, id := range ids { // what a read has shown stays, too
		if err := l.check(ada, id); err != nil {
			t.Error(err)
		}
	}
	s.kill()
	again := start(t, "DATABASE_URL=sqlite:///"+file).ready()
	ada.base = again.url
	l.balance(t, ada)
}
