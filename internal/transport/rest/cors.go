package rest

import (
	"net/http"

	"github.com/rs/cors"
)

// corsTime is how many seconds browsers may remember what they may send.
const corsTime = 600

// sharing lets the pages of some origins use the API. For all others browsers
// keep it closed, which takes no header at all.
func sharing(origins []string, next http.Handler) http.Handler {
	if len(origins) == 0 {
		return next
	}
	return cors.New(cors.Options{
		AllowedOrigins: origins,
		AllowedMethods: methods,
		AllowedHeaders: []string{
			"Authorization", "Content-Type", "If-Match", "If-None-Match", keyHeader, clientHeader, "X-Session", "X-Request-ID",
		},
		ExposedHeaders:   []string{"ETag", "Location", changeHeader, "X-Request-ID", "RateLimit", "RateLimit-Policy", "Retry-After"},
		AllowCredentials: true, // the cookie of a page on a sibling host
		MaxAge:           corsTime,
	}).Handler(next)
}
