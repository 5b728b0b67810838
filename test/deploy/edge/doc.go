// Package edge runs the nginx site of deploy/nginx for real, in front of built
// servers: what people are answered, what the servers are told, and that nothing
// is lost or done twice while servers come and go.
package edge
