package main

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// verb is a command. What its tag says is read where it matters.
type verb struct {
	name      string
	tag       reflect.StructTag
	above     *verb // nil for the program
	verbs     []*verb
	flags     []*value
	arguments []*value
	set       *pflag.FlagSet // its flags, and from parse on those above
	command   any            // a pointer to the struct
}

// runner is a command that does something.
type runner interface{ Run(c *console) error }

// parse follows words to the command that they mean, and fills its struct.
func (v *verb) parse(words []string) (*verb, error) {
	if v.above != nil {
		v.set.AddFlagSet(v.above.set)
	}
	if !has(v.tag, "passthrough") {
		if err := v.set.Parse(words); err != nil {
			if usual := v.usual(); usual != v { // the flags of what is done where no command is named
				return usual.parse(words)
			}
			return v, v.misread(err)
		}
		words = v.set.Args()
	}
	if len(v.verbs) == 0 {
		return v, v.take(words)
	}
	if len(words) == 0 {
		return v, nil
	}
	if below := v.verb(words[0]); below != nil {
		return below.parse(words[1:])
	}
	return v, near("unexpected argument "+words[0], words[0], v.names())
}

// take fills the arguments; the last may take several words.
func (v *verb) take(words []string) error {
	for i, word := range words {
		last := len(v.arguments) - 1
		if i > last && (last < 0 || !v.arguments[last].many()) {
			return fmt.Errorf("unexpected argument %s", word)
		}
		if err := v.arguments[min(i, last)].Set(word); err != nil {
			return err
		}
	}
	return nil
}

// misread says in our words what pflag could not read.
func (v *verb) misread(err error) error {
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		name := "--" + unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			name = name[1:]
		}
		var names []string
		for _, flag := range v.allFlags() {
			names = append(names, "--"+flag.name)
		}
		return near("unknown flag "+name, name, names)
	}
	if lone, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		lacks := "a value is missing"
		if flag, ok := lone.GetFlag().Value.(*value); ok {
			lacks = cmp.Or(flag.tag.Get("lacks"), lacks)
		}
		return fmt.Errorf("--%s: %s", lone.GetFlag().Name, lacks)
	}
	if wrong, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return wrong.Unwrap()
	}
	return err
}

// near adds to a complaint about a word what may have been meant by it.
func near(complaint, word string, known []string) error {
	var meant []string
	for _, name := range known {
		if strings.HasPrefix(name, word) || distance(name, word) <= 2 {
			meant = append(meant, strconv.Quote(name))
		}
	}
	switch len(meant) {
	case 0:
	case 1:
		complaint += ", did you mean " + meant[0] + "?"
	default:
		complaint += ", did you mean one of " + strings.Join(meant, ", ") + "?"
	}
	return errors.New(complaint)
}

// distance is how many letters have to come, go or change to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1) // from what was read of a to each beginning of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			changed := before
			if a[i] != b[j] {
				changed++
			}
			before = row[j+1]
			row[j+1] = min(changed, row[j]+1, before+1)
		}
	}
	return row[len(b)]
}

// missing says what a command cannot do without, and what does not go together.
func (v *verb) missing() error {
	var flags, words []string
	given := map[string]string{}
	var clash error
	for _, flag := range v.flags {
		way := flag.tag.Get("xor")
		switch {
		case !flag.given && has(flag.tag, "required"):
			flags = append(flags, flag.full())
		case !flag.given || way == "":
		case given[way] != "" && clash == nil:
			clash = fmt.Errorf("%s and %s can't be used together", given[way], flag.short())
		default:
			given[way] = flag.short()
		}
	}
	for _, argument := range v.arguments {
		if !argument.given && !has(argument.tag, "optional") {
			words = append(words, argument.full())
		}
	}
	switch {
	case len(flags) > 0:
		return fmt.Errorf("missing flags: %s", strings.Join(flags, ", "))
	case len(v.verbs) > 0:
		return v.unnamed()
	case len(words) > 0:
		return fmt.Errorf("expected %q", strings.Join(words, " "))
	}
	return clash
}

// mostNamed bounds how many commands an error names.
const mostNamed = 5

func (v *verb) unnamed() error {
	names := v.names()
	more := ""
	if len(names) > mostNamed {
		names, more = names[:mostNamed], ", ..."
	}
	return fmt.Errorf("expected one of \"%s\"%s", strings.Join(names, `", "`), more)
}

// names are those of the commands below that people are told of.
func (v *verb) names() []string {
	var names []string
	for _, below := range v.verbs {
		if !below.hidden() {
			names = append(names, below.name)
		}
	}
	return names
}

// verb is the command below of that name; nil for none.
func (v *verb) verb(name string) *verb {
	for _, below := range v.verbs {
		if below.name == name {
			return below
		}
	}
	return nil
}

// flag is the one that a word such as --limit=3, --limit or -q begins with; nil for none.
func (v *verb) flag(word string) *value {
	word, _, _ = strings.Cut(word, "=")
	for _, flag := range v.allFlags() {
		if short := flag.tag.Get("short"); word == "--"+flag.name || short != "" && word == "-"+short {
			return flag
		}
	}
	return nil
}

// usual is the command to go on with where none is named: v itself, if it has none such.
func (v *verb) usual() *verb {
	if i := slices.IndexFunc(v.verbs, func(below *verb) bool { return has(below.tag, "default") }); i >= 0 {
		return v.verbs[i]
	}
	return v
}

func (v *verb) hidden() bool { return has(v.tag, "hidden") }

// group is the key of a command's heading in the help; that of the command above where it has none.
func (v *verb) group() string {
	if v == nil {
		return ""
	}
	return cmp.Or(v.tag.Get("group"), v.above.group())
}

// path is how a command is called, without the program's name.
func (v *verb) path() string {
	if v.above == nil {
		return ""
	}
	return strings.TrimSpace(v.above.path() + " " + v.name)
}

// allFlags are those of the program first, the command's own last.
func (v *verb) allFlags() []*value {
	if v == nil {
		return nil
	}
	return slices.Concat(v.above.allFlags(), v.flags)
}
