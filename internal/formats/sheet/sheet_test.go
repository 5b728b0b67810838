package sheet_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mindflow/internal/formats"
	"mindflow/internal/formats/sheet"
)

// read shows a file row by row: place, cells by column.
func read(tb testing.TB, file io.Reader) (all []string) {
	tb.Helper()
	r := sheet.NewReader(file)
	head, header, err := r.Header()
	if err != nil || head.Bad != nil {
		return []string{fmt.Sprint(head.Bad, err)}
	}
	all = append(all, strings.Join(header, "|"))
	offset := r.Offset()
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			return append(all, err.Error())
		}
		if r.Offset() < offset {
			tb.Fatalf("offset %d after %d", r.Offset(), offset)
		}
		offset = r.Offset()
		if row.Bad != nil {
			all = append(all, row.Place()+": "+row.Bad.Error())
			continue
		}
		var cells []string
		for name, value := range row.Rest() {
			cells = append(cells, name+"="+value)
		}
		all = append(all, row.Place()+": "+strings.Join(cells, "|"))
	}
}

func TestRows(t *testing.T) {
	const inside, never = ": a quote inside a quoted cell is not doubled", ": a quote at the beginning of a cell is never closed"
	for _, c := range []struct {
		name, file string
		want       []string
	}{
		{"nothing", "", []string{"<nil> EOF"}},
		{"blank lines", "\n \r\n", []string{"<nil> EOF"}},
		{"commas", "a,b\n1,2\n", []string{"a|b", "line 2: a=1|b=2"}},
		{"no line end", "a,b\n1,2", []string{"a|b", "line 2: a=1|b=2"}},
		{"semicolons", "a;b;c,d\n1;2;3,4\n", []string{"a|b|c,d", "line 2: a=1|b=2|c,d=3,4"}},
		{"tabs", "a\tb\n1\t2\n", []string{"a|b", "line 2: a=1|b=2"}},
		{"delimiters inside quotes do not count", "\"a,,,\";b\n1;2\n", []string{"a,,,|b", "line 2: a,,,=1|b=2"}},
		{"one column", "a\n1,2\n", []string{"a", "line 2: a=1|column 2=2"}},
		{"Excel's first line", "sep=|\na|b,\n1|2,\n", []string{"a|b,", "line 3: a=1|b,=2,"}},
		{"a mark of UTF-8 and Windows' lines", "\xef\xbb\xbfa,b\r\n1,\"2\r\n3\"\r\n4,5\r\n", []string{"a|b", "line 2: a=1|b=2\n3", "line 4: a=4|b=5"}},
		{"an old Mac's lines", "a,b\r1,2\r\r3,4", []string{"a|b", "line 2: a=1|b=2", "line 3: ", "line 4: a=3|b=4"}},
		{"quotes", "a,b\n\"1\"\"\",\"\"\n\",\",\"\"\"\"\n", []string{"a|b", "line 2: a=1\"", "line 3: a=,|b=\""}},
		{"quotes inside a cell", "a,b\n5\" disk, \"x\n", []string{"a|b", "line 2: a=5\" disk|b=\"x"}},
		{"shorter and longer rows", "a,b\n1\n1,2,3\n", []string{"a|b", "line 2: a=1", "line 3: a=1|b=2|column 3=3"}},
		{"a column without a name", "a,\n1,2\n", []string{"a|", "line 2: a=1|column 2=2"}},
		{"a quote that is not doubled", "a,b\n\"x\"y\",2\n3,4\n", []string{"a|b", "line 2" + inside, "line 3: a=3|b=4"}},
		{"the rest of a damaged row", "a,b\n\"x\ny\"z\nz\",2\n3,4\n", []string{"a|b", "lines 2–3" + inside, "line 4: a=z\"|b=2", "line 5: a=3|b=4"}},
		{"a quote that never closes", "a,b\n1,\"x\n3,4\n5,6\n", []string{"a|b", "line 2" + never, "line 3: a=3|b=4", "line 4: a=5|b=6"}},
		{"two damaged rows", "a,b\n\"x\"y,1\n\"x\"z,1\n3,4\n", []string{"a|b", "line 2" + inside, "line 3" + inside, "line 4: a=3|b=4"}},
		{"damage up to the end", "a,b\n1,\"x\ny\n", []string{"a|b", "lines 2–3" + never}},
		{"bytes that are not UTF-8", "a,b\ncaf\xe9,2\n3,4\n", []string{"a|b", "line 2: it holds bytes that are not text in UTF-8", "line 3: a=3|b=4"}},
		{"bytes that are not UTF-8 in a cell of two lines", "a,b\n\"x\ncaf\xe9\",2\n3,4\n", []string{"a|b", "lines 2–3: it holds bytes that are not text in UTF-8", "line 4: a=3|b=4"}},
		{"a line that is too long", "a,b\n" + strings.Repeat("x", formats.MaxLine+1) + "\n3,4\n", []string{"a|b", "line 2: it is longer than 1 MiB", "line 3: a=3|b=4"}},
		{"a row that is too long", "a,b\n\"" + strings.Repeat("x\n", sheet.MaxRow/2) + "\",2\n3,4\n", []string{
			"a|b", fmt.Sprintf("lines 2–%d", sheet.MaxRow/2+1) + never, fmt.Sprintf("line %d", sheet.MaxRow/2+2) + never, fmt.Sprintf("line %d: a=3|b=4", sheet.MaxRow/2+3),
		}},
		{"a header with a quote too many", "\"a\"x,b\n1,2\n", []string{"a quote inside a quoted cell is not doubled <nil>"}},
		{"UTF-16", "\xff\xfea\x00", []string{"<nil> it is encoded as UTF-16: save it as UTF-8"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := read(t, strings.NewReader(c.file))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnErrorOfTheFileIsNoRow(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, before := range []string{"a,b\n1,2\n3", "a,b\n1,2\n\"x\n"} {
		got := read(t, io.MultiReader(strings.NewReader(before), iotest.ErrReader(broken)))
		if diff := cmp.Diff([]string{"a|b", "line 2: a=1|b=2", "disk on fire"}, got); diff != "" {
			t.Error(diff)
		}
	}
}

// What encoding/csv writes is read as it was, whatever is in the cells.
func TestWhatWasWrittenIsRead(t *testing.T) {
	cell := rapid.OneOf(rapid.StringMatching(`[a-zé ,;"\n\t]{0,20}`), rapid.StringMatching(`[0-9]{1,3}`))
	rapid.Check(t, func(r *rapid.T) {
		var file strings.Builder
		w := csv.NewWriter(&file)
		w.Comma = rapid.SampledFrom([]rune{',', ';', '\t'}).Draw(r, "delimiter")
		w.UseCRLF = rapid.Bool().Draw(r, "crlf")
		rows := [][]string{{"a", "b", "c"}}
		for range rapid.IntRange(0, 5).Draw(r, "rows") {
			rows = append(rows, []string{cell.Draw(r, "a") + ".", cell.Draw(r, "b"), cell.Draw(r, "c")})
		}
		if err := w.WriteAll(rows); err != nil {
			r.Fatal(err)
		}
		reader := sheet.NewReader(strings.NewReader(file.String()))
		if _, header, err := reader.Header(); err != nil || len(header) != 3 {
			r.Fatal(header, err)
		}
		for _, want := range rows[1:] {
			got, err := reader.Next()
			if err != nil || got.Bad != nil {
				r.Fatal(got, err)
			}
			for i, cell := range want {
				if got.Cell(i) != strings.TrimSpace(cell) {
					r.Fatalf("%q is read as %q", cell, got.Cell(i))
				}
			}
		}
		if _, err := reader.Next(); !errors.Is(err, io.EOF) || reader.Offset() != int64(file.Len()) {
			r.Fatal(err, reader.Offset())
		}
	})
}

func TestColumnsMayChangePlaces(t *testing.T) {
	normalised := func(file string) string {
		r := sheet.NewReader(strings.NewReader(file))
		if _, _, err := r.Header(); err != nil {
			t.Fatal(err)
		}
		row, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		return row.Normalised()
	}
	if normalised("a,b,c\n1,2,\n") != normalised("b;c;a\r\n 2 ;;1\r\n") || normalised("a,b\n1,2\n") == normalised("a,b\n2,1\n") {
		t.Error("a row is not the same, or another is")
	}
}

// Quotes that stay open whichever way a line is read must not make a large file
// be read over and over.
func TestDamageIsReadAgainOnlySoOften(t *testing.T) {
	for name, line := range map[string]string{"open both ways": "x\",\"\n", "never closed": "\"\"\"x\n", "broken": "\"x\"y\n", "open at the end": "x,\"\n"} {
		t.Run(name, func(t *testing.T) {
			file := "a,b\n\"" + strings.Repeat(line, (3<<20)/len(line))
			began := time.Now()
			if n := len(read(t, strings.NewReader(file))); n < 2 {
				t.Error(n)
			}
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("%v for 3 MiB", took)
			}
		})
	}
}

func FuzzRows(f *testing.F) {
	for _, seed := range []string{"a,b\n1,\"2\n\"\"3\"\n4,5", "a;b\n\"x\"y;1\n2;3", "sep=;\na;b\n\"", "\"a\rb\",\tc\r\n1", "a\n\"\"\"\n\"\"\n\""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		whole := read(t, strings.NewReader(string(text)))
		if pieces := read(t, iotest.OneByteReader(strings.NewReader(string(text)))); cmp.Diff(whole, pieces) != "" {
			t.Fatal(cmp.Diff(whole, pieces))
		}
	})
}

// Fails with the bound of a row: a file of short rows under one name of a
// megabyte took a minute for each thousand of them.
func TestAFirstRowThatIsTooLongIsRefused(t *testing.T) {
	name := strings.Repeat("n", 16<<10-len("title,"))
	if got := read(t, strings.NewReader("title,"+name+"\na,b\n")); len(got) != 2 {
		t.Errorf("one of 16 KiB is refused: %.80q", got)
	}
	want := "it names columns at more than 16 KiB in all <nil>"
	if got := read(t, strings.NewReader("title,"+name+"n\na,b\n")); len(got) != 1 || got[0] != want {
		t.Errorf("%.80q", got)
	}
	if got := read(t, strings.NewReader("title,\""+strings.Repeat("n\n", 10_000)+"\"\na,b\n")); len(got) != 1 || got[0] != want {
		t.Errorf("over several lines: %.80q", got)
	}
}
