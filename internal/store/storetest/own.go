package storetest

import (
	"os"
	"syscall"
	"testing"
	"time"
)

// Cluster is a PostgreSQL server of a test's own, which it may end and start
// again. It has PostgreSQL's own settings: what it has committed is on disk.
type Cluster struct {
	tb testing.TB
	c  *cluster
}

// Own starts one; it ends with the test. A test is left out where the person
// does without PostgreSQL.
func Own(tb testing.TB) *Cluster {
	tb.Helper()
	if Postgres(tb) == "" {
		tb.Skip("without PostgreSQL")
	}
	bin, err := findBinaries(programFolders())
	if err != nil {
		tb.Fatalf("no PostgreSQL: %v\n\n%s", err, howToGetOne)
	}
	c, err := startCluster(bin, nil)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.stop)
	return &Cluster{tb, c}
}

// URL is the server's own database.
func (c *Cluster) URL() string { return c.c.url() }

// End ends the server with a signal: SIGQUIT is an immediate shutdown; SIGKILL
// takes its first process, and the others find out.
func (c *Cluster) End(sig syscall.Signal) {
	c.tb.Helper()
	if err := c.c.postgres.Process.Signal(sig); err != nil {
		c.tb.Fatal(err)
	}
	_ = c.c.postgres.Wait() // how it ended is no news
	c.c.postgres = nil
}

// Start starts it again, and waits until it accepts connections. After a
// SIGKILL it does not before the old one's processes are gone.
func (c *Cluster) Start() {
	c.tb.Helper()
	var err error
	for range 50 {
		if err = c.c.serve(); err == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	c.tb.Fatal(err)
}

// Give makes a folder the server's.
func (c *Cluster) Give(folder string) {
	c.tb.Helper()
	if c.c.owner == nil {
		return
	}
	if err := os.Chown(folder, int(c.c.owner.Uid), int(c.c.owner.Gid)); err != nil {
		c.tb.Fatal(err)
	}
}
