package app

import (
	"context"
	"time"
	"unsafe"

	"github.com/maypok86/otter/v2"

	"mindflow/internal/mindflow"
	"mindflow/internal/store"
)

// bodies keep whole tasks in memory, each with its version. They answer only
// for the version asked for, so what they hold is never stale.
type bodies struct {
	store *store.Store
	kept  *otter.Cache[bodyKey, *body]
	asked lookups
}

// body is a task as it is kept, never changed, and the version of its workspace at which it
// was surely the present one; zero when only its own version is known.
type body struct {
	task mindflow.Task
	asOf int64
}

type bodyKey struct {
	workspace mindflow.WorkspaceID
	task      mindflow.TaskID
}

// maxBodyBytes bounds the memory of all bodies together.
const maxBodyBytes = 16 << 20

func newBodies(s *store.Store) *bodies {
	return &bodies{store: s, kept: otter.Must(&otter.Options[bodyKey, *body]{
		MaximumWeight: maxBodyBytes,
		Weigher: func(_ bodyKey, b *body) uint32 {
			t := &b.task
			n := int(unsafe.Sizeof(*b)) + 2*int(unsafe.Sizeof(bodyKey{})) + len(t.Title) + len(t.Description)
			for _, tag := range t.Tags {
				n += len(tag) + int(unsafe.Sizeof(tag))
			}
			return uint32(n) //nolint:gosec // a task's limits keep it small
		},
	})}
}

// of answers the tasks the refs name, in their order and as they are kept, in
// at most one statement. It answers false when one of them has moved on.
func (b *bodies) of(ctx context.Context, w mindflow.WorkspaceID, refs []mindflow.TaskRef) ([]mindflow.Task, bool, error) {
	tasks := make([]mindflow.Task, len(refs))
	var missing []mindflow.TaskID
	for i, ref := range refs {
		known, ok := b.kept.GetIfPresent(bodyKey{w, ref.ID})
		if ok && known.task.Version == ref.Version {
			tasks[i] = known.task
		} else {
			missing = append(missing, ref.ID)
		}
	}
	b.asked.hits.Add(int64(len(refs) - len(missing)))
	if len(missing) == 0 {
		return tasks, true, nil
	}
	b.asked.misses.Add(int64(len(missing)))
	read, err := b.store.Tasks(ctx, w, missing)
	if err != nil {
		return nil, false, err
	}
	fresh := make(map[mindflow.TaskID]mindflow.Task, len(read))
	for _, task := range read {
		fresh[task.ID] = task
		b.saw(w, task)
	}
	for i, ref := range refs {
		if tasks[i].Version == ref.Version {
			continue
		}
		if tasks[i] = fresh[ref.ID]; tasks[i].Version != ref.Version {
			return nil, false, nil
		}
	}
	return tasks, true, nil
}

// last answers a task as it was last seen, and false when it never was.
func (b *bodies) last(w mindflow.WorkspaceID, id mindflow.TaskID) (mindflow.Task, bool) {
	known, ok := b.kept.GetIfPresent(bodyKey{w, id})
	if !ok {
		return mindflow.Task{}, false
	}
	return known.task, true
}

// saw keeps a task that was read or written just now.
func (b *bodies) saw(w mindflow.WorkspaceID, task mindflow.Task) {
	b.kept.Set(bodyKey{w, task.ID}, &body{task: task})
}

// at answers one task, no older than version seen of its workspace, as it reads
// at now. While the workspace has not moved on, nothing is read.
func (b *bodies) at(ctx context.Context, w mindflow.WorkspaceID, id mindflow.TaskID, seen int64, now time.Time) (mindflow.Task, error) {
	key := bodyKey{w, id}
	if known, ok := b.kept.GetIfPresent(key); ok && seen != 0 && known.asOf >= seen && known.task.DeletedAt.IsZero() {
		b.asked.hit()
		return known.task.At(now), nil
	}
	b.asked.miss()
	task, err := b.store.Task(ctx, w, id, time.Time{}) // as it is kept
	if err != nil {
		return task, err
	}
	b.kept.Set(key, &body{task: task, asOf: seen})
	return task.At(now), nil
}
