package ratelimit

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gomodule/redigo/redis"

	"mindflow/internal/mindflow"
)

// How long Redis may take. Beyond, this server goes on by itself: a limit is
// not worth a person's second.
const (
	dialTime    = 200 * time.Millisecond
	commandTime = 150 * time.Millisecond
	callTime    = 500 * time.Millisecond // with the wait for a connection
)

// maxRedis is how many connections one server holds at the most.
const maxRedis = 32

// Redis holds rates for all servers that use the same Redis. Each key is one
// key there, so one call needs one hash slot; moments are Redis's own.
type Redis struct {
	pool *redis.Pool
}

// OpenRedis reads an address such as redis://127.0.0.1:6379/0, or rediss:// for
// TLS. Nothing is connected yet.
func OpenRedis(address string) (*Redis, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address of Redis is not a URL") // err holds it, and with it the password
	}
	if (u.Scheme != "redis" && u.Scheme != "rediss") || u.Hostname() == "" || u.RawQuery != "" {
		return nil, errors.New("the address of Redis must be redis://host:port/number, or rediss:// for TLS")
	}
	if database := strings.Trim(u.Path, "/"); database != "" {
		if n, err := strconv.Atoi(database); err != nil || n < 0 {
			return nil, errors.New("the address of Redis must end in the number of a database, such as /0")
		}
	}
	return &Redis{pool: &redis.Pool{
		MaxActive: maxRedis, MaxIdle: maxRedis, Wait: true, IdleTimeout: time.Minute,
		DialContext: func(ctx context.Context) (redis.Conn, error) {
			return redis.DialURLContext(ctx, address,
				redis.DialConnectTimeout(dialTime), redis.DialReadTimeout(commandTime), redis.DialWriteTimeout(commandTime))
		},
	}}, nil
}

// do lends fn a connection. What is broken is not handed on, and nothing is
// asked twice: an answer that got lost may have been a yes.
func (r *Redis) do(ctx context.Context, fn func(context.Context, redis.Conn) error) (err error) {
	// A call goes on when the person who caused it is gone: one that breaks off costs its connection.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTime)
	defer cancel()
	conn, err := r.pool.GetContext(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return fn(ctx, conn)
}

// take is what log.take does, in Redis: KEYS[1] is a list of moments, oldest
// first. Numbers beyond 10^14 must be written out, or Lua rounds them.
var take = redis.NewScript(1, `
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
	var said []int64
	err := r.do(ctx, func(ctx context.Context, conn redis.Conn) (err error) {
		said, err = redis.Int64s(take.DoContext(ctx, conn, name(key), rate.Limit, rate.Per.Microseconds()))
		return err
	})
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
	return r.ask(ctx, "give a slot back to Redis", "LREM", name(key), -1, taken.At)
}

// Ping reports whether Redis answers.
func (r *Redis) Ping(ctx context.Context) error {
	return r.ask(ctx, "ask Redis whether it is there", "PING")
}

func (r *Redis) ask(ctx context.Context, doing, command string, args ...any) error {
	err := r.do(ctx, func(ctx context.Context, conn redis.Conn) error {
		_, err := redis.DoContext(conn, ctx, command, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// Close closes the connections.
func (r *Redis) Close() error { return r.pool.Close() }

func name(key mindflow.LimitKey) string {
	return "mindflow:limit:" + key.What.String() + ":" + hex.EncodeToString(key.Whose[:])
}
