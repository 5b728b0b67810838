package telemetry

import (
	"maps"
	"sync"
	"sync/atomic"
)

// children are the series of a family, each made once: to look one up takes no
// lock and no memory. There must be few of them.
type children[K comparable, V any] struct {
	create func(K) V
	making sync.Mutex
	made   atomic.Pointer[map[K]V] // never changed, only replaced
}

func newChildren[K comparable, V any](create func(K) V) *children[K, V] {
	c := &children[K, V]{create: create}
	c.made.Store(&map[K]V{})
	return c
}

func (c *children[K, V]) of(key K) V {
	if v, ok := (*c.made.Load())[key]; ok {
		return v
	}
	c.making.Lock()
	defer c.making.Unlock()
	if v, ok := (*c.made.Load())[key]; ok {
		return v
	}
	more := maps.Clone(*c.made.Load())
	v := c.create(key)
	more[key] = v
	c.made.Store(&more)
	return v
}
