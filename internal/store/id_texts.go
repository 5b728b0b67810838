package store

import "mindflow/internal/mindflow"

// idTexts remembers how the last few ids are written: the ids of a change are
// arguments of most of its statements. Its zero value is empty.
type idTexts struct {
	known [4]struct {
		id   [16]byte
		text any // a string
	}
	next int // takes the next one
}

// textOf is an id as a statement's argument.
func textOf[T any](m *idTexts, id mindflow.ID[T]) any {
	for i := range m.known {
		if k := &m.known[i]; k.id == id && k.text != nil {
			return k.text
		}
	}
	k := &m.known[m.next]
	m.next = (m.next + 1) % len(m.known)
	k.id, k.text = id, id.String()
	return k.text
}

// orNull is an id as a statement's argument, NULL for the zero id.
func orNull[T any](m *idTexts, id mindflow.ID[T]) any {
	if id.IsZero() {
		return nil
	}
	return textOf(m, id)
}
