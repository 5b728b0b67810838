// Package doctor looks at a running installation from outside, and says of
// each part how it is and what to do. It judges; what it judges by it reads
// itself (files, the public address) or is told by functions that cmd hands it.
package doctor

import (
	"context"
	"fmt"
	"sync"
	"time"

	"mindflow/internal/mindflow"
)

// State is how grave a finding is.
type State string

// The states.
const (
	OK      State = "ok"
	Warning State = "warning" // it works, and somebody should know
	Wrong   State = "wrong"   // something does not work, or soon will not
)

// Finding is what was found of one part.
type Finding struct {
	Check string `json:"check"`
	State State  `json:"state"`
	Says  string `json:"says"`         // what is
	Do    string `json:"do,omitempty"` // what to do, one sentence; empty where there is nothing
	// DaysLeft is how long a certificate holds.
	DaysLeft *int `json:"days_left,omitempty"`
}

func ok(says string, values ...any) Finding {
	return Finding{State: OK, Says: fmt.Sprintf(says, values...)}
}

func warning(do, says string, values ...any) Finding {
	return Finding{State: Warning, Do: do, Says: fmt.Sprintf(says, values...)}
}

func wrong(do, says string, values ...any) Finding {
	return Finding{State: Wrong, Do: do, Says: fmt.Sprintf(says, values...)}
}

// Check looks at one part. Its findings need not name it.
type Check struct {
	Name string
	Look func(context.Context) []Finding
}

// Examine looks at all parts side by side, each for so long at the most, and
// answers what was found in the order of the checks. One that does not end in
// time is a finding.
func Examine(ctx context.Context, checks []Check, each time.Duration) []Finding {
	found := make([][]Finding, len(checks))
	var all sync.WaitGroup
	for i, check := range checks {
		all.Go(func() { found[i] = look(ctx, check, each) })
	}
	all.Wait()
	var findings []Finding
	for i, some := range found {
		for _, finding := range some {
			finding.Check = checks[i].Name
			findings = append(findings, finding)
		}
	}
	return findings
}

func look(ctx context.Context, check Check, each time.Duration) []Finding {
	ctx, cancel := context.WithTimeout(ctx, each)
	defer cancel()
	found := make(chan []Finding, 1)
	go func() {
		var findings []Finding
		if err := mindflow.Catch(func() error { findings = check.Look(ctx); return nil }); err != nil {
			findings = []Finding{wrong("Report this as a bug, with what the log says.", "the check itself failed: %v", err)}
		}
		found <- findings
	}()
	select {
	case findings := <-found:
		return findings
	case <-time.After(each + each/10): // a check that heeds its context says more than this
		return []Finding{wrong("See what holds it up; the network or the machine may be in trouble.", "no answer within %s", each)}
	}
}

// Worst is the gravest state among findings.
func Worst(findings []Finding) State {
	worst := OK
	for _, finding := range findings {
		if finding.State == Wrong || worst == OK {
			worst = finding.State
		}
	}
	return worst
}
