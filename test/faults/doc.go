// Package faults breaks what the server stands on, while it serves: its own
// process, its clients, its database. Its tests run the built binary, as real
// processes on real parts.
package faults
