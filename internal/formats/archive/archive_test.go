package archive_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"mindflow/internal/formats/archive"
)

var madeAt = time.Date(2026, time.November, 27, 3, 0, 0, 0, time.UTC)

// table is one as a backup holds it.
type table struct {
	Name    string
	Columns []string
	Rows    [][]any
}

func write(t *testing.T, key archive.Key, tables ...table) ([]byte, archive.Summary) {
	t.Helper()
	var file bytes.Buffer
	w, err := archive.NewWriter(&file, archive.Header{SchemaVersion: 6, CreatedAt: madeAt, MadeBy: "7.0.0"}, key)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		if err := w.Table(table.Name, table.Columns); err != nil {
			t.Fatal(err)
		}
		for _, row := range table.Rows {
			if err := w.Row(row); err != nil {
				t.Fatal(err)
			}
		}
	}
	summary, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return file.Bytes(), summary
}

// read answers the tables a file holds.
func read(file []byte, key archive.Key) ([]table, archive.Header, archive.Summary, error) {
	var tables []table
	header, summary, err := archive.Read(bytes.NewReader(file), key, archive.Sink{
		Table: func(name string, columns []string) error {
			tables = append(tables, table{Name: name, Columns: columns})
			return nil
		},
		Row: func(values []any) error {
			last := &tables[len(tables)-1]
			last.Rows = append(last.Rows, values)
			return nil
		},
	})
	return tables, header, summary, err
}

