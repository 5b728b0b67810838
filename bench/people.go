package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A token lives 15 minutes; one this old is replaced before the next slice, so that none ends within a measurement.
const signInAgainAfter = 5 * time.Minute

// person is a user of the server under test, with the tasks made for them.
type person struct {
	email, password string
	token           string
	signedIn        time.Time
	ids             []string
}

// register makes a user nobody else has, so that a PostgreSQL database can be used again.
func register(ctx context.Context, base, name string) (*person, error) {
	p := &person{email: strings.ToLower(fmt.Sprintf("bench-%s-%s@example.com", name, rand.Text())), password: rand.Text()}
	body, err := json.Marshal(map[string]string{"email": p.email, "password": p.password, "timezone": "Europe/Berlin"})
	if err != nil {
		return nil, err
	}
	c := newClient(base, "", 1)
	defer c.close()
	if _, err := c.do(ctx, post("/api/auth/register", body), &bytes.Buffer{}); err != nil {
		return nil, err
	}
	return p, p.signIn(ctx, base)
}

func (p *person) signIn(ctx context.Context, base string) error {
	body, err := json.Marshal(map[string]string{"email": p.email, "password": p.password})
	if err != nil {
		return err
	}
	c := newClient(base, "", 1)
	defer c.close()
	var answer bytes.Buffer
	if _, err := c.do(ctx, post("/api/auth/login", body), &answer); err != nil {
		return err
	}
	var tokens struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(answer.Bytes(), &tokens); err != nil {
		return fmt.Errorf("read the tokens: %w", err)
	}
	if tokens.AccessToken == "" {
		return fmt.Errorf("login answered no access_token")
	}
	p.token, p.signedIn = tokens.AccessToken, time.Now()
	return nil
}

// client returns a client with a token that outlasts the next slice. The caller closes it.
func (p *person) client(ctx context.Context, base string, conns int) (*client, error) {
	if err := p.refresh(ctx, base); err != nil {
		return nil, err
	}
	return newClient(base, p.token, conns), nil
}

func (p *person) refresh(ctx context.Context, base string) error {
	if time.Since(p.signedIn) <= signInAgainAfter {
		return nil
	}
	if err := p.signIn(ctx, base); err != nil {
		return fmt.Errorf("sign in again: %w", err)
	}
	return nil
}

// fill creates tasks through the API, keeps their ids, and asks ranked whether all of them are actionable.
func (p *person) fill(ctx context.Context, base string, tasks int) error {
	c, err := p.client(ctx, base, 16)
	if err != nil {
		return err
	}
	defer c.close()
	ids, unreadable := make([]string, tasks), make([]error, tasks)
	done := c.run(ctx, load{conns: 16, count: tasks, next: createCall, answered: func(n int, body []byte) {
		var task struct {
			ID string `json:"id"`
		}
		unreadable[n] = json.Unmarshal(body, &task)
		ids[n] = task.ID
	}})
	if done.failed > 0 {
		return fmt.Errorf("create %d tasks: %d failed: %s", tasks, done.failed, done.failures[0])
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, err := range unreadable {
		if err != nil {
			return fmt.Errorf("read a created task: %w", err)
		}
	}
	if slices.Contains(ids, "") {
		return fmt.Errorf("a created task was answered without its id")
	}
	p.ids = ids
	return p.expectRanked(ctx, c, tasks)
}

const (
	// linkedShare is which share of the tasks wait for each other, where some do: a fifth.
	linkedShare = 5
	// chained is how many of these stand in one chain.
	chained = 5
)

// link has the first so many tasks wait for each other, in chains: each but the first of a chain for the one before.
func (p *person) link(ctx context.Context, base string, tasks int) error {
	c, err := p.client(ctx, base, 16)
	if err != nil {
		return err
	}
	defer c.close()
	var waiting []int
	for n := range tasks {
		if n%chained > 0 {
			waiting = append(waiting, n)
		}
	}
	done := c.run(ctx, load{conns: 16, count: len(waiting), next: func(_ *mathrand.Rand, n int) call {
		at := waiting[n]
		return call{method: http.MethodPatch, path: "/api/tasks/" + p.ids[at], body: fmt.Appendf(nil, `{"blocked_by":["%s"]}`, p.ids[at-1])}
	}})
	if done.failed > 0 {
		return fmt.Errorf("link %d tasks: %d failed: %s", len(waiting), done.failed, done.failures[0])
	}
	return p.expectRanked(ctx, c, len(p.ids)-len(waiting))
}

// expectRanked keeps the figures honest: a list of tasks that silently lost some would be fast.
func (p *person) expectRanked(ctx context.Context, c *client, tasks int) error {
	var answer bytes.Buffer
	if _, err := c.do(ctx, get("/api/tasks/ranked"), &answer); err != nil {
		return err
	}
	var ranked struct {
		Total int `json:"total"`
	}
	if err := json.Unmarshal(answer.Bytes(), &ranked); err != nil {
		return fmt.Errorf("read the ranked tasks: %w", err)
	}
	if ranked.Total != tasks {
		return fmt.Errorf("ranked counts %d tasks, %d were stored", ranked.Total, tasks)
	}
	return nil
}
