// Package ratelimit holds rates exactly: no span of a rate's length admits more
// than its limit, on one server by its memory or on several through Redis.
package ratelimit
