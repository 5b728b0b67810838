package main

import (
	"fmt"

	"mindflow/internal/app"
	"mindflow/internal/ratelimit"
)

// limiter holds the limits in memory, and in Redis where there is one.
func (h *house) limiter(c *console) (app.Limiter, error) {
	memory := ratelimit.NewMemory(c.clock)
	if h.config.RedisURL == "" {
		return memory, nil
	}
	redis, err := ratelimit.OpenRedis(h.config.RedisURL)
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	h.redis = ratelimit.NewShared(memory, redis, h.log)
	return h.redis, nil
}

func (h *house) limits() app.Limits {
	return app.Limits{
		Changes: h.config.RateLimitUser, Reads: h.config.RateLimitRead,
		SignIns: h.config.RateLimitAuth, Guesses: h.config.RateLimitSignIn,
		Mails: h.config.RateLimitMail, Clients: h.config.RateLimitClients,
	}
}
