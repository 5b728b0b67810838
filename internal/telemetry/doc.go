// Package telemetry says what the server is doing: logs, error reports, metrics
// and traces. None of them ever holds what people wrote or what admits them.
package telemetry
