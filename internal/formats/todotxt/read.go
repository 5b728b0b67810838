package todotxt

import (
	"fmt"
	"io"
	"iter"
	"strings"

	"mindflow/internal/formats"
	"mindflow/internal/mindflow"
)

// Read is the formats.Reader of todo.txt files.
func Read(r io.Reader, o formats.Options) iter.Seq2[formats.Item, error] {
	return func(yield func(formats.Item, error) bool) {
		lines := formats.NewLines(r)
		tell := formats.NewTeller(yield, lines.Offset, "a todo.txt file")
		var sources formats.Sources
		for {
			line, err := lines.Next()
			if err != nil {
				tell.End(err)
				return
			}
			if !line.Blank() && !tell.Tell(item(line, &sources, o)) {
				return
			}
		}
	}
}

// item is what a line that is not blank turns out to be.
func item(line formats.Line, sources *formats.Sources, o formats.Options) formats.Item {
	place := fmt.Sprintf("line %d", line.Number)
	if line.Bad != nil {
		return formats.ProblemAt(place, line.Bad.Error())
	}
	parsed := parse(line.Text)
	if len(parsed.words) == 0 {
		return formats.ProblemAt(place, "it has a priority or dates only, so there is nothing to do")
	}
	id := sources.ID(parsed.identity())
	t := translator{Composer: formats.Compose(place), todo: parsed, options: o}
	if !t.translate() {
		return formats.ProblemAt(place, "it holds control characters only, so there is nothing to do")
	}
	if strings.ContainsAny(line.Text, "\v\f\u0085") { // white space to us, and so between words
		t.Note("control characters between the words became spaces")
	}
	e := t.Entry(id)
	return formats.Item{Entry: &e}
}

// todo is a line in its parts.
type todo struct {
	done               bool
	priority           string // "A" to "Z", or none
	completed, created *mindflow.Day
	words              []string
}

// parse takes a line apart. What does not stand where the format wants it
// belongs to the words.
func parse(line string) todo {
	var t todo
	t.words = strings.Fields(mindflow.NFC(line))
	if t.done = t.words[0] == "x" && len(t.words) > 1; t.done {
		t.words = t.words[1:]
	}
	if p := t.words[0]; len(p) == 3 && p[0] == '(' && p[2] == ')' && isLevel(p[1:2]) {
		t.priority, t.words = p[1:2], t.words[1:]
	}
	t.created = t.day()
	if t.done {
		t.completed, t.created = t.created, nil
		if t.completed != nil {
			t.created = t.day()
		}
	}
	return t
}

func isLevel(s string) bool { return len(s) == 1 && s[0] >= 'A' && s[0] <= 'Z' }

// day takes the next word if it is a day.
func (t *todo) day() *mindflow.Day {
	if len(t.words) == 0 {
		return nil
	}
	day, err := mindflow.ParseDay(t.words[0])
	if err != nil {
		return nil
	}
	t.words = t.words[1:]
	return &day
}

// identity is what of the line stays the same when the task is completed or
// changes its priority.
func (t *todo) identity() string {
	kept := []string{""}
	if t.created != nil {
		kept[0] = t.created.String()
	}
	for _, word := range t.words {
		if key, value, ok := keyValue(word); !ok || key != "pri" || !isLevel(value) {
			kept = append(kept, word)
		}
	}
	return strings.Join(kept, " ")
}

// keyValue parts a word such as due:2026-12-03. Keys begin with a small letter;
// http://… is none.
func keyValue(word string) (key, value string, ok bool) {
	key, value, ok = strings.Cut(word, ":")
	if !ok || key == "" || value == "" || key[0] < 'a' || key[0] > 'z' || strings.HasPrefix(value, "//") {
		return "", "", false
	}
	odd := strings.ContainsFunc(key, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
	return key, value, !odd
}
