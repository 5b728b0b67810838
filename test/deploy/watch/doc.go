// Package watch tries what watches the server: the rules and alerts of
// Prometheus, the example for Alertmanager, Grafana's dashboard, and what looks
// at the certificate.
package watch
