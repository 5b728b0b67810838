//go:build !linux

package main

import "io/fs"

// become goes on as whoever has begun.
func become(fs.FileInfo) error { return nil }
