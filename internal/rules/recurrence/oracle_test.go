package recurrence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"mindflow/internal/mindflow"
	"mindflow/test/stage"
)

// rulesVariable asks for more rules than the usual.
const rulesVariable = "MINDFLOW_TEST_RULES"

// python is Debian's, which has python3-dateutil as a package.
const python = "/usr/bin/python3"

// oracle answers, for each rule and start, the first occurrences up to a year;
// nothing where it breaks, as it does on BYDAY=53MO in a year that has 52.
const oracle = `
import datetime, json, sys
from dateutil.rrule import rrulestr
limit, datetime.MAXYEAR = 40, 2100
answers = []
for rule, start in json.load(sys.stdin):
    days = []
    try:
        for at in rrulestr(rule, dtstart=datetime.datetime.fromisoformat(start)):
            days.append(at.isoformat())
            if len(days) == limit:
                break
    except IndexError:
        days = None
    answers.append(days)
json.dump(answers, sys.stdout)
`

// Held against dateutil, which knows nothing of this package.
func TestRulesAnswerWhatAnotherProgramDoes(t *testing.T) {
	t.Parallel()
	if err := exec.CommandContext(t.Context(), python, "-c", "import dateutil.rrule").Run(); err != nil {
		stage.Missing(t, fmt.Sprintf("without %s and python3-dateutil nothing is compared: %v", python, err))
	}
	n := 500
	if asked, err := strconv.Atoi(os.Getenv(rulesVariable)); err == nil {
		n = asked
	}
	seed := rand.Uint64()
	roll := rand.New(rand.NewPCG(seed, 0)).IntN
	questions, cases := [][2]string{}, []*Series{}
	for len(questions) < n {
		text, day := randomRule(roll)
		r := rule(t, text)
		start := Start{day: day, timed: roll(2) == 0}
		if start.timed {
			start.clock = roll(86400)
			if r.until.kind == untilDay {
				r.until.kind, r.until.clock = untilWall, roll(86400)
			}
		}
		s, err := r.From(start)
		if err != nil || misread(&s.rule, day) {
			continue
		}
		questions = append(questions, [2]string{r.String(), start.wall(day)})
		cases = append(cases, s)
	}
	for i, answer := range ask(t, questions) {
		if answer == nil {
			continue
		}
		got := []string{}
		for d := range cases[i].Days(cases[i].start.day) {
			if len(got) == 40 || d > 47_846 { // 2100-12-31
				break
			}
			got = append(got, cases[i].start.wall(d))
		}
		if strings.Join(got, " ") != strings.Join(answer, " ") {
			t.Errorf("seed %d: %s from %s:\n got %v\nwant %v", seed, questions[i][0], questions[i][1], got, answer)
		}
	}
}

// wall is the occurrence of a day as the oracle writes it, who knows no zone.
func (s Start) wall(day mindflow.Day) string {
	return dateAt(day).Format("2006-01-02") + until{clock: s.clock}.wall().Format("T15:04:05")
}

// misread reports whether the oracle is known to answer a rule wrongly.
func misread(r *Rule, start mindflow.Day) bool {
	switch {
	case r.freq == weekly && !r.positions.empty() && monday(dateAt(start)) != r.wkst:
		return true // it takes the first week for what is left of it from the start on
	case r.weekdays != 0 && r.hasNth:
		return true // BYDAY=MO,2TU are all Mondays and a Tuesday, not a day that is both
	}
	// How many weeks the year before had it takes from this one's length, for the first days of January, and of the
	// year after it does not ask, for the last days of December.
	return r.weeks.front.has(51) || r.weeks.front.has(52) || r.weeks.back.has(51) || r.weeks.back.has(52)
}

// ask puts all questions to one process: it takes longer to start than to answer.
func ask(t *testing.T, questions [][2]string) [][]string {
	t.Helper()
	asked, err := json.Marshal(questions)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), python, "-c", oracle)
	command.Stdin, command.Stderr = bytes.NewReader(asked), t.Output()
	out, err := command.Output()
	if err != nil {
		t.Fatalf("ask dateutil: %v", err)
	}
	var answers [][]string
	if err := json.Unmarshal(out, &answers); err != nil || len(answers) != len(questions) {
		t.Fatalf("dateutil answered %d of %d: %v", len(answers), len(questions), err)
	}
	return answers
}
