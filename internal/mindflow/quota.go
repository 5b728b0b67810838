package mindflow

import "fmt"

// Usage is how much a workspace holds, deleted tasks included until they are
// gone for good.
type Usage struct {
	Tasks  int64
	Tags   int64 // over all tasks
	Bytes  int64 // of titles, descriptions and tags, in UTF-8
	Events int64 // not compacted yet
}

// UsageOf is what one task adds to its workspace.
func UsageOf(t Task) Usage {
	u := Usage{Tasks: 1, Tags: int64(len(t.Tags)), Bytes: int64(len(t.Title) + len(t.Description))}
	for _, tag := range t.Tags {
		u.Bytes += int64(len(tag))
	}
	return u
}

// Plus adds two usages.
func (u Usage) Plus(v Usage) Usage {
	return Usage{u.Tasks + v.Tasks, u.Tags + v.Tags, u.Bytes + v.Bytes, u.Events + v.Events}
}

// Minus takes one usage from another.
func (u Usage) Minus(v Usage) Usage {
	return Usage{u.Tasks - v.Tasks, u.Tags - v.Tags, u.Bytes - v.Bytes, u.Events - v.Events}
}

// Quotas are the most a workspace may hold; zero means no limit.
type Quotas Usage

// Growth is what a change makes of what a workspace holds.
type Growth struct {
	Before, After Usage
	// Next is the part of After that takes the place of what is over: the next
	// occurrences of tasks that repeat.
	Next  Usage
	Eases bool // it leaves less to be done
}

// Check refuses a change that takes a workspace beyond a quota. What does not
// grow is never refused, so that a full workspace can be read and emptied; nor
// are the events of a change that eases, such as completing and deleting. Nor is
// what comes next in a series: what is to be done does not grow by it. That ends at
// twice the quota, so that nobody fills a server by completing one task on and on.
func (q Quotas) Check(g Growth) error {
	switch before, after, next := g.Before, g.After, g.Next; {
	case exceeds(q.Tasks, before.Tasks, after.Tasks, next.Tasks):
		return Full(fmt.Sprintf("The workspace holds %d tasks already, as many as it may; deleted ones count until they are gone, after 31 days", q.Tasks))
	case exceeds(q.Tags, before.Tags, after.Tags, next.Tags):
		return Full(fmt.Sprintf("The tasks of the workspace carry %d tags, as many as they may; take some away", q.Tags))
	case exceeds(q.Bytes, before.Bytes, after.Bytes, next.Bytes):
		return Full(fmt.Sprintf("The workspace holds as much text as it may, %d bytes; shorten or delete some tasks", q.Bytes))
	case !g.Eases && exceeds(q.Events, before.Events, after.Events, next.Events):
		return Full(fmt.Sprintf("The workspace has changed %d times, as often as it may for now; completing, cancelling and deleting still work", q.Events))
	}
	return nil
}

func exceeds(quota, before, after, next int64) bool {
	grows := func(to, most int64) bool { return to > most && to > before }
	return quota > 0 && (grows(after-next, quota) || grows(after, 2*quota))
}
