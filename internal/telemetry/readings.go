package telemetry

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"mindflow/internal/mindflow"
)

// readings are the metrics that are read from their sources when somebody looks.
type readings struct {
	sources Sources
	ctx     context.Context //nolint:containedctx // as long as there is somebody to look
	cancel  context.CancelFunc
	census  kept[mindflow.Census]
	queues  kept[[]mindflow.QueueLength]
	checks  []*checked
}

// checked is a part of the house and whether it works.
type checked struct {
	name string
	kept[bool]
}

// How old what the database was asked for may be.
const (
	freshCensus = 30 * time.Second
	freshQueues = 5 * time.Second
	freshChecks = time.Second
	// checkTime is less than anybody waits for: a part that hangs is said to fail.
	checkTime = patience - 100*time.Millisecond
	// staleCheck is how old an answer may be while a part does not even heed that.
	staleCheck = 30 * time.Second
)

func newReadings(s Sources) *readings {
	ctx, cancel := context.WithCancel(context.Background())
	r := &readings{
		sources: s, ctx: ctx, cancel: cancel,
		census: kept[mindflow.Census]{read: s.Census, clock: s.Clock, fresh: freshCensus},
		queues: kept[[]mindflow.QueueLength]{read: s.Queues, clock: s.Clock, fresh: freshQueues},
	}
	for _, check := range s.Checks {
		r.checks = append(r.checks, &checked{check.Name, kept[bool]{clock: s.Clock, fresh: freshChecks, read: passes(check.Ask)}})
	}
	return r
}

// passes reads whether a check passes in time. That it does not is no failure of
// the reading.
func passes(ask func(context.Context) error) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		ctx, cancel := context.WithTimeout(ctx, checkTime)
		defer cancel()
		return ask(ctx) == nil, nil
	}
}

func (r *readings) close(ctx context.Context) {
	r.cancel()
	r.census.wait(ctx)
	r.queues.wait(ctx)
	for _, check := range r.checks {
		check.wait(ctx)
	}
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("mindflow_"+name, help, labels, nil)
}

var (
	descStatements  = describe("database_statements_total", "SQL statements sent, those that frame a transaction aside.")
	descConnections = describe("database_connections", "Connections to the database, but for SQLite's writer.", "state")
	descMax         = describe("database_connections_max", "How many connections there may be.")
	descWaits       = describe("database_connection_waits_total", "How often a connection had to be waited for.")
	descWaitTime    = describe("database_connection_wait_seconds_total", "How long connections were waited for, all together.")
	descWriting     = describe("writes_waiting", "Changes whose turn has not come.")
	descGroups      = describe("write_group_size", "How many changes each committed transaction held.")
	descCaches      = describe("cache_lookups_total", "How often a cache was asked, and whether it held a good answer.", "cache", "result")
	descLimits      = describe("limit_decisions_total", "What rate limits decided.", "limit", "decision")
	descJobs        = describe("jobs", "Jobs that are due, that wait for their moment, and that were given up.", "queue", "state")
	descOldest      = describe("jobs_oldest_due_seconds", "For how long the job that waits longest has been due.", "queue")
	descUsers       = describe("users", "Accounts.", "state")
	descTasks       = describe("tasks", "Tasks by the status they are kept in, the deleted aside.", "status")
	descBackup      = describe("backup_age_seconds", "How old the newest of the daily backups is.")
	descActive      = describe("active_users", "Users who signed in or refreshed within the last 24 hours, or 30 days.", "period")
	descAge         = describe("census_age_seconds", "How old the numbers of users and tasks are.")
	descHealth      = describe("health", "Whether a part works that the server's health depends on: 1 or 0.", "check")
)

// Describe tells all that could be collected.
func (r *readings) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		descStatements, descConnections, descMax, descWaits, descWaitTime, descWriting, descGroups,
		descCaches, descLimits, descJobs, descOldest, descBackup, descUsers, descTasks, descActive, descAge, descHealth,
	} {
		to <- d
	}
}

