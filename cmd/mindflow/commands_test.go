package main

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// sample is a command line with everything a declaration can say.
type sample struct {
	Help    bool   `short:"h" help:"Show help."`
	Verbose bool   `short:"v"`
	Whom    string `placeholder:"WHO"`

	Go   goCommand    `cmd:"" help:"Go somewhere."`
	Stay stayCommand  `cmd:"" group:"person"`
	Gone struct{}     `cmd:"" hidden:""`
	Raw  rawCommand   `cmd:"" passthrough:""`
	More furtherLevel `cmd:"" name:"further"`
}

type how struct {
	JSON bool `name:"json"`
}

type goCommand struct {
	how

	From  string            `arg:"" enum:"here,there"`
	To    []string          `arg:"" optional:""`
	Speed int               `default:"3"`
	Least *int              ``
	Tag   []string          `sep:"none"`
	Day   []int             `short:"d" placeholder:"1-7"`
	Mode  []string          `enum:"fast,slow" default:"fast,slow" xor:"way"`
	Road  string            `lacks:"a road is missing, such as A7" xor:"way"`
	Map   map[string]string ``
}

type stayCommand struct {
	LongTime bool   `help:"For $$${enum}." enum:"x"`
	Reason   string `required:"" placeholder:"WHY"`
	Where    string `required:""`
}

type rawCommand struct {
	Words []string `arg:"" optional:""`
}

type furtherLevel struct {
	Usual struct{} `cmd:"" default:"1"`
	Other struct{} `cmd:""`
}

func newSample() (*sample, *verb) {
	s := &sample{}
	return s, newVerb("sample", "", reflect.ValueOf(s).Elem(), nil)
}

func TestWhatACommandLineSays(t *testing.T) {
	one := 1
	usual := goCommand{From: "here", Speed: 3, Mode: []string{"fast", "slow"}}
	going := func(change func(s *sample)) sample {
		s := sample{Go: usual}
		change(&s)
		return s
	}
	for line, want := range map[string]sample{
		"go here":                       going(func(*sample) {}),
		"-v --whom=me go here":          going(func(s *sample) { s.Verbose, s.Whom = true, "me" }),
		"go here -v --whom me":          going(func(s *sample) { s.Verbose, s.Whom = true, "me" }),
		"--whom go go here":             going(func(s *sample) { s.Whom = "go" }),
		"go here a --json b":            going(func(s *sample) { s.Go.To, s.Go.JSON = []string{"a", "b"}, true }),
		"go here a,b -- --json":         going(func(s *sample) { s.Go.To = []string{"a,b", "--json"} }),
		"go here -":                     going(func(s *sample) { s.Go.To = []string{"-"} }),
		"go here --json=false":          going(func(*sample) {}),
		"go here --speed 1 --speed=2":   going(func(s *sample) { s.Go.Speed = 2 }),
		"go here --speed -2":            going(func(s *sample) { s.Go.Speed = -2 }),
		"go here --least=1":             going(func(s *sample) { s.Go.Least = &one }),
		"go here --tag a,b --tag=-c":    going(func(s *sample) { s.Go.Tag = []string{"a,b", "-c"} }),
		"go here -d1,2 -d 3 --day=4":    going(func(s *sample) { s.Go.Day = []int{1, 2, 3, 4} }),
		"go here --mode slow":           going(func(s *sample) { s.Go.Mode = []string{"slow"} }),
		"go here --map a=b=c --map=d=e": going(func(s *sample) { s.Go.Map = map[string]string{"a": "b=c", "d": "e"} }),
		"raw --what -x -- go":           going(func(s *sample) { s.Go.From = ""; s.Raw.Words = []string{"--what", "-x", "--", "go"} }),
		"go here --help":                going(func(s *sample) { s.Help = true }),
	} {
		got, tree := newSample()
		called, err := tree.parse(strings.Fields(line))
		if err == nil {
			err = called.usual().missing()
		}
		if diff := cmp.Diff(&want, got, cmp.AllowUnexported(goCommand{})); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", line, err, diff)
		}
	}
	for line, want := range map[string]string{
		"further": "further usual", "further usual": "further usual", "further other": "further other", "gone": "gone", "raw": "raw",
	} {
		_, tree := newSample()
		if called, err := tree.parse(strings.Fields(line)); err != nil || called.usual().path() != want {
			t.Errorf("%s means %q, %v", line, called.usual().path(), err)
		}
	}
}

func TestWhatIsWrongWithACommandLine(t *testing.T) {
	for line, want := range map[string]string{
		"":                              `expected one of "go", "stay", "raw", "further"`,
		"og":                            `unexpected argument og, did you mean "go"?`,
		"r":                             `unexpected argument r, did you mean one of "go", "raw"?`,
		"somewhere":                     `unexpected argument somewhere`,
		"further on":                    `unexpected argument on`,
		"further usual x":               `unexpected argument x`,
		"go":                            `expected "<from>"`,
		"go nowhere":                    `<from> must be one of "here","there" but got "nowhere"`,
		"go here --tags=x":              `unknown flag --tags, did you mean "--tag"?`,
		"go here --m=x":                 `unknown flag --m, did you mean one of "--mode", "--map"?`,
		"go here --frobnicate":          `unknown flag --frobnicate`,
		"go here -vx":                   `unknown flag -x`,
		"--json go here":                `unknown flag --json`,
		"go here --speed":               `--speed: a value is missing`,
		"go here -d":                    `--day: a value is missing`,
		"go here --road":                `--road: a road is missing, such as A7`,
		"go here --speed=x":             `--speed: expected a number but got "x"`,
		"go here --day=1,x":             `--day: expected a number but got "x"`,
		"go here --json=perhaps":        `--json: expected true or false but got "perhaps"`,
		"go here --map=a":               `--map: expected "<key>=<value>" but got "a"`,
		"go here --mode=fast,quick":     `--mode must be one of "fast","slow" but got "quick"`,
		"go here --mode=fast --road=A7": `--mode and --road can't be used together`,
		"stay":                          `missing flags: --reason=WHY, --where=WHERE`,
		"stay --where=x":                `missing flags: --reason=WHY`,
		"go here --=x":                  `bad flag syntax: --=x`,
	} {
		_, tree := newSample()
		called, err := tree.parse(strings.Fields(line))
		if err == nil {
			err = called.usual().missing()
		}
		if got := fmt.Sprint(err); got != want {
			t.Errorf("%s: %s\nand not %s", line, got, want)
		}
	}
}

