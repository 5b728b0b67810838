package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	selectFloor = "/select"
	commitFloor = "/commit"

	// floorConns is how many connections the floor holds at the most: as many as the server.
	floorConns = 24
)

// databaseFloor is what PostgreSQL costs by itself: a bare handler that sends it one small statement.
type databaseFloor struct{ pool *pgxpool.Pool }

// databaseSettings say how lasting that PostgreSQL's commits are.
type databaseSettings struct {
	Version           string `json:"version"`
	Fsync             string `json:"fsync"`
	SynchronousCommit string `json:"synchronous_commit"`
	FullPageWrites    string `json:"full_page_writes"`
	SharedBuffers     string `json:"shared_buffers"`
}

func (s databaseSettings) lasting() bool {
	return s.Fsync == "on" && s.SynchronousCommit != "off" && s.FullPageWrites == "on"
}

func (s databaseSettings) String() string {
	return fmt.Sprintf("PostgreSQL %s, fsync %s, synchronous_commit %s, full_page_writes %s, shared_buffers %s",
		s.Version, s.Fsync, s.SynchronousCommit, s.FullPageWrites, s.SharedBuffers)
}

func openDatabaseFloor(ctx context.Context, url string) (*databaseFloor, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns = floorConns
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	d := &databaseFloor{pool}
	if _, err := pool.Exec(ctx, `CREATE TABLE IF NOT EXISTS bench_floor (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text TEXT NOT NULL)`); err != nil {
		pool.Close()
		return nil, fmt.Errorf("make the floor's table: %w", err)
	}
	return d, nil
}

func (d *databaseFloor) close(ctx context.Context) error {
	defer d.pool.Close()
	_, err := d.pool.Exec(ctx, `DROP TABLE bench_floor`)
	return err
}

// handle adds the routes, which answer as the bare handler does once the database has.
func (d *databaseFloor) handle(mux *http.ServeMux, answer http.HandlerFunc) {
	after := func(statement func(context.Context) error) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if err := statement(r.Context()); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			answer(w, r)
		}
	}
	mux.HandleFunc(selectFloor, after(func(ctx context.Context) error {
		var one int
		return d.pool.QueryRow(ctx, `SELECT 1`).Scan(&one)
	}))
	mux.HandleFunc(commitFloor, after(func(ctx context.Context) error {
		_, err := d.pool.Exec(ctx, `INSERT INTO bench_floor (text) VALUES ('a row')`) // commits by itself
		return err
	}))
	mux.HandleFunc("/settings", func(w http.ResponseWriter, r *http.Request) {
		s, err := d.settings(r.Context())
		if err == nil {
			err = json.NewEncoder(w).Encode(s)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
}

func (d *databaseFloor) settings(ctx context.Context) (databaseSettings, error) {
	var s databaseSettings
	for name, to := range map[string]*string{
		"server_version": &s.Version, "fsync": &s.Fsync, "synchronous_commit": &s.SynchronousCommit,
		"full_page_writes": &s.FullPageWrites, "shared_buffers": &s.SharedBuffers,
	} {
		if err := d.pool.QueryRow(ctx, `SELECT current_setting($1)`, name).Scan(to); err != nil {
			return s, errors.Join(fmt.Errorf("read %s", name), err)
		}
	}
	return s, nil
}
