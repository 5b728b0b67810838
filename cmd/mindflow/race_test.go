//go:build race

package main

// memoryFactor is what the race detector makes of a program's memory: by its
// documentation five to ten times as much; of ours, which holds little, less.
const memoryFactor = 3
