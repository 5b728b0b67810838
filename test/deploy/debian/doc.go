// Package debian gives a test a Debian of its own to install things in: a
// folder that programs are run in by chroot.
package debian
