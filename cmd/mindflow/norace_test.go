//go:build !race

package main

// memoryFactor is what the race detector would make of a program's memory.
const memoryFactor = 1
