package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of the times in /proc/PID/stat: USER_HZ, 100 on every Linux Go runs on.
const tick = 10 * time.Millisecond

// cpuTime is the user and system time a process has used.
func cpuTime(pid int) (time.Duration, error) {
	fields, err := statFields(strconv.Itoa(pid))
	if err != nil {
		return 0, err
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick, err
}

// statFields are the fields of /proc/PID/stat from the third, the state, on. The second, the command's name in
// parentheses, may itself hold spaces and parentheses.
func statFields(pid string) ([]string, error) {
	text, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 13 {
		return nil, fmt.Errorf("/proc/%s/stat: only %d fields", pid, len(fields))
	}
	return fields, nil
}

// memory is a process's resident size now and at its highest, in MB of 1,000,000 bytes.
type memory struct {
	RSS  float64 `json:"rss_mb"`
	Peak float64 `json:"peak_mb"`
}

func memoryOf(pid int) (memory, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return memory{}, err
	}
	return parseMemory(string(text))
}

func parseMemory(status string) (memory, error) {
	var m memory
	for line := range strings.Lines(status) {
		name, value, _ := strings.Cut(line, ":")
		if name != "VmRSS" && name != "VmHWM" {
			continue
		}
		kib, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 64)
		if err != nil {
			return m, fmt.Errorf("%s: %w", name, err)
		}
		if name == "VmRSS" {
			m.RSS = kib * 1024 / 1e6
		} else {
			m.Peak = kib * 1024 / 1e6
		}
	}
	if m.RSS == 0 || m.Peak == 0 {
		return m, fmt.Errorf("no VmRSS or VmHWM in the process's status")
	}
	return m, nil
}

// childOf finds the one process whose parent is pid: the server under strace.
func childOf(pid int) (int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, err
	}
	for _, entry := range entries {
		child, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		fields, err := statFields(entry.Name())
		if err == nil && fields[1] == strconv.Itoa(pid) { // a process that ended meanwhile is not the one looked for
			return child, nil
		}
	}
	return 0, fmt.Errorf("process %d has no child", pid)
}
