// Package release lets deploy/release.sh release to hosts: a Debian each, with
// the package installed, one PostgreSQL for all, and nginx before them.
package release
