// Package install runs the installer of one server for real, in a Debian of
// its own with a network of its own.
package install
