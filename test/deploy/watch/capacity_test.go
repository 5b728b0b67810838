package watch

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// What the guide says a machine carries is what was measured, to a twentieth.
func TestTheGuidesFiguresAreThoseOfTheMeasurement(t *testing.T) {
	number := func(text string, pattern string) float64 {
		t.Helper()
		match := regexp.MustCompile(pattern).FindStringSubmatch(text)
		if match == nil {
			t.Fatalf("nothing says %s", pattern)
		}
		n, err := strconv.ParseFloat(strings.ReplaceAll(match[1], ",", ""), 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	guide, readme := read(t, operations), read(t, "../../../README.md")
	for _, figure := range []struct{ said, measured string }{
		{`answers some ([\d,]+) changes or`, `(?m)^\| create +\| +16 \| +([\d,]+) `},
		{`changes or ([\d,]+) reads a second`, `(?m)^\| read +\| +16 \| +([\d,]+) `},
		{`MindFlow itself takes ([\d,]+) MB at the most`, `(?m)^\| ranked, first page .* ([\d,]+) \|$`},
	} {
		if said, measured := number(guide, figure.said), number(readme, figure.measured); said < 0.95*measured || said > 1.05*measured {
			t.Errorf("the guide says %.0f, and %.0f was measured: %s", said, measured, figure.said)
		}
	}
}

// The parts of the table of costs come to what it says below, in whole dollars, and
// it says of when they are.
func TestTheCostsAddUp(t *testing.T) {
	_, table, _ := strings.Cut(read(t, operations), "\n**What it costs** ")
	table, _, _ = strings.Cut(table, "\n## ")
	if !regexp.MustCompile(`(January|February|March|April|May|June|July|August|September|October|November|December) 20\d\d`).MatchString(table) {
		t.Error("nobody knows of when the prices are")
	}
	var least, most [2]float64
	parts, together := 0, ""
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 3 || !strings.Contains(line, "$") {
			continue
		}
		if strings.Contains(line, "together") {
			together = strings.Join(cells[1:], " ")
			continue
		}
		parts++
		for i, cell := range cells[1:] {
			var prices []float64
			for _, price := range regexp.MustCompile(`[\d.]+`).FindAllString(cell, -1) {
				n, err := strconv.ParseFloat(price, 64)
				if err != nil {
					t.Fatal(err)
				}
				prices = append(prices, n)
			}
			if len(prices) > 0 {
				least[i] += prices[0]
				most[i] += prices[len(prices)-1]
			}
		}
	}
	if parts < 5 {
		t.Errorf("only %d parts are found", parts)
	}
	for i := range least {
		if want := fmt.Sprintf("**$%.0f-%.0f**", least[i], most[i]); !strings.Contains(together, want) {
			t.Errorf("together they are %s, and it says %s", want, together)
		}
	}
}

// Whatever is looked back at is kept for as long: Prometheus keeps fifteen days where
// nobody says otherwise. Seen red with a guide that did not say it.
func TestWhatIsLookedBackAtIsKept(t *testing.T) {
	longest := 0
	for _, expr := range asked(t) {
		for _, match := range regexp.MustCompile(`\[(\d+)d\]`).FindAllStringSubmatch(expr, -1) {
			days, _ := strconv.Atoi(match[1])
			longest = max(longest, days)
		}
	}
	if longest == 0 {
		t.Fatal("nothing is looked back at for days")
	}
	for _, file := range []string{operations, "../../../deploy/container/compose.yaml"} {
		match := regexp.MustCompile(`--storage\.tsdb\.retention\.time=(\d+)d`).FindStringSubmatch(read(t, file))
		if match == nil {
			t.Errorf("%s does not say for how long it is kept", file)
			continue
		}
		if days, _ := strconv.Atoi(match[1]); days < longest {
			t.Errorf("%s keeps %d days, and %d are looked back at", file, days, longest)
		}
	}
}

// That alerts are not delivered is told by all ways there are, what is worth waking
// somebody by both, and the rest by mail. Seen red with one that was told by mail alone.
func TestAlertsGoWhereTheyAreHeard(t *testing.T) {
	for _, a := range alerts(t) {
		severity := regexp.MustCompile(`severity: (\w+)`).FindStringSubmatch(a.text)[1]
		want := "mail"
		if severity == "critical" || a.name == "MindflowAlertsUndelivered" {
			want = "mail-and-pager"
		}
		said := output(t, "amtool", "config", "routes", "test", "--config.file="+alertmanager, "alertname="+a.name, "severity="+severity)
		lines := strings.Split(strings.TrimSpace(said), "\n") // a warning before, where an address is set up
		if got := lines[len(lines)-1]; got != want {
			t.Errorf("%s (%s) goes to %s", a.name, severity, got)
		}
	}
}
