package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
)

// repeating are the present occurrences of tasks that repeat, each taken by one call at a time: completing it makes the
// next one, which takes its place.
type repeating chan string

// repeat makes so many tasks that repeat daily.
func (p *person) repeat(ctx context.Context, base string, tasks int) (repeating, error) {
	c, err := p.client(ctx, base, 1)
	if err != nil {
		return nil, err
	}
	defer c.close()
	ids := make(repeating, tasks)
	for n := range tasks {
		body := fmt.Appendf(nil, `{"title":"Again %d","description":"%s","due_date":"2026-01-01","start_date":"2026-01-01","tags":["again"],"recurrence":{"rule":"FREQ=DAILY"}}`,
			n, descriptions[n%len(descriptions)])
		var answer bytes.Buffer
		if _, err := c.do(ctx, post("/api/tasks", body), &answer); err != nil {
			return nil, err
		}
		var task struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(answer.Bytes(), &task); err != nil {
			return nil, fmt.Errorf("read a repeating task: %w", err)
		}
		ids <- task.ID
	}
	return ids, nil
}

func (ids repeating) next(*rand.Rand, int) call {
	id := "none" // those whose call failed are lost
	select {
	case id = <-ids:
	default:
	}
	return call{method: http.MethodPost, path: "/api/tasks/" + id + "/complete"}
}

// answered takes the next occurrence. One that does not come is missed soon: the row has no more to complete.
func (ids repeating) answered(_ int, body []byte) {
	var done struct {
		Recurrence struct {
			Next struct {
				ID string `json:"id"`
			} `json:"next"`
		} `json:"recurrence"`
	}
	_ = json.Unmarshal(body, &done) // the next call is answered 404 then
	select {
	case ids <- done.Recurrence.Next.ID:
	default:
	}
}
