package ratelimit

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"

	"mindflow/internal/mindflow"
)

// How long Redis may take. Beyond, this server goes on by itself: a limit is
// not worth a person's second.
const (
	dialTime    = 200 * time.Millisecond
	commandTime = 150 * time.Millisecond
	callTime    = 500 * time.Millisecond // with the wait for a connection
)

// Redis holds rates for all servers that use the same Redis. Each key is one
// key there, so one call needs one hash slot; moments are Redis's own.
type Redis struct {
	client redis.UniversalClient
}

// quiet keeps the library from writing to standard error by itself.
var quiet = sync.OnceFunc(logging.Disable)

// OpenRedis reads an address such as redis://127.0.0.1:6379/0; with further
// addresses (?addr=host:port) it is a cluster's. Nothing is connected yet.
func OpenRedis(address string) (*Redis, error) {
	quiet()
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address of Redis is not a URL") // err holds it, and with it the password
	}
	if u.Query().Has("addr") {
		o, err := redis.ParseClusterURL(address)
		if err != nil {
			return nil, fmt.Errorf("read the address of Redis: %w", err)
		}
		o.DialTimeout, o.DialerRetries, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = dialTime, 1, commandTime, commandTime, commandTime
		o.ContextTimeoutEnabled, o.DisableIdentity = true, true
		o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
		return &Redis{client: redis.NewClusterClient(o)}, nil
	}
	o, err := redis.ParseURL(address)
	if err != nil {
		return nil, fmt.Errorf("read the address of Redis: %w", err)
	}
	o.DialTimeout, o.DialerRetries, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = dialTime, 1, commandTime, commandTime, commandTime
	o.ContextTimeoutEnabled, o.DisableIdentity = true, true
	o.MaxRetries = -1 // an answer that got lost may have been a yes
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return &Redis{client: redis.NewClient(o)}, nil
}

// take is what log.take does, in Redis: KEYS[1] is a list of moments, oldest
// first. Numbers beyond 10^14 must be written out, or Lua rounds them.
var take = redis.NewScript(`
local time = redis.call('TIME')
local clock = time[1] * 1000000 + time[2]
local limit, per, now = tonumber(ARGV[1]), tonumber(ARGV[2]), clock
local count = redis.call('LLEN', KEYS[1])
if count > 0 then
  local newest = tonumber(redis.call('LINDEX', KEYS[1], -1))
  if newest - now > per then
    redis.call('DEL', KEYS[1])
    for _ = 1, count do redis.call('RPUSH', KEYS[1], string.format('%.0f', now)) end
  else
    now = math.max(now, newest)
  end
end
while count > 0 and tonumber(redis.call('LINDEX', KEYS[1], 0)) <= now - per do
  redis.call('LPOP', KEYS[1])
  count = count - 1
end
local allowed = 0
if count < limit then
  allowed, count = 1, count + 1
  redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
end
redis.call('PEXPIRE', KEYS[1], math.ceil((now - clock + per) / 1000) + 1)
local oldest = tonumber(redis.call('LINDEX', KEYS[1], math.max(count - limit, 0)))
return {allowed, math.max(limit - count, 0), oldest + per - now, now}
`)

// Take takes a slot of a key within a rate, if one is free.
func (r *Redis) Take(ctx context.Context, key mindflow.LimitKey, rate mindflow.Rate) (mindflow.Taken, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	said, err := take.Run(ctx, r.client, []string{name(key)}, rate.Limit, rate.Per.Microseconds()).Int64Slice()
	if err == nil && len(said) != 4 {
		err = errors.New("it answered something else")
	}
	if err != nil {
		return mindflow.Taken{}, fmt.Errorf("take a slot in Redis: %w", err)
	}
	return mindflow.Taken{
		Allowed: said[0] == 1, Remaining: int(said[1]), Reset: time.Duration(said[2]) * time.Microsecond, At: said[3],
	}, nil
}

// GiveBack frees a slot that was taken.
func (r *Redis) GiveBack(ctx context.Context, key mindflow.LimitKey, taken mindflow.Taken) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	if err := r.client.LRem(ctx, name(key), -1, taken.At).Err(); err != nil {
		return fmt.Errorf("give a slot back to Redis: %w", err)
	}
	return nil
}

// Ping reports whether Redis answers.
func (r *Redis) Ping(ctx context.Context) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	if err := r.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ask Redis whether it is there: %w", err)
	}
	return nil
}

// Close closes the connections.
func (r *Redis) Close() error { return r.client.Close() }

// bounded lets a call go on when the person who caused it is gone: a call that
// breaks off costs its connection.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), callTime)
}

func name(key mindflow.LimitKey) string {
	return "mindflow:limit:" + key.What.String() + ":" + hex.EncodeToString(key.Whose[:])
}
