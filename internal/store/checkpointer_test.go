package store_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mindflow/internal/store"
	"mindflow/internal/store/storetest"
)

// Fails when the log is only ever appended to: writers that never pause would
// let it grow for as long as they write.
func TestTheLogStartsOverUnderWritersThatNeverPause(t *testing.T) {
	url := storetest.URL(t, storetest.SQLite)
	file := strings.TrimPrefix(url, "sqlite:///") + "-wal"
	s, err := store.Open(t.Context(), url, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	salt := func() []byte { // is another once the log starts over
		log, err := os.ReadFile(file)
		if err != nil || len(log) < 24 {
			t.Fatalf("a log of %d bytes (%v)", len(log), err)
		}
		return log[16:24]
	}
	if err := s.Write(t.Context(), keep("first")); err != nil {
		t.Fatal(err)
	}
	first := salt()

	const writers, most = 8, 20_000
	var all sync.WaitGroup
	var written atomic.Int64
	stop := make(chan struct{})
	for range writers {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := s.Write(t.Context(), keep(fmt.Sprint(written.Add(1)))); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for bytes.Equal(salt(), first) {
		if written.Load() > most {
			t.Errorf("after %d changes the log still grows", most)
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	close(stop)
	all.Wait()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	// What was copied beside the writers is all there.
	if s, err = store.Open(t.Context(), url, time.Now); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if n := len(kept(t, s)); n != int(written.Load())+1 {
		t.Errorf("kept %d of %d", n, written.Load()+1)
	}
}
