package taskwarrior_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mindflow/internal/formats"
	"mindflow/internal/formats/formatstest"
)

func FuzzRead(f *testing.F) {
	// Short seeds: fuzzing spends its first minutes on making long ones shorter.
	for line := range strings.Lines(formatstest.File(f, "testdata", "real.lines.json")) {
		f.Add([]byte("[\n"+line+line), strings.Contains(line, "due"))
	}
	for _, seed := range []string{
		"", "[", "{", "[{\n}, {\n", "{\"description\":\"\x1b\\u0000\"}", "\xef\xbb\xbf[" + one + "]", "<html>\n{\"a\":1}\n",
		"{\"description\":\"x\",\"due\":\"20261126T230000Z\",\"scheduled\":\"99990101T000000Z\"}\n{\"a\":\n" + two,
		`{"description":"é","tags":"a,A","annotations":[1,{"entry":"","description":"x"}],"status":"waiting","wait":"1700000000"}`,
		strings.Repeat("{\"a\":[1,\n", 80) + three, template + "\n" + rentTwo + rentThree, template,
		`{"description":"x","project":"a.b.c","depends":"00000000-0000-0000-0000-00000000000a,b","due":"20260131T100000Z","recur":"P1M","until":"20270131T100000Z"}`,
	} {
		f.Add([]byte(seed), true)
	}
	berlin := formats.Options{Zone: formatstest.Zone(f, "Europe/Berlin"), HasZone: true}
	f.Fuzz(func(t *testing.T, text []byte, hasZone bool) {
		o := formats.Options{}
		if hasZone {
			o = berlin
		}
		got := read(string(text), o)
		if got.Err != nil {
			t.Fatal(got.Err)
		}
		for _, e := range got.Entries {
			formatstest.CheckLegal(t, e, o.Zone)
		}
		if again := read(string(text), o); got.String() != again.String() {
			t.Fatal("reading twice says two things")
		}
	})
}

// attributes draws what an entry may hold, likely and unlikely.
func attributes() *rapid.Generator[map[string]any] {
	text := rapid.OneOf(rapid.String(), rapid.StringN(0, 300, -1), rapid.StringMatching(`[ -~\n\t]{0,40}`))
	date := rapid.OneOf(rapid.StringMatching(`(19[67]\d|20\d\d|999[89])(0[1-9]|1[0-2])([0-2]\d)T([01]\d|2[0-3])0000Z`), text)
	value := rapid.OneOf(text.AsAny(), rapid.Float64().AsAny(), rapid.Bool().AsAny(), rapid.SliceOfN(text, 0, 30).AsAny())
	return rapid.Custom(func(t *rapid.T) map[string]any {
		o := map[string]any{
			"description": "x" + text.Draw(t, "description"),
			"status":      rapid.SampledFrom([]string{"pending", "waiting", "completed", "deleted", "", "odd"}).Draw(t, "status"),
		}
		for _, name := range []string{"due", "scheduled", "wait", "start", "end", "entry", "modified", "until"} {
			if rapid.Bool().Draw(t, "has "+name) {
				o[name] = date.Draw(t, name)
			}
		}
		for _, name := range []string{"tags", "project", "depends", "annotations", "priority", "uuid", "who", "mask"} {
			if rapid.Bool().Draw(t, "has "+name) {
				o[name] = value.Draw(t, name)
			}
		}
		if rapid.Bool().Draw(t, "recurs") {
			o["recur"] = rapid.SampledFrom([]string{"daily", "2wks", "monthly", "P1Y", "3h", "odd", "99999d"}).Draw(t, "recur")
		}
		if rapid.Bool().Draw(t, "has a template") {
			o["parent"] = rapid.SampledFrom([]string{"00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b", "none"}).Draw(t, "parent")
		}
		if rapid.Bool().Draw(t, "depends") {
			o["depends"] = []string{"00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000B"}
		}
		return o
	})
}

func object(t *rapid.T) string {
	b, err := json.Marshal(attributes().Draw(t, "entry"), json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEveryEntryIsALegalTaskAndLayoutsAgree(t *testing.T) {
	berlin := formatstest.InZone(t, "Europe/Berlin")
	rapid.Check(t, func(r *rapid.T) {
		objects := rapid.SliceOfN(rapid.Custom(object), 1, 5).Draw(r, "objects")
		byLine := read(strings.Join(objects, "\n"), berlin)
		if len(byLine.Entries) != len(objects) || len(byLine.Problems) > 0 {
			r.Fatal(byLine.String())
		}
		for _, e := range byLine.Entries {
			formatstest.CheckLegal(t, e, berlin.Zone)
		}
		for _, layout := range []string{"[\n%s\n]\n", "[%s]"} {
			array := read(fmt.Sprintf(layout, strings.Join(objects, ",\n")), berlin)
			if diff := cmp.Diff(withoutPlaces(byLine.String()), withoutPlaces(array.String())); diff != "" {
				r.Fatal(diff)
			}
		}
		if line := read("["+strings.Join(objects, ",")+"]", berlin); withoutPlaces(line.String()) != withoutPlaces(byLine.String()) {
			r.Fatal(line.String())
		}
	})
}

func TestABrokenLineAmongGoodOnesIsOneProblem(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		objects := rapid.SliceOfN(rapid.Custom(object), 1, 8).Draw(r, "objects")
		whole := object(r)
		bad := whole[:rapid.IntRange(1, len(whole)-1).Draw(r, "cut")]
		if rapid.Bool().Draw(r, "an end missing from its middle") {
			bad += "}"
		}
		at := rapid.IntRange(0, len(objects)).Draw(r, "at")
		all := append(append(append([]string{}, objects[:at]...), bad), objects[at:]...)
		file := strings.Join(all, "\n")
		if rapid.Bool().Draw(r, "array") {
			file = "[\n" + strings.Join(all, ",\n") + "\n]"
		}
		f := read(file, formats.Options{})
		if len(f.Problems) == 0 { // the cut may leave an object behind
			r.SkipNow()
		}
		if len(f.Entries) != len(objects) || len(f.Problems) != 1 {
			r.Fatalf("%d of %d entries from\n%s\n%s", len(f.Entries), len(objects), file, f.String())
		}
	})
}
