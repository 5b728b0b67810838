// Package containers holds deploy/container against what it is for, without an
// engine that runs containers: the image's files are put together in a folder and
// its program is run in it, and compose.yaml is read as Compose reads it.
package containers
