package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

const descriptionLength = 500

// descriptions are made once: composing text is not what the generator should spend the shared cores on. They need no
// escaping in JSON.
var descriptions = func() [64]string {
	words := strings.Fields("call write review send plan draft the a report invoice garden team budget slides offer tax " +
		"with for before after quarterly urgent small server kitchen holiday contract answer question and then")
	r := rand.New(rand.NewPCG(1, 2))
	var texts [64]string
	for i := range texts {
		var b strings.Builder
		for b.Len() < descriptionLength {
			b.WriteString(words[r.IntN(len(words))])
			b.WriteByte(' ')
		}
		texts[i] = b.String()[:descriptionLength-1] + "." // trimming must not shorten it
	}
	return texts
}()

// taskBody is the n-th task: a title no other has, 500 characters of description, and every other fact varied so that
// ranking meets all its cases: days and instants from three days ago to a month ahead, no due date at all, each effort
// and each preferred time.
func taskBody(r *rand.Rand, n int, now time.Time) []byte {
	b := fmt.Appendf(nil, `{"title":"Bench task %d of %x","description":"%s","priority":%d`,
		n, r.Uint32(), descriptions[n%len(descriptions)], 1+r.IntN(5))
	due := now.Add(time.Duration(r.IntN(33*24*60)-3*24*60) * time.Minute)
	switch n % 4 {
	case 0, 1:
		b = due.AppendFormat(append(b, `,"due_date":"`...), time.DateOnly+`"`)
	case 2:
		b = due.UTC().AppendFormat(append(b, `,"due_date":"`...), time.RFC3339+`"`)
	}
	if r.IntN(5) > 0 {
		b = fmt.Appendf(b, `,"effort_estimate_minutes":%d`, 5*(1+r.IntN(30)))
	}
	if preferred := r.IntN(4); preferred > 0 {
		b = fmt.Appendf(b, `,"preferred_time":"%s"`, [...]string{"morning", "afternoon", "evening"}[preferred-1])
	}
	switch n % 3 {
	case 1:
		b = fmt.Appendf(b, `,"tags":["area-%d"]`, r.IntN(20))
	case 2:
		b = fmt.Appendf(b, `,"tags":["area-%d","client-%d"]`, r.IntN(20), r.IntN(50))
	}
	return append(b, '}')
}

func createCall(r *rand.Rand, n int) call {
	return post("/api/tasks", taskBody(r, n, time.Now()))
}

// quickLines are what people type; each call says a number besides, so that no title is twice.
var quickLines = [...]string{
	"Write report %d tomorrow due in 9 days at 5pm p1 @work ~2h remind me 1h before", "Call Bob about %d next friday at noon !4",
	"Water the plants %d every mon, wed and fri at 9:15am @home ~15m", "Ask whether they may have seen the keys to room %d in March",
}

func quickCall(r *rand.Rand, n int) call {
	return post("/api/tasks/quick", fmt.Appendf(nil, `{"text":"`+quickLines[n%len(quickLines)]+`"}`, r.Uint32()))
}

func importCall(file []byte) call { return post("/api/import/taskwarrior", file) }

// patchCall changes a random task's title and priority. The title is always new: a patch that changes nothing might
// write nothing, and would be fast for the wrong reason.
func patchCall(ids []string) func(*rand.Rand, int) call {
	return func(r *rand.Rand, n int) call {
		return call{
			method: http.MethodPatch, path: "/api/tasks/" + ids[r.IntN(len(ids))],
			body: fmt.Appendf(nil, `{"title":"Patched %d of %x","priority":%d}`, n, r.Uint64(), 1+r.IntN(5)),
		}
	}
}

func readCall(ids []string) func(*rand.Rand, int) call {
	return func(r *rand.Rand, _ int) call { return get("/api/tasks/" + ids[r.IntN(len(ids))]) }
}

func always(what call) func(*rand.Rand, int) call {
	return func(*rand.Rand, int) call { return what }
}

// taskwarriorExport is what `task export` prints: a JSON array with an object a line. Described tasks have an annotation
// of 500 characters, which becomes the description, a tag, and every fourth no due date.
func taskwarriorExport(tasks int, now time.Time, described bool) []byte {
	r := rand.New(rand.NewPCG(3, uint64(now.UnixNano())))
	const stamp = "20060102T150405Z"
	entry := now.UTC().AddDate(0, 0, -7).Format(stamp)
	var b bytes.Buffer
	b.WriteString("[\n")
	for n := range tasks {
		if n > 0 {
			b.WriteString(",\n")
		}
		due := now.UTC().Add(time.Duration(r.IntN(30*24*60)) * time.Minute).Format(stamp)
		fmt.Fprintf(&b, `{"uuid":"%08x-%04x-4%03x-8%03x-%012x","description":"Imported task %d","status":"pending",`+
			`"entry":"%s","priority":"%c"`,
			r.Uint32(), r.IntN(1<<16), r.IntN(1<<12), r.IntN(1<<12), r.Uint64N(1<<48), n, entry, "HML"[r.IntN(3)])
		if !described || n%4 < 3 {
			fmt.Fprintf(&b, `,"due":"%s"`, due)
		}
		if described {
			fmt.Fprintf(&b, `,"tags":["area%d"],"annotations":[{"entry":"%s","description":"%s"}]`,
				r.IntN(20), entry, descriptions[n%len(descriptions)])
		}
		b.WriteByte('}')
	}
	b.WriteString("\n]\n")
	return b.Bytes()
}
