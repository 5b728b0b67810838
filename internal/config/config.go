// Package config turns the environment into one validated struct.
package config

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"mindflow/internal/mindflow"
)

// Config is everything the environment says.
type Config struct {
	DatabaseURL     string        `env:"DATABASE_URL"`
	MigrateURL      string        `env:"MIGRATE_DATABASE_URL"`
	DataDir         string        `env:"DATA_DIR" envDefault:"./data"`
	SecretKey       []string      `env:"SECRET_KEY" envSeparator:","`
	Environment     string        `env:"ENVIRONMENT" envDefault:"development"`
	Debug           bool          `env:"DEBUG"`
	ListenAddr      string        `env:"LISTEN_ADDR" envDefault:"127.0.0.1:8000"`
	MetricsAddr     string        `env:"METRICS_ADDR"` // empty: no metrics
	LogLevel        string        `env:"LOG_LEVEL" envDefault:"info"`
	LogFormat       string        `env:"LOG_FORMAT"`
	SlowStatement   time.Duration `env:"SLOW_STATEMENT" envDefault:"500ms"` // 0: none is
	SentryDSN       string        `env:"SENTRY_DSN"`
	AccessTokenTTL  time.Duration `env:"ACCESS_TOKEN_TTL"`
	AccessHours     int           `env:"ACCESS_TOKEN_EXPIRE_HOURS"`
	RefreshTokenTTL time.Duration `env:"REFRESH_TOKEN_TTL" envDefault:"720h"`
	JWTAlgorithm    string        `env:"JWT_ALGORITHM" envDefault:"HS256"`
	ScoreCacheTTL   time.Duration `env:"SCORE_CACHE_TTL" envDefault:"5m"`

	PublicURL       string        `env:"PUBLIC_URL"`
	AssetsURL       string        `env:"ASSETS_URL"`
	AllowedOrigins  []string      `env:"CORS_ALLOWED_ORIGINS" envSeparator:","`
	MaxConnections  int           `env:"MAX_CONNECTIONS" envDefault:"4096"`
	MaxInFlight     int           `env:"MAX_IN_FLIGHT"`
	ShutdownDelay   time.Duration `env:"SHUTDOWN_DELAY"`
	ShutdownTimeout time.Duration `env:"SHUTDOWN_TIMEOUT" envDefault:"20s"`

	MaxTasks       int64         `env:"MAX_TASKS" envDefault:"200000"`
	MaxTags        int64         `env:"MAX_TAGS" envDefault:"1000000"`
	MaxBytes       int64         `env:"MAX_BYTES" envDefault:"1000000000"`
	MaxEvents      int64         `env:"MAX_EVENTS" envDefault:"5000000"`
	EventRetention time.Duration `env:"EVENT_RETENTION" envDefault:"8760h"`

	RateLimitUser   mindflow.Rate `env:"RATE_LIMIT_USER" envDefault:"60/min"`
	RateLimitRead   mindflow.Rate `env:"RATE_LIMIT_READ" envDefault:"600/min"`
	RateLimitAuth   mindflow.Rate `env:"RATE_LIMIT_AUTH" envDefault:"10/min"`
	RateLimitSignIn mindflow.Rate `env:"RATE_LIMIT_SIGNIN" envDefault:"10/15min"`
	RedisURL        string        `env:"REDIS_URL"`
	TrustedProxies  Networks      `env:"TRUSTED_PROXIES"`
	// EgressAllow are networks that addresses named by people may lie in, beside
	// the internet.
	EgressAllow Networks `env:"EGRESS_ALLOW"`
	// ClientDocuments has programs be known by documents of their own, which are
	// read on the internet.
	ClientDocuments bool `env:"CLIENT_DOCUMENTS" envDefault:"true"`

	SMTPURL  string `env:"SMTP_URL"`
	MailFrom string `env:"MAIL_FROM"`
	// Signup is who may open an account.
	Signup mindflow.Signup `env:"SIGNUP" envDefault:"open"`
	// RateLimitMail is for what is sent to one address.
	RateLimitMail mindflow.Rate `env:"RATE_LIMIT_MAIL" envDefault:"5/h"`

	// RateLimitClients is for programs that introduce themselves, from one network,
	// or by documents that are read for one person.
	RateLimitClients mindflow.Rate `env:"RATE_LIMIT_CLIENTS" envDefault:"30/min"`

	BackupDir  string `env:"BACKUP_DIR"`
	BackupTime string `env:"BACKUP_TIME" envDefault:"03:00"`
	BackupKeep int    `env:"BACKUP_KEEP" envDefault:"7"`
	BackupKey  string `env:"BACKUP_KEY"`
}

// defaultAccessTokenTTL is short, since a session row stands behind each token anyway.
const defaultAccessTokenTTL = 15 * time.Minute

const maxAccessHours = 8760

// maxCacheTTL is far below the time the rows of deleted tasks stay: what is in
// memory learns from them what is gone.
const maxCacheTTL = 24 * time.Hour

