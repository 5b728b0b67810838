// Package mindflow is the vocabulary: what a task, a day, an actor and an
// error are, and which of them are legal. It does no I/O and reads no clock.
package mindflow
