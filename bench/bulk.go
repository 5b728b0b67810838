package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// bulkTimes is how often the bulk change is sent, and taken back.
const bulkTimes = 20

// bulk is one change of many tasks, all in one transaction, and taking it back.
type bulk struct {
	Tasks  int    `json:"tasks"`
	Change spread `json:"change"`
	Undo   spread `json:"undo"`
}

// measureBulk changes all of somebody's tasks in one request and takes that back, time after time, with nobody beside it.
func (b *bench) measureBulk(ctx context.Context, s *server, who *person) *bulk {
	const what = "bulk change, and its undo"
	b.say("%s", what)
	c, err := who.client(ctx, s.base, 1)
	if err != nil {
		b.check(what, err)
		return nil
	}
	defer c.close()
	ids, err := json.Marshal(who.ids)
	if err != nil {
		b.check(what, err)
		return nil
	}
	var changed, undone []time.Duration
	for n := range bulkTimes {
		change, undo, err := c.changeAndUndo(ctx, fmt.Appendf(nil, `{"ids":%s,"set":{"description":"Changed with all others, time %d"}}`, ids, n), len(who.ids))
		if err != nil {
			b.check(what, err)
			return nil
		}
		changed, undone = append(changed, change), append(undone, undo)
	}
	return &bulk{Tasks: len(who.ids), Change: spreadOf(changed), Undo: spreadOf(undone)}
}

func (c *client) changeAndUndo(ctx context.Context, body []byte, tasks int) (change, undo time.Duration, err error) {
	var answer bytes.Buffer
	if change, err = c.do(ctx, post("/api/tasks/bulk", body), &answer); err != nil {
		return 0, 0, err
	}
	var done struct {
		Changed []string `json:"changed"`
		Change  string   `json:"change"`
	}
	if err = json.Unmarshal(answer.Bytes(), &done); err != nil {
		return 0, 0, fmt.Errorf("read the answer to a bulk change: %w", err)
	}
	if len(done.Changed) != tasks || done.Change == "" {
		return 0, 0, fmt.Errorf("%d of %d tasks were changed, by change %q", len(done.Changed), tasks, done.Change)
	}
	if undo, err = c.do(ctx, post("/api/undo", fmt.Appendf(nil, `{"change":%q}`, done.Change)), &answer); err != nil {
		return 0, 0, err
	}
	var taken struct {
		Tasks []string `json:"tasks"`
	}
	if err = json.Unmarshal(answer.Bytes(), &taken); err == nil && len(taken.Tasks) != tasks {
		err = errors.New("a bulk change was not undone for all of its tasks")
	}
	return change, undo, err
}
