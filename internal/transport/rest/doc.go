// Package rest is the REST API: it translates HTTP and JSON to use cases and
// back, and decides nothing. routes.go is the table of everything it offers.
package rest
