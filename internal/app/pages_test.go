package app

import (
	"reflect"
	"testing"
	"time"

	"mindflow/internal/mindflow"
)

// Fails when something a list is asked by is left out of its key: two lists
// would then share a page. Lists by status are not kept, and the moment does
// not matter to the others.
func TestEachThingAListIsAskedByIsInItsKey(t *testing.T) {
	kolkata, err := mindflow.LoadZone("Asia/Kolkata")
	if err != nil {
		t.Fatal(err)
	}
	others := map[string]any{
		"Priorities": []int{1}, "TagKeys": []string{"a"}, "DueFrom": time.Unix(1, 0), "DueBefore": time.Unix(1, 0),
		"SearchKey": "a", "Order": mindflow.NewestFirst, "Limit": 7, "Zone": kolkata,
		"Project": mindflow.InProject{None: true}, "Parent": mindflow.Beneath{None: true}, "Shelved": mindflow.Included,
		"Blocked": mindflow.Some(false), "After": &mindflow.Place{Number: 1},
	}
	var plain mindflow.TaskQuery
	w := mindflow.NewID[mindflow.Workspace](time.Unix(0, 0))
	for _, field := range reflect.VisibleFields(reflect.TypeFor[mindflow.TaskQuery]()) {
		if field.Name == "Statuses" || field.Name == "At" {
			continue
		}
		value, ok := others[field.Name]
		if !ok {
			t.Errorf("%s: is it in the key? Say so here", field.Name)
			continue
		}
		q := plain
		reflect.ValueOf(&q).Elem().FieldByIndex(field.Index).Set(reflect.ValueOf(value))
		if keyOf(w, q) == keyOf(w, plain) {
			t.Errorf("%s makes no difference", field.Name)
		}
	}
	if keyOf(w, plain) == keyOf(mindflow.NewID[mindflow.Workspace](time.Unix(0, 0)), plain) {
		t.Error("the workspace makes no difference")
	}
}