// Collect reads all sources. Those that ask the database do so at the same
// time, so that a slow one is waited for once.
func (r *readings) Collect(to chan<- prometheus.Metric) {
	var beside sync.WaitGroup
	beside.Go(func() { r.collectQueues(to) })
	for _, check := range r.checks {
		beside.Go(func() { r.collectCheck(to, check) })
	}
	r.collectCensus(to)
	r.collectCounters(to)
	beside.Wait()
}

func (r *readings) collectCheck(to chan<- prometheus.Metric, check *checked) {
	passed, asOf, ok := check.get(r.ctx)
	healthy := 0.0
	if ok && passed && r.sources.Clock().Sub(asOf) < staleCheck {
		healthy = 1
	}
	to <- gauge(descHealth, healthy, check.name)
}

func (r *readings) collectCounters(to chan<- prometheus.Metric) {
	if r.sources.Database != nil {
		d := r.sources.Database()
		to <- counter(descStatements, float64(d.Statements))
		to <- gauge(descConnections, float64(d.InUse), "in_use")
		to <- gauge(descConnections, float64(d.Connections-d.InUse), "idle")
		to <- gauge(descMax, float64(d.MaxConnections))
		to <- counter(descWaits, float64(d.Waits))
		to <- counter(descWaitTime, d.WaitTime.Seconds())
		to <- gauge(descWriting, float64(d.WritesWaiting))
		to <- sizes(d)
	}
	if r.sources.Backup != nil {
		if at, err := r.sources.Backup(); err == nil {
			to <- gauge(descBackup, max(0, r.sources.Clock().Sub(at).Seconds()))
		}
	}
	if r.sources.Caches != nil {
		for _, c := range r.sources.Caches() {
			to <- counter(descCaches, float64(c.Hits), c.Name, "hit")
			to <- counter(descCaches, float64(c.Misses), c.Name, "miss")
		}
	}
	if r.sources.Limits != nil {
		for _, l := range r.sources.Limits() {
			to <- counter(descLimits, float64(l.Admitted), l.Name, "admitted")
			to <- counter(descLimits, float64(l.Refused), l.Name, "refused")
		}
	}
}

func sizes(d Database) prometheus.Metric {
	buckets, all := make(map[float64]uint64, len(d.Groups)), uint64(0)
	for _, g := range d.Groups {
		all += uint64(g.Count) //nolint:gosec // counts up from nought
		buckets[float64(g.AtMost)] = all
	}
	return prometheus.MustNewConstHistogram(descGroups, all, float64(d.GroupChanges), buckets)
}

func (r *readings) collectQueues(to chan<- prometheus.Metric) {
	if r.sources.Queues == nil {
		return
	}
	lengths, asOf, ok := r.queues.get(r.ctx)
	if !ok {
		return
	}
	for _, l := range lengths {
		queue := string(l.Queue)
		to <- gauge(descJobs, float64(l.Due), queue, "due")
		to <- gauge(descJobs, float64(l.Later), queue, "later")
		to <- gauge(descJobs, float64(l.Failed), queue, "failed")
		oldest := 0.0
		if !l.Oldest.IsZero() {
			oldest = max(0, asOf.Sub(l.Oldest).Seconds())
		}
		to <- gauge(descOldest, oldest, queue)
	}
}

func (r *readings) collectCensus(to chan<- prometheus.Metric) {
	if r.sources.Census == nil {
		return
	}
	c, asOf, ok := r.census.get(r.ctx)
	if !ok {
		return
	}
	to <- gauge(descAge, max(0, r.sources.Clock().Sub(asOf).Seconds()))
	to <- gauge(descUsers, float64(c.Users), "enabled")
	to <- gauge(descUsers, float64(c.Disabled), "disabled")
	for _, status := range mindflow.Statuses { // also those of which there are none
		to <- gauge(descTasks, float64(c.Tasks[status]), string(status))
	}
	to <- gauge(descActive, float64(c.ActiveToday), "day")
	to <- gauge(descActive, float64(c.ActiveThisMonth), "month")
}

func counter(d *prometheus.Desc, v float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
}

func gauge(d *prometheus.Desc, v float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}
