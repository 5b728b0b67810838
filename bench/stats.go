package main

import (
	"math"
	"slices"
	"time"
)

// percentile is the nearest-rank percentile of sorted values: the smallest that at least share of them do not exceed.
// It is always a value that was measured, never an interpolation. Zero when there are none.
func percentile(sorted []time.Duration, share float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(share * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// median of values in any order; the mean of the middle two when their number is even. Zero when there are none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// spread summarises latencies in milliseconds.
type spread struct {
	Samples int     `json:"samples"`
	P50     float64 `json:"p50_ms"`
	P95     float64 `json:"p95_ms"`
	P99     float64 `json:"p99_ms"`
	Max     float64 `json:"max_ms"`
}

func spreadOf(latencies []time.Duration) spread {
	sorted := slices.Sorted(slices.Values(latencies))
	return spread{
		Samples: len(sorted),
		P50:     milliseconds(percentile(sorted, 0.50)),
		P95:     milliseconds(percentile(sorted, 0.95)),
		P99:     milliseconds(percentile(sorted, 0.99)),
		Max:     milliseconds(percentile(sorted, 1)),
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
