package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The test binary stands in for both programs the benchmark starts: the server, and the benchmark itself as floor.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "serve":
			if err := serveFake(); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			return
		case "-floor":
			os.Exit(command(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
		}
	}
	os.Exit(m.Run())
}

// fakeServer knows the few routes the benchmark uses. It syncs a file at each second write, so that the count of syncs
// has a known answer, and keeps its tasks over a restart.
type fakeServer struct {
	mu     sync.Mutex
	tasks  map[string]map[string]json.RawMessage // by e-mail address, by id
	writes int
	disk   *os.File
	broken string // a method that answers 500, but for what makes tasks wait for each other
}

func serveFake() error {
	state := filepath.Join(os.Getenv("DATA_DIR"), "tasks.json")
	f := &fakeServer{tasks: map[string]map[string]json.RawMessage{}, broken: os.Getenv("FAKE_BROKEN")}
	if os.Getenv("FAKE_DIES") != "" {
		return fmt.Errorf("the fake was told to die")
	}
	if text, err := os.ReadFile(state); err == nil {
		if err := json.Unmarshal(text, &f.tasks); err != nil {
			return err
		}
	}
	var err error
	if f.disk, err = os.Create(filepath.Join(os.Getenv("DATA_DIR"), "disk")); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	server := &http.Server{Addr: os.Getenv("LISTEN_ADDR"), Handler: f.routes(), ReadHeaderTimeout: time.Second}
	go func() { _ = server.ListenAndServe() }()
	<-ctx.Done()
	if err := server.Shutdown(context.Background()); err != nil {
		return err
	}
	text, err := json.Marshal(f.tasks)
	if err != nil {
		return err
	}
	return os.WriteFile(state, text, 0o600)
}

func (f *fakeServer) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"status":"healthy"}`) })
	mux.HandleFunc("POST /api/auth/register", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) })
	mux.HandleFunc("POST /api/auth/login", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Email, Password string }
		if json.NewDecoder(r.Body).Decode(&in) != nil || in.Email == "" || len(in.Password) < 12 {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, `{"access_token":%q}`, in.Email)
	})
	mux.HandleFunc("POST /api/tasks", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var task struct{ Title, Description string }
		if json.Unmarshal(body, &task) != nil || task.Title == "" || len(task.Description) != descriptionLength {
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		}
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"id":%q}`, f.keep(who(r), "", body))
	})
	mux.HandleFunc("POST /api/tasks/quick", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) })
	mux.HandleFunc("POST /api/tasks/bulk", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ IDs []string }
		if json.NewDecoder(r.Body).Decode(&in) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		changed, _ := json.Marshal(in.IDs)
		fmt.Fprintf(w, `{"changed":%s,"change":%q}`, changed, strings.Join(in.IDs, " "))
	})
	mux.HandleFunc("POST /api/undo", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Change string }
		if json.NewDecoder(r.Body).Decode(&in) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		tasks, _ := json.Marshal(strings.Fields(in.Change))
		fmt.Fprintf(w, `{"tasks":%s}`, tasks)
	})
	mux.HandleFunc("POST /api/tasks/{id}/complete", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"recurrence":{"next":{"id":%q}}}`, r.PathValue("id"))
	})
	mux.HandleFunc("PATCH /api/tasks/{id}", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !json.Valid(body) || f.task(who(r), r.PathValue("id")) == nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		f.keep(who(r), r.PathValue("id"), body)
		_, _ = w.Write(body)
	})
	mux.HandleFunc("GET /api/tasks/{id}", func(w http.ResponseWriter, r *http.Request) {
		if body := f.task(who(r), r.PathValue("id")); body != nil {
			_, _ = w.Write(body)
			return
		}
		w.WriteHeader(http.StatusNotFound)
	})
	mux.HandleFunc("GET /api/tasks", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"tasks":[]}`) })
	mux.HandleFunc("GET /api/tasks/best", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"score":"88"}`) })
	mux.HandleFunc("GET /api/tasks/ranked", func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		total := 0
		for _, body := range f.tasks[who(r)] {
			if !bytes.Contains(body, []byte(`"blocked_by"`)) {
				total++
			}
		}
		fmt.Fprintf(w, `{"total":%d}`, total)
	})
	mux.HandleFunc("POST /api/import/taskwarrior", func(w http.ResponseWriter, r *http.Request) {
		var entries []struct{ UUID, Entry, Due string }
		if json.NewDecoder(r.Body).Decode(&entries) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		for _, entry := range entries {
			f.keep(who(r), entry.UUID, []byte(`{}`))
			time.Sleep(200 * time.Microsecond) // long enough for writers beside it
		}
		fmt.Fprint(w, `{}`)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == f.broken && !links(r) {
			http.Error(w, "broken on purpose", http.StatusInternalServerError)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// links says whether a request makes a task wait for another: that comes before anything is measured, and is never broken.
func links(r *http.Request) bool {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return r.Method == http.MethodPatch && bytes.Contains(body, []byte(`"blocked_by"`))
}

func who(r *http.Request) string { return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ") }

func (f *fakeServer) task(who, id string) json.RawMessage {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tasks[who][id]
}

func (f *fakeServer) keep(who, id string, body []byte) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.tasks[who] == nil {
		f.tasks[who] = map[string]json.RawMessage{}
	}
	if id == "" {
		id = fmt.Sprint("task-", len(f.tasks[who]))
	}
	f.tasks[who][id] = body
	if f.writes++; f.writes%2 == 0 {
		_ = f.disk.Sync()
	}
	return id
}