// Whatever is typed is read or refused.
func TestAnyCommandLineIsReadOrRefused(t *testing.T) {
	word := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"go", "stay", "further", "usual", "raw", "here", "-", "--", "-d", "--day", "--day=1,2", "--json", "--map=a", "--help", "-h", "=", "--=",
	}))
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(word).Draw(t, "words")
		_, tree := newSample()
		if called, err := tree.parse(words); err == nil && called.usual() == nil {
			t.Error("it means nothing")
		}
	})
}

func TestADeclarationWithASlipIsNoticed(t *testing.T) {
	for _, slip := range []any{
		&struct {
			Level int `default:"high"`
		}{},
		&struct {
			Share float64 `default:"1"`
		}{},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%T", slip)
				}
			}()
			newVerb("slip", "", reflect.ValueOf(slip).Elem(), nil)
		}()
	}
}

// called are all commands that are not hidden.
func called(v *verb) []*verb {
	all := []*verb{v}
	for _, below := range v.verbs {
		if !below.hidden() {
			all = append(all, called(below)...)
		}
	}
	return all
}

func TestTheHelpNamesEveryCommandAndFitsATerminal(t *testing.T) {
	s := newShell(t)
	program := new(commands).tree()
	overview := s.must(t, "--help")
	for _, v := range called(program) {
		help := s.must(t, append(strings.Fields(v.path()), "--help")...)
		if !strings.HasPrefix(help, "Usage: mindflow "+v.usage()+"\n\n") || !strings.Contains(help, "\nFlags:\n  -h, --help ") {
			t.Error(help)
		}
		for line := range strings.Lines(help) {
			if len(strings.TrimSpace(line)) > usualWidth && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%s: a line of %d: %s", v.path(), len(line), line)
			}
		}
		for _, flag := range v.flags {
			if !strings.Contains(help, " "+flag.full()) {
				t.Errorf("%s lacks %s", v.path(), flag.full())
			}
		}
		if summary := "\n  " + v.usage() + "\n    " + v.tag.Get("help") + "\n"; len(v.verbs) == 0 && strings.Count(overview, summary) != 1 {
			t.Errorf("the overview lacks %q", summary)
		}
		if _, runs := v.command.(runner); !runs && len(v.verbs) == 0 {
			t.Errorf("%s does nothing", v.path())
		}
		if v.tag.Get("help") == "" {
			t.Errorf("%s says nothing", v.path())
		}
	}
	commands, person, found := strings.Cut(overview, "\nAt a terminal, against a server:\n")
	if !found || !strings.Contains(commands, "\n  user add <email> [flags]\n") || !strings.Contains(person, "\n  token list [flags]\n") {
		t.Error(overview)
	}
}

// A window may be narrower than any word.
func TestTheHelpInANarrowWindow(t *testing.T) {
	for width := range 40 {
		for _, v := range called(new(commands).tree()) {
			p := &helpPage{width: width}
			p.paragraph(v.tag.Get("help"))
			p.flags(v)
			p.commands(v.leaves())
			if !strings.Contains(p.text.String(), "--account=EMAIL[@SERVER]") {
				t.Errorf("%d: %s", width, p.text.String())
			}
		}
	}
}

func TestTheHelpOfACommand(t *testing.T) {
	s := newShell(t)
	same(t, s.must(t, "export", "--help"), `Usage: mindflow export <format> [flags]

Write all your tasks to a file.

Arguments:
  <format>    json: your preferences and tasks, with all there is to know of
              them. csv: a table of the tasks, which "mindflow import csv" takes
              in again.

Flags:
  -h, --help           Show context-sensitive help.

  -o, --output=FILE    The file to write, which must not be there yet; else the
                       export is printed.

Whose tasks:
  --account=EMAIL[@SERVER]    The account; else $MINDFLOW_ACCOUNT, else the
                              current one.
  --server=URL                The server; else $MINDFLOW_SERVER, else the
                              account's.
`)
	var out bytes.Buffer
	_, tree := newSample()
	for _, v := range []*verb{tree.verb("go"), tree.verb("stay")} {
		if err := v.explain(&console{out: &out}); err != nil {
			t.Fatal(err)
		}
	}
	same(t, out.String(), `Usage: mindflow go <from> [<to> ...] [flags]

Go somewhere.

Arguments:
  <from>
  [<to> ...]

Flags:
  -h, --help                  Show help.
  -v, --verbose
      --whom=WHO

      --json
      --speed=3
      --least=LEAST
      --tag=TAG
  -d, --day=1-7,...
      --mode=fast,slow,...
      --road=ROAD
      --map=MAP
Usage: mindflow stay --reason=WHY --where=WHERE [flags]

Flags:
  -h, --help           Show help.
  -v, --verbose
      --whom=WHO

      --long-time      For $x.
      --reason=WHY
      --where=WHERE
`)
}