// Load reads the environment. Its error is one sentence for the person who
// starts the program.
func Load(environment map[string]string) (Config, error) {
	c, wrong := Examine(environment)
	if len(wrong) > 0 {
		return c, errors.New(wrong[0])
	}
	return c, nil
}

// Examine reads the environment, and says of each wrong setting in one sentence
// what it must be. The others can be used.
func Examine(environment map[string]string) (Config, []string) {
	var c Config
	wrong := misread(env.ParseWithOptions(&c, env.Options{Environment: environment}))
	if c.DatabaseURL == "" {
		c.DatabaseURL = "sqlite:///" + filepath.Join(c.DataDir, "mindflow.db")
	}
	for i, key := range c.SecretKey {
		c.SecretKey[i] = strings.TrimSpace(key)
	}
	var hours sentences
	switch {
	case environment["ACCESS_TOKEN_TTL"] != "":
	case environment["ACCESS_TOKEN_EXPIRE_HOURS"] != "":
		if c.AccessHours < 1 || c.AccessHours > maxAccessHours {
			c.AccessHours = 1
			hours.add(true, fmt.Sprintf("ACCESS_TOKEN_EXPIRE_HOURS must be from 1 to %d", maxAccessHours))
		}
		c.AccessTokenTTL = time.Duration(c.AccessHours) * time.Hour
	default:
		c.AccessTokenTTL = defaultAccessTokenTTL
	}
	if c.LogFormat == "" {
		c.LogFormat = map[bool]string{true: "json", false: "text"}[c.Production()]
	}
	c.edge(environment)
	known := map[string]bool{}
	for _, sentence := range wrong {
		known[settingIn(sentence)] = true
	}
	for _, sentence := range slices.Concat(hours, c.wrong(), c.wrongAtTheEdge(), c.wrongMail()) {
		if !known[settingIn(sentence)] { // what could not be read has no value to complain about
			wrong = append(wrong, sentence)
		}
	}
	return c, wrong
}

// settingIn is the setting a sentence begins with.
func settingIn(sentence string) string {
	name, _, _ := strings.Cut(sentence, " ")
	return name
}

// misread says which settings could not be read at all.
func misread(err error) (wrong []string) {
	if err == nil {
		return nil
	}
	all, ok := errors.AsType[env.AggregateError](err)
	if !ok || len(all.Errors) == 0 {
		all.Errors = []error{err}
	}
	for _, err := range all.Errors {
		sentence := "a setting cannot be read: " + err.Error()
		if field, ok := errors.AsType[env.ParseError](err); ok {
			sentence = fmt.Sprintf("%s must be %s", settingOf(field.Name), wordsOf(field.Type))
		}
		wrong = append(wrong, sentence)
	}
	return wrong
}

// sentences are what is wrong, in the order in which it was found.
type sentences []string

func (s *sentences) add(wrong bool, sentence string) {
	if wrong && !slices.Contains(*s, sentence) {
		*s = append(*s, sentence)
	}
}

// wordsOf says what a setting's value looks like.
func wordsOf(kind reflect.Type) string {
	switch {
	case kind == reflect.TypeFor[time.Duration]():
		return "a duration such as 15m"
	case kind == reflect.TypeFor[mindflow.Rate]():
		return "a rate such as 60/min, 10/s or 10/15min, or off; at most 100000, over at most 24h"
	case kind == reflect.TypeFor[Networks]():
		return "addresses or networks such as 10.0.0.0/8, comma-separated"
	case kind.Kind() == reflect.Bool:
		return "true or false"
	}
	return "a whole number"
}

// settingOf is the environment's name of a field.
func settingOf(field string) string {
	if f, ok := reflect.TypeFor[Config]().FieldByName(field); ok {
		name, _, _ := strings.Cut(f.Tag.Get("env"), ",")
		return name
	}
	return field
}

// The environments.
const (
	Development = "development"
	Testing     = "testing"
	production  = "production"
)

// SchemaURL names the database to a role that may change its schema.
func (c Config) SchemaURL() string { return cmp.Or(c.MigrateURL, c.DatabaseURL) }

// Level is how much is logged: everything when debugging.
func (c Config) Level() string {
	if c.Debug {
		return "debug"
	}
	return c.LogLevel
}

// Production reports whether mistakes cost somebody something.
func (c Config) Production() bool { return c.Environment == production }

// Quotas are the most a workspace may hold.
func (c Config) Quotas() mindflow.Quotas {
	return mindflow.Quotas{Tasks: c.MaxTasks, Tags: c.MaxTags, Bytes: c.MaxBytes, Events: c.MaxEvents}
}

