package formats_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mindflow/internal/formats"
)

func linesOf(r io.Reader) (all []formats.Line, err error) {
	lines := formats.NewLines(r)
	for {
		line, err := lines.Next()
		if err != nil {
			return all, err
		}
		if line.End != lines.Offset() {
			return all, fmt.Errorf("line %d ends at %d, and %d are read", line.Number, line.End, lines.Offset())
		}
		all = append(all, line)
	}
}

func TestLinesEndInAnyWay(t *testing.T) {
	got, err := linesOf(strings.NewReader("\xef\xbb\xbfa\r\nb\nc\r\rd\xe9\ne"))
	want := []formats.Line{
		{Number: 1, Text: "a", End: 6},
		{Number: 2, Text: "b", End: 8},
		{Number: 3, Text: "c", End: 10},
		{Number: 4, Text: "", End: 11},
		{Number: 5, Text: "d\xe9", Bad: formats.ErrNotText, End: 14},
		{Number: 6, Text: "e", End: 15},
	}
	diff := cmp.Diff(want, got, cmp.Comparer(func(a, b error) bool { return errors.Is(a, b) }))
	if diff != "" || !errors.Is(err, io.EOF) {
		t.Error(diff, err)
	}
}

func TestALineMayBeOneMiBLong(t *testing.T) {
	got, err := linesOf(strings.NewReader(strings.Repeat("x", formats.MaxLine) + "\r\n" + strings.Repeat("y", formats.MaxLine+1) + "\nz\n"))
	if !errors.Is(err, io.EOF) || len(got) != 3 || len(got[0].Text) != formats.MaxLine || !errors.Is(got[1].Bad, formats.ErrTooLong) || got[1].Text != "" || got[2].Text != "z" {
		t.Error(len(got), err)
	}
}

func TestALineThatIsCutOffIsNoLine(t *testing.T) {
	broken := errors.New("disk on fire")
	got, err := linesOf(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)))
	if len(got) != 1 || !errors.Is(err, broken) {
		t.Error(got, err)
	}
}

// No byte but the ends of lines is left out, however the file arrives.
func TestLinesAreTheFile(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := "." + rapid.StringMatching(`[ab\r\n]{0,60}`).Draw(r, "text")
		got, err := linesOf(iotest.HalfReader(strings.NewReader(text)))
		if !errors.Is(err, io.EOF) {
			r.Fatal(err)
		}
		var want []string
		for line := range strings.Lines(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")) {
			want = append(want, strings.TrimSuffix(line, "\n"))
		}
		for i, line := range got {
			if i >= len(want) || line.Text != want[i] || line.Number != i+1 {
				r.Fatalf("%q %+v", text, got)
			}
		}
		if len(got) != len(want) || got[len(got)-1].End != int64(len(text)) {
			r.Fatalf("%q %+v", text, got)
		}
	})
}
