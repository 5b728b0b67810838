package mindflow

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const someID = "019abcde-f012-7345-8678-9abcdef01234"

func TestNewIDsHaveTheLayoutOfVersion7(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		at := UTC(rapid.Int64Range(0, Zone{}.Start(LastDay+1).UnixMicro()).Draw(r, "µs"))
		id := NewID[Task](at)
		if id[6]>>4 != 7 || id[8]>>6 != 0b10 {
			r.Fatalf("%v is of version %d, variant %b", id, id[6]>>4, id[8]>>6)
		}
		var millis int64
		for _, b := range id[:6] {
			millis = millis<<8 | int64(b)
		}
		if millis != at.UnixMilli() {
			r.Fatalf("%v was made at %d ms, want %d", id, millis, at.UnixMilli())
		}
		if NewID[Task](at) == id {
			r.Fatalf("%v twice", id)
		}
	})
}

func TestIDsSortByTheMomentTheyWereMade(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		at := UTC(rapid.Int64Range(0, 1<<52).Draw(r, "µs"))
		later := at.Add(time.Duration(rapid.Int64Range(1, 5000).Draw(r, "µs later")) * time.Microsecond)
		a, b := NewID[Task](at), NewID[Task](later)
		if bytes.Compare(a[:], b[:]) >= 0 || a.String() >= b.String() {
			r.Fatalf("%v of %v is not before %v of %v", a, at, b, later)
		}
	})
	if id := NewID[Task](time.Unix(-1, 0)); !strings.HasPrefix(id.String(), "00000000-0000-7000-") {
		t.Errorf("before 1970: %v", id)
	}
}

func TestIDsAreReadInTheirCanonicalForm(t *testing.T) {
	tests := []struct {
		name, text string
		ok         bool
	}{
		{"in small letters", someID, true},
		{"in capitals", strings.ToUpper(someID), true},
		{"of another version", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", true},
		{"all zero", "00000000-0000-0000-0000-000000000000", true},
		{"nothing", "", false},
		{"without hyphens", strings.ReplaceAll(someID, "-", ""), false},
		{"in braces", "{" + someID + "}", false},
		{"as a URN", "urn:uuid:" + someID, false},
		{"one short", someID[:35], false},
		{"one long", someID + "0", false},
		{"a hyphen in the wrong place", "019abcdef-012-7345-8678-9abcdef01234", false},
		{"a hyphen for a digit", "019abcde-f012-7345-8678-9abcdef0123-", false},
		{"a letter that is no digit", "g19abcde-f012-7345-8678-9abcdef01234", false},
		{"wide digits", "０19abcde-f012-7345-8678-9abcdef012", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			id, err := ParseID[Task](tt.text)
			if (err == nil) != tt.ok {
				t.Fatalf("%q: %v", tt.text, err)
			}
			if !tt.ok && !id.IsZero() {
				t.Errorf("refused, and yet %v", id)
			}
			if tt.ok && id.String() != strings.ToLower(tt.text) {
				t.Errorf("%q is read as %v", tt.text, id)
			}
		})
	}
}

func TestIDsInDatabasesAndJSON(t *testing.T) {
	want, err := ParseID[Task](someID)
	checkError(t, err, "")
	for _, src := range []any{someID, []byte(someID), want[:]} {
		var id TaskID
		if err := id.Scan(src); err != nil || id != want {
			t.Errorf("%T is scanned as %v, %v", src, id, err)
		}
	}
	for _, src := range []any{nil, 7, "x", []byte("x"), want[:15]} {
		id := want
		if err := id.Scan(src); err == nil || id != want {
			t.Errorf("%v is scanned as %v, %v", src, id, err)
		}
	}
	text, err := json.Marshal(map[TaskID]TaskID{want: want})
	if err != nil || string(text) != `{"`+someID+`":"`+someID+`"}` {
		t.Errorf("%s, %v", text, err)
	}
	var back map[TaskID]TaskID
	if err := json.Unmarshal(text, &back); err != nil || back[want] != want {
		t.Errorf("%v, %v", back, err)
	}
	if (TaskID{}).IsZero() == want.IsZero() {
		t.Error("an id is zero or not")
	}
}

// FuzzParseID: what is accepted is written back as the same, but for case.
func FuzzParseID(f *testing.F) {
	for _, seed := range []string{"", someID, strings.ToUpper(someID), someID[:35] + "g", strings.ReplaceAll(someID, "-", "0")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, err := ParseID[Task](text)
		if err != nil {
			if !id.IsZero() {
				t.Errorf("%q is refused, and yet %v", text, id)
			}
			return
		}
		if id.String() != strings.ToLower(text) {
			t.Errorf("%q is read as %v", text, id)
		}
	})
}
