// Package network gives a test a network of its own, in which any address may
// lie, one of the internet as well as one that must not be reached.
package network
