package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	tmpfs      = 0x01021994
	syncProbes = 200
)

// machine is what the figures were measured on: without it they mean nothing to somebody else.
type machine struct {
	CPU        string  `json:"cpu"`
	Cores      int     `json:"cores"`
	Kernel     string  `json:"kernel"`
	Go         string  `json:"go"`
	Load       float64 `json:"load_before"` // processes that wanted a core in the minute before
	Memory     bool    `json:"data_in_memory"`
	SyncMedian float64 `json:"write_4k_and_fdatasync_median_us"`
}

// describe looks at the machine and at the disk under folder.
func describe(folder string) (machine, error) {
	m := machine{CPU: "unknown", Cores: runtime.NumCPU(), Go: runtime.Version()}
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
				m.CPU = strings.TrimSpace(value)
				break
			}
		}
	}
	if text, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = strings.TrimSpace(string(text))
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.Load, _ = strconv.ParseFloat(strings.Fields(string(text))[0], 64) // a figure to show, not to compute with
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(folder, &fs); err != nil {
		return m, fmt.Errorf("look at %s: %w", folder, err)
	}
	m.Memory = fs.Type == tmpfs
	var err error
	m.SyncMedian, err = probeSync(filepath.Join(folder, "probe"))
	return m, err
}

// probeSync is the median time in microseconds of appending 4 KiB and syncing it: the least a lone durable write costs.
func probeSync(path string) (float64, error) {
	file, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer os.Remove(path)
	defer file.Close()
	var took []float64
	page := make([]byte, 4096)
	for range syncProbes {
		began := time.Now()
		if _, err := file.Write(page); err != nil {
			return 0, err
		}
		if err := syscall.Fdatasync(int(file.Fd())); err != nil {
			return 0, fmt.Errorf("sync %s: %w", path, err)
		}
		took = append(took, float64(time.Since(began).Microseconds()))
	}
	return median(took), nil
}