func (c Config) wrong() (all sentences) {
	_, _, addrErr := net.SplitHostPort(c.ListenAddr)
	_, _, metricsErr := net.SplitHostPort(c.MetricsAddr)
	redis, redisErr := url.Parse(c.RedisURL)
	all.add(!oneOf(c.Environment, Development, Testing, production), "ENVIRONMENT must be development, testing or production")
	all.add(c.Debug && c.Production(), "DEBUG must be off in production")
	all.add(!oneOf(c.LogLevel, "debug", "info", "warn", "error"), "LOG_LEVEL must be debug, info, warn or error")
	all.add(!oneOf(c.LogFormat, "json", "text"), "LOG_FORMAT must be json or text")
	all.add(c.SlowStatement < 0, "SLOW_STATEMENT must be a duration such as 500ms, or 0 for none")
	all.add(c.SentryDSN != "" && !isDSN(c.SentryDSN), "SENTRY_DSN must be an address such as https://key@sentry.example.org/1")
	all.add(c.JWTAlgorithm != "HS256", "JWT_ALGORITHM must be HS256")
	all.add(addrErr != nil, "LISTEN_ADDR must be host:port, such as 127.0.0.1:8000")
	all.add(metricsErr != nil && c.MetricsAddr != "", "METRICS_ADDR must be host:port, such as 127.0.0.1:9464")
	all.add(c.AccessTokenTTL < time.Second, "ACCESS_TOKEN_TTL must be at least a second, such as 15m")
	all.add(c.RefreshTokenTTL < time.Minute, "REFRESH_TOKEN_TTL must be at least a minute, such as 720h")
	all.add(!isTimeOfDay(c.BackupTime), "BACKUP_TIME must be a time of day in UTC, such as 03:00")
	all.add(c.BackupKeep < 1, "BACKUP_KEEP must be at least 1")
	all.add(c.ScoreCacheTTL <= 0 || c.ScoreCacheTTL > maxCacheTTL, "SCORE_CACHE_TTL must be a positive duration of a day at the most, such as 5m")
	all.add(c.RedisURL != "" && (redisErr != nil || !oneOf(redis.Scheme, "redis", "rediss") || redis.Host == ""), "REDIS_URL must be an address such as redis://127.0.0.1:6379/0")
	for _, quota := range []struct {
		name string
		most int64
	}{{"MAX_TASKS", c.MaxTasks}, {"MAX_TAGS", c.MaxTags}, {"MAX_BYTES", c.MaxBytes}, {"MAX_EVENTS", c.MaxEvents}} {
		all.add(quota.most < 0, quota.name+" must be a whole number, or 0 for no limit")
	}
	all.add(c.EventRetention != 0 && c.EventRetention < minEventRetention, "EVENT_RETENTION must be at least 720h, or 0 to keep every event")
	all.add(slices.ContainsFunc(c.SecretKey, func(key string) bool { return len(key) < minSecret }),
		fmt.Sprintf("each key in SECRET_KEY must have at least %d characters", minSecret))
	all.add(len(c.SecretKey) == 0 && c.Production(), "SECRET_KEY is required in production")
	return all
}

const minSecret = 32

// minEventRetention is how far back undo, restoring and who follows the log may look.
const minEventRetention = 30 * 24 * time.Hour

func oneOf(s string, allowed ...string) bool { return slices.Contains(allowed, s) }

const timeOfDay = "15:04"

func isTimeOfDay(s string) bool {
	_, err := time.Parse(timeOfDay, s)
	return err == nil && len(s) == len(timeOfDay)
}

// BackupAt is when the daily backup is due, since midnight in UTC.
func (c Config) BackupAt() time.Duration {
	at, _ := time.Parse(timeOfDay, c.BackupTime) // checked with the settings
	return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
}

// Secrets are the keys that sign tokens. In development one is made at the
// first start and kept in the data directory.
func (c Config) Secrets() ([]string, error) {
	secrets, err := c.KeptSecrets()
	if errors.Is(err, os.ErrNotExist) {
		if err := makeSecret(c.secretFile()); err != nil {
			return nil, fmt.Errorf("keep secret key: %w", err)
		}
		return c.KeptSecrets()
	}
	return secrets, err
}

// KeptSecrets are the same, but none is made: where there is none, it is os.ErrNotExist.
func (c Config) KeptSecrets() ([]string, error) {
	if len(c.SecretKey) > 0 {
		return c.SecretKey, nil
	}
	kept, err := os.ReadFile(c.secretFile())
	if err != nil {
		return nil, fmt.Errorf("read secret key: %w", err)
	}
	key := strings.TrimSpace(string(kept))
	if len(key) < minSecret {
		return nil, fmt.Errorf("%s holds no usable key; remove it to have one made", c.secretFile())
	}
	return []string{key}, nil
}

func (c Config) secretFile() string { return filepath.Join(c.DataDir, "secret_key") }

// makeSecret makes a key and puts it in its place whole, unless another start
// was faster: then that one's stays.
func makeSecret(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	raw := make([]byte, minSecret)
	_, _ = rand.Read(raw)                                            // never fails: crypto/rand ends the program instead
	draft, err := os.CreateTemp(filepath.Dir(path), ".secret_key_*") // only for us to read
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	_, err = draft.WriteString(hex.EncodeToString(raw) + "\n")
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	err = os.Link(draft.Name(), path)
	if err == nil || errors.Is(err, os.ErrExist) {
		return nil
	}
	return os.Rename(draft.Name(), path) // a file system without links
}
