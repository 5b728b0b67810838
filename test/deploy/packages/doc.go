// Package packages tries what "make packages" makes: it is installed, upgraded,
// removed and purged on a machine of its own.
package packages
