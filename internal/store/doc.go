// Package store keeps everything: all SQL of the product, a file per table,
// one text for SQLite and PostgreSQL. It decides nothing.
package store