func key(t *testing.T, text string) archive.Key {
	t.Helper()
	k, err := archive.ParseKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

const passphrase = "correct horse battery"

var people = []table{
	{"users", []string{"created_at", "email", "full_name"}, [][]any{
		{int64(1), "ada@example.com", nil},
		{int64(math.MaxInt64), "\"\\\u2028\n\t👩‍🚀 <b>&</b>\x1f", ""},
		{int64(math.MinInt64), strings.Repeat("long ", 2_000), []byte{0, 1, 255}},
	}},
	{"tasks", []string{"id"}, nil},
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	for name, k := range map[string]archive.Key{"plain": {}, "encrypted": key(t, passphrase)} {
		t.Run(name, func(t *testing.T) {
			file, wrote := write(t, k, people...)
			tables, header, summary, err := read(file, k)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(people, tables); diff != "" {
				t.Errorf("-wrote +read:\n%.2000s", diff)
			}
			want := archive.Header{Form: archive.Form, SchemaVersion: 6, CreatedAt: madeAt, MadeBy: "7.0.0"}
			if header != want || !reflect.DeepEqual(summary, wrote) || summary.Total() != 3 || summary.Rows["users"] != 3 {
				t.Errorf("%+v %+v", header, summary)
			}
			if first := file[:archive.MarkLength]; archive.IsEncrypted(first) != k.Encrypts() || k.Encrypts() && bytes.Contains(file, []byte("ada@")) {
				t.Errorf("%q", first)
			}
		})
	}
}

func TestAnyRowsComeBackAsTheyWere(t *testing.T) {
	value := rapid.OneOf(
		rapid.Just[any](nil),
		rapid.Map(rapid.Int64(), func(v int64) any { return v }),
		rapid.Map(rapid.String(), func(v string) any { return strings.ToValidUTF8(v, "") }),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(v []byte) any { return append([]byte{}, v...) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(1, 5).Draw(t, "columns")
		wrote := table{Name: "t", Columns: []string{"a", "b", "c", "d", "e"}[:columns]}
		for range rapid.IntRange(0, 8).Draw(t, "rows") {
			wrote.Rows = append(wrote.Rows, rapid.SliceOfN(value, columns, columns).Draw(t, "row"))
		}
		var file bytes.Buffer
		w, err := archive.NewWriter(&file, archive.Header{}, archive.Key{})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Table(wrote.Name, wrote.Columns); err != nil {
			t.Fatal(err)
		}
		for _, row := range wrote.Rows {
			if err := w.Row(row); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Close(); err != nil {
			t.Fatal(err)
		}
		tables, _, _, err := read(file.Bytes(), archive.Key{})
		if err != nil || len(tables) != 1 {
			t.Fatal(tables, err)
		}
		if diff := cmp.Diff(wrote, tables[0]); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTheHashIsOfTheContentAndNothingElse(t *testing.T) {
	_, plain := write(t, archive.Key{}, people...)
	_, encrypted := write(t, key(t, passphrase), people...)
	if plain.SHA256 != encrypted.SHA256 || len(plain.SHA256) != 64 {
		t.Errorf("%s and %s", plain.SHA256, encrypted.SHA256)
	}
	// Pinned: it must be the same for ever, or backups cannot be compared.
	if _, s := write(t, archive.Key{}, table{"t", []string{"a"}, [][]any{{"é\"\n"}, {int64(-1)}, {nil}, {[]byte("x")}}}); s.SHA256 != "040e22b319d319b9aca89885fce8e49706b346c015c9a7d541bae253cb494d1b" {
		t.Errorf("%s", s.SHA256)
	}
}

// Fails when the hash is not looked at, or the end of the file not read.
func TestACutOffFileIsNoBackup(t *testing.T) {
	for _, k := range []archive.Key{{}, key(t, passphrase)} {
		file, _ := write(t, k, people[0])
		step := 1
		if k.Encrypts() {
			step = max(1, len(file)/8) // each try costs a quarter of a second
		}
		for length := 0; length < len(file); length += step {
			if _, _, _, err := read(file[:length], k); !errors.Is(err, archive.ErrDamaged) && !errors.Is(err, archive.ErrForeign) {
				t.Fatalf("cut to %d of %d: %v", length, len(file), err)
			}
		}
		for _, more := range []string{"x", "\n", "[1]\n", string(file)} {
			if _, _, _, err := read(append(bytes.Clone(file), more...), k); err == nil {
				t.Errorf("%.5q behind its end was not noticed", more)
			}
		}
	}
}

func TestAChangedByteIsNoticed(t *testing.T) {
	file, wrote := write(t, archive.Key{}, people...)
	for i := range file {
		for _, bit := range []byte{1, 0x80} {
			changed := bytes.Clone(file)
			changed[i] ^= bit
			tables, _, summary, err := read(changed, archive.Key{})
			if err == nil && (!reflect.DeepEqual(summary, wrote) || !reflect.DeepEqual(tables, people)) {
				t.Fatalf("byte %d: read as something else", i)
			}
		}
	}
}

// lines is a file that is compressed as ours, with content of our choosing.
func lines(t *testing.T, content ...string) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := zstd.NewWriter(&file)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range content {
		if _, err := fmt.Fprintln(w, line); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestWhatIsNotOursIsRefused(t *testing.T) {
	const header = `{"mindflow_backup":1,"schema_version":6,"created_at":"2026-11-27T03:00:00Z","made_by":"x"}`
	for name, row := range map[string]struct {
		file []byte
		want error
	}{
		"nothing":                {nil, archive.ErrForeign},
		"text":                   {[]byte("INSERT INTO users VALUES (1);\n"), archive.ErrForeign},
		"a database":             {[]byte("SQLite format 3\x00 and so on and on"), archive.ErrForeign},
		"compressed text":        {lines(t, "hello"), archive.ErrForeign},
		"other JSON":             {lines(t, `{"a":1}`), archive.ErrForeign},
		"a newer form":           {lines(t, `{"mindflow_backup":2,"new":[]}`), archive.ErrNewer},
		"only a first line":      {lines(t, header), archive.ErrDamaged},
		"a row before a table":   {lines(t, header, `[1]`), archive.ErrDamaged},
		"a table of SQL":         {lines(t, header, `{"table":"users; DROP TABLE users","columns":["a"]}`), archive.ErrDamaged},
		"a column of SQL":        {lines(t, header, `{"table":"users","columns":["a) VALUES (1); --"]}`), archive.ErrDamaged},
		"no columns":             {lines(t, header, `{"table":"users","columns":[]}`), archive.ErrDamaged},
		"a table twice":          {lines(t, header, `{"table":"t","columns":["a"]}`, `{"table":"t","columns":["a"]}`), archive.ErrDamaged},
		"a short row":            {lines(t, header, `{"table":"t","columns":["a","b"]}`, `[1]`), archive.ErrDamaged},
		"a fraction":             {lines(t, header, `{"table":"t","columns":["a"]}`, `[1.5]`), archive.ErrDamaged},
		"too large a number":     {lines(t, header, `{"table":"t","columns":["a"]}`, `[9223372036854775808]`), archive.ErrDamaged},
		"a list in a row":        {lines(t, header, `{"table":"t","columns":["a"]}`, `[[1]]`), archive.ErrDamaged},
		"an object in a row":     {lines(t, header, `{"table":"t","columns":["a"]}`, `[{"b":1}]`), archive.ErrDamaged},
		"a row that is cut":      {lines(t, header, `{"table":"t","columns":["a"]}`, `["x`), archive.ErrDamaged},
		"another hash":           {lines(t, header, `{"rows":{},"sha256":"00"}`), archive.ErrDamaged},
		"a broken last line":     {lines(t, header, `{"rows":`), archive.ErrDamaged},
		"a bomb without an end":  {bomb(t, header), archive.ErrDamaged},
		"something encrypted":    {encrypted(t, "hello"), archive.ErrEncrypted},
		"encrypted, and damaged": {[]byte("age-encryption.org/v1\nnonsense\n"), archive.ErrEncrypted},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, _, err := read(row.file, archive.Key{}); !errors.Is(err, row.want) {
				t.Errorf("%v, want %v", err, row.want)
			}
		})
	}
}

// bomb is a small file with a line longer than any row may be.
func bomb(t *testing.T, header string) []byte {
	t.Helper()
	return lines(t, header, `{"table":"t","columns":["a"]}`, `["`+strings.Repeat("x", 80<<20)+`"]`)
}

func encrypted(t *testing.T, text string) []byte {
	t.Helper()
	recipient, err := age.NewScryptRecipient("somebody else's")
	if err != nil {
		t.Fatal(err)
	}
	recipient.SetWorkFactor(10)
	var file bytes.Buffer
	w, err := age.Encrypt(&file, recipient)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestKeys(t *testing.T) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string]struct{ writes, reads string }{
		"identity":        {identity.String(), identity.String()},
		"recipient":       {identity.Recipient().String(), identity.String()},
		"hybrid":          {hybrid.String(), hybrid.String()},
		"hybrid, one way": {hybrid.Recipient().String(), hybrid.String()},
		"passphrase":      {passphrase, passphrase},
	} {
		t.Run(name, func(t *testing.T) {
			writes, reads := key(t, pair.writes), key(t, pair.reads)
			if writes.Reads() != (pair.writes == pair.reads) {
				t.Error("what it can read")
			}
			file, wrote := write(t, writes, people...)
			if _, _, summary, err := read(file, reads); err != nil || summary.SHA256 != wrote.SHA256 {
				t.Error(err)
			}
			if _, _, _, err := read(file, archive.Key{}); !errors.Is(err, archive.ErrEncrypted) {
				t.Error(err)
			}
			if _, _, _, err := read(file, key(t, "another passphrase")); !errors.Is(err, archive.ErrWrongKey) {
				t.Error(err)
			}
			if !writes.Reads() {
				if _, _, _, err := read(file, writes); !errors.Is(err, archive.ErrOneWay) {
					t.Error(err)
				}
			}
		})
	}
	for _, text := range []string{"short", "age1", "age1pq1x", "AGE-SECRET-KEY-1X", "AGE-SECRET-KEY-PQ-1X"} {
		if _, err := archive.ParseKey(text); err == nil || strings.Contains(err.Error(), text+" ") || !strings.HasPrefix(err.Error(), "BACKUP_KEY must be ") {
			t.Errorf("%q: %v", text, err)
		}
	}
	if k, err := archive.ParseKey(""); err != nil || k.Encrypts() || !k.Reads() {
		t.Error(err)
	}
}

func TestWhatHasNoFormIsNotWritten(t *testing.T) {
	for _, value := range []any{1.5, true, time.Now(), "\xff"} {
		w, err := archive.NewWriter(&bytes.Buffer{}, archive.Header{}, archive.Key{})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Row([]any{value}); err == nil {
			t.Errorf("%v was written", value)
		}
	}
}
