package config

import (
	"encoding/hex"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mindflow/internal/mindflow"
)

const (
	oneKey     = "0123456789abcdef0123456789abcdef"
	anotherKey = "fedcba9876543210fedcba9876543210"
)

func TestAnEmptyEnvironmentIsADevelopersMachine(t *testing.T) {
	want := Config{
		DatabaseURL: "sqlite:///data/mindflow.db", DataDir: "./data", Environment: "development", ListenAddr: "127.0.0.1:8000",
		LogLevel: "info", LogFormat: "text", SlowStatement: 500 * time.Millisecond, AccessTokenTTL: 15 * time.Minute, RefreshTokenTTL: 30 * 24 * time.Hour,
		JWTAlgorithm: "HS256", ScoreCacheTTL: 5 * time.Minute,
		MaxConnections: 4096, MaxInFlight: 64 * runtime.GOMAXPROCS(0), ShutdownTimeout: 20 * time.Second,
		MaxTasks: 200_000, MaxTags: 1_000_000, MaxBytes: 1_000_000_000, MaxEvents: 5_000_000, EventRetention: 365 * 24 * time.Hour,
		RateLimitUser: mindflow.Rate{Limit: 60, Per: time.Minute}, RateLimitRead: mindflow.Rate{Limit: 600, Per: time.Minute},
		RateLimitAuth: mindflow.Rate{Limit: 10, Per: time.Minute}, RateLimitSignIn: mindflow.Rate{Limit: 10, Per: 15 * time.Minute},
		Signup: mindflow.SignupOpen, RateLimitMail: mindflow.Rate{Limit: 5, Per: time.Hour}, RateLimitClients: mindflow.Rate{Limit: 30, Per: time.Minute},
		ClientDocuments: true, BackupTime: "03:00", BackupKeep: 7,
	}
	for name, environment := range map[string]map[string]string{
		"nothing": {},
		"empty values": {
			"DATABASE_URL": "", "DATA_DIR": "", "SECRET_KEY": "", "ENVIRONMENT": "", "DEBUG": "", "LISTEN_ADDR": "", "LOG_LEVEL": "", "LOG_FORMAT": "", "SLOW_STATEMENT": "",
			"ACCESS_TOKEN_TTL": "", "ACCESS_TOKEN_EXPIRE_HOURS": "", "REFRESH_TOKEN_TTL": "", "JWT_ALGORITHM": "", "SCORE_CACHE_TTL": "",
			"PUBLIC_URL": "", "CORS_ALLOWED_ORIGINS": "", "MAX_CONNECTIONS": "", "MAX_IN_FLIGHT": "", "SHUTDOWN_DELAY": "", "SHUTDOWN_TIMEOUT": "",
			"BACKUP_DIR": "", "BACKUP_TIME": "", "BACKUP_KEEP": "", "BACKUP_KEY": "",
			"SMTP_URL": "", "MAIL_FROM": "", "SIGNUP": "", "RATE_LIMIT_MAIL": "",
			"RATE_LIMIT_USER": "", "RATE_LIMIT_READ": "", "RATE_LIMIT_AUTH": "", "RATE_LIMIT_SIGNIN": "", "REDIS_URL": "", "TRUSTED_PROXIES": "", "EGRESS_ALLOW": "", "CLIENT_DOCUMENTS": "",
		},
		"other programs' settings": {"PATH": "/bin", "HOME": "/root"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Load(environment)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if got.Production() {
				t.Error("it is not production")
			}
		})
	}
}

func TestEverySettingIsRead(t *testing.T) {
	tests := []struct {
		name string
		env  string
		want func(*Config)
	}{
		{"a database", "DATABASE_URL=postgres://db/mindflow", func(c *Config) { c.DatabaseURL = "postgres://db/mindflow" }},
		{"a folder", "DATA_DIR=/var/lib/mindflow", func(c *Config) {
			c.DataDir, c.DatabaseURL = "/var/lib/mindflow", "sqlite:////var/lib/mindflow/mindflow.db"
		}},
		{"a folder from here", "DATA_DIR=../elsewhere/", func(c *Config) {
			c.DataDir, c.DatabaseURL = "../elsewhere/", "sqlite:///../elsewhere/mindflow.db"
		}},
		{"a key", "SECRET_KEY=" + oneKey, func(c *Config) { c.SecretKey = []string{oneKey} }},
		{"two keys", "SECRET_KEY=" + oneKey + "," + anotherKey, func(c *Config) { c.SecretKey = []string{oneKey, anotherKey} }},
		{"two keys with blanks", "SECRET_KEY= " + oneKey + " , " + anotherKey + " ", func(c *Config) { c.SecretKey = []string{oneKey, anotherKey} }},
		{"testing", "ENVIRONMENT=testing", func(c *Config) { c.Environment = "testing" }},
		{"debugging", "DEBUG=true", func(c *Config) { c.Debug = true }},
		{"an address", "LISTEN_ADDR=[::]:80", func(c *Config) { c.ListenAddr = "[::]:80" }},
		{"a port on every address", "LISTEN_ADDR=:8080", func(c *Config) { c.ListenAddr = ":8080" }},
		{"an address for metrics", "METRICS_ADDR=127.0.0.1:9464", func(c *Config) { c.MetricsAddr = "127.0.0.1:9464" }},
		{"who may open an account", "SIGNUP=invite", func(c *Config) { c.Signup = mindflow.SignupInvite }},
		{"programs that introduce themselves", "RATE_LIMIT_CLIENTS=5/h", func(c *Config) { c.RateLimitClients = mindflow.Rate{Limit: 5, Per: time.Hour} }},
		{"mails to one address", "RATE_LIMIT_MAIL=3/30min", func(c *Config) { c.RateLimitMail = mindflow.Rate{Limit: 3, Per: 30 * time.Minute} }},
		{"a log level", "LOG_LEVEL=debug", func(c *Config) { c.LogLevel = "debug" }},
		{"a log format", "LOG_FORMAT=json", func(c *Config) { c.LogFormat = "json" }},
		{"a slow statement's time", "SLOW_STATEMENT=2s", func(c *Config) { c.SlowStatement = 2 * time.Second }},
		{"no slow statements", "SLOW_STATEMENT=0", func(c *Config) { c.SlowStatement = 0 }},
		{"where reports go", "SENTRY_DSN=https://key@sentry.example.org/errors/1", func(c *Config) { c.SentryDSN = "https://key@sentry.example.org/errors/1" }},
		{"an access token's time", "ACCESS_TOKEN_TTL=5m", func(c *Config) { c.AccessTokenTTL = 5 * time.Minute }},
		{"the seed's access token hours", "ACCESS_TOKEN_EXPIRE_HOURS=24", func(c *Config) { c.AccessTokenTTL, c.AccessHours = 24*time.Hour, 24 }},
		{"a refresh token's time", "REFRESH_TOKEN_TTL=24h", func(c *Config) { c.RefreshTokenTTL = 24 * time.Hour }},
		{"the one algorithm", "JWT_ALGORITHM=HS256", func(*Config) {}},
		{"a snapshot's age", "SCORE_CACHE_TTL=90s", func(c *Config) { c.ScoreCacheTTL = 90 * time.Second }},
		{"no limit", "MAX_EVENTS=0", func(c *Config) { c.MaxEvents = 0 }},
		{"events kept for ever", "EVENT_RETENTION=0", func(c *Config) { c.EventRetention = 0 }},
		{"a public address", "PUBLIC_URL=https://mind.example.org:8443/", func(c *Config) { c.PublicURL = "https://mind.example.org:8443" }},
		{"origins", "CORS_ALLOWED_ORIGINS=https://App.example.org, http://localhost:5173", func(c *Config) {
			c.AllowedOrigins = []string{"https://app.example.org", "http://localhost:5173"}
		}},
		{"a delivery network", "ASSETS_URL=https://CDN.example.org:443/", func(c *Config) { c.AssetsURL = "https://cdn.example.org" }},
		{"a public address as people write it", "PUBLIC_URL=https://Mind.Example.org:443", func(c *Config) { c.PublicURL = "https://mind.example.org" }},
		{"origins with the port that is meant anyway", "CORS_ALLOWED_ORIGINS=https://app.example.org:443,http://app.example.org:80,http://app.example.org:443", func(c *Config) {
			c.AllowedOrigins = []string{"https://app.example.org", "http://app.example.org", "http://app.example.org:443"}
		}},
		{"connections", "MAX_CONNECTIONS=100", func(c *Config) { c.MaxConnections = 100 }},
		{"requests in flight", "MAX_IN_FLIGHT=10", func(c *Config) { c.MaxInFlight = 10 }},
		{"time for the balancer", "SHUTDOWN_DELAY=2s", func(c *Config) { c.ShutdownDelay = 2 * time.Second }},
		{"time to finish", "SHUTDOWN_TIMEOUT=1m", func(c *Config) { c.ShutdownTimeout = time.Minute }},
		{"a folder of backups", "BACKUP_DIR=/backups", func(c *Config) { c.BackupDir = "/backups" }},
		{"a time for backups", "BACKUP_TIME=23:59", func(c *Config) { c.BackupTime = "23:59" }},
		{"a month of backups", "BACKUP_KEEP=30", func(c *Config) { c.BackupKeep = 30 }},
		{"a key for backups", "BACKUP_KEY=a passphrase", func(c *Config) { c.BackupKey = "a passphrase" }},
		{"a limit of changes", "RATE_LIMIT_USER=10/s", func(c *Config) { c.RateLimitUser = mindflow.Rate{Limit: 10, Per: time.Second} }},
		{"no limit of reads", "RATE_LIMIT_READ=off", func(c *Config) { c.RateLimitRead = mindflow.Rate{} }},
		{"a limit of sign-ins", "RATE_LIMIT_AUTH=1000/h", func(c *Config) { c.RateLimitAuth = mindflow.Rate{Limit: 1000, Per: time.Hour} }},
		{"a limit of guesses", "RATE_LIMIT_SIGNIN=5/30min", func(c *Config) { c.RateLimitSignIn = mindflow.Rate{Limit: 5, Per: 30 * time.Minute} }},
		{"a Redis", "REDIS_URL=rediss://:password@cache:6380/1", func(c *Config) { c.RedisURL = "rediss://:password@cache:6380/1" }},
		{"proxies", "TRUSTED_PROXIES=127.0.0.1, 10.1.2.3/8,::ffff:192.0.2.1,fd00::/8", func(c *Config) {
			for _, network := range []string{"127.0.0.1/32", "10.0.0.0/8", "192.0.2.1/32", "fd00::/8"} {
				c.TrustedProxies = append(c.TrustedProxies, netip.MustParsePrefix(network))
			}
		}},
		{"no documents of programs", "CLIENT_DOCUMENTS=false", func(c *Config) { c.ClientDocuments = false }},
		{"a network to reach", "EGRESS_ALLOW=192.168.1.0/24", func(c *Config) { c.EgressAllow = Networks{netip.MustParsePrefix("192.168.1.0/24")} }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want, err := Load(nil)
			if err != nil {
				t.Fatal(err)
			}
			tt.want(&want)
			name, value, _ := strings.Cut(tt.env, "=")
			got, err := Load(map[string]string{name: value})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
				t.Error(diff)
			}
		})
	}
	got, err := Load(map[string]string{"ACCESS_TOKEN_TTL": "5m", "ACCESS_TOKEN_EXPIRE_HOURS": "24"})
	if err != nil || got.AccessTokenTTL != 5*time.Minute {
		t.Errorf("of both the exact one counts: %v, %v", got.AccessTokenTTL, err)
	}
}

func TestAWrongSettingIsOneClearSentence(t *testing.T) {
	const (
		access  = "ACCESS_TOKEN_TTL must be at least a second, such as 15m"
		refresh = "REFRESH_TOKEN_TTL must be at least a minute, such as 720h"
		cache   = "SCORE_CACHE_TTL must be a positive duration of a day at the most, such as 5m"
		hours   = "ACCESS_TOKEN_EXPIRE_HOURS must be from 1 to 8760"
		shorter = "each key in SECRET_KEY must have at least 32 characters"
		dsn     = "SENTRY_DSN must be an address such as https://key@sentry.example.org/1"
		address = "LISTEN_ADDR must be host:port, such as 127.0.0.1:8000"
		public  = "PUBLIC_URL must be the address people reach the server at, such as https://mind.example.org"
		assets  = "ASSETS_URL must be the origin of a content delivery network, such as https://cdn.example.org"
		origins = "CORS_ALLOWED_ORIGINS must be origins such as https://app.example.org, separated by commas; * is not one"
		rate    = " must be a rate such as 60/min, 10/s or 10/15min, or off; at most 100000, over at most 24h"
		redis   = "REDIS_URL must be an address such as redis://127.0.0.1:6379/0"
		proxies = "TRUSTED_PROXIES must be addresses or networks such as 10.0.0.0/8, comma-separated"
	)
	tests := []struct{ name, env, err string }{
		{"an unknown environment", "ENVIRONMENT=staging", "ENVIRONMENT must be development, testing or production"},
		{"an environment in capitals", "ENVIRONMENT=Production", "ENVIRONMENT must be development, testing or production"},
		{"debugging perhaps", "DEBUG=maybe", "DEBUG must be true or false"},
		{"a short key", "SECRET_KEY=" + oneKey[:31], shorter},
		{"a second key that is short", "SECRET_KEY=" + oneKey + ",short", shorter},
		{"a comma too many", "SECRET_KEY=" + oneKey + ",", shorter},
		{"a key of blanks", "SECRET_KEY=" + strings.Repeat(" ", 40), shorter},
		{"an address without port", "LISTEN_ADDR=127.0.0.1", address},
		{"a URL for an address", "LISTEN_ADDR=http://127.0.0.1:8000", address},
		{"an address for metrics without port", "METRICS_ADDR=localhost", "METRICS_ADDR must be host:port, such as 127.0.0.1:9464"},
		{"an unknown log level", "LOG_LEVEL=loud", "LOG_LEVEL must be debug, info, warn or error"},
		{"an unknown log format", "LOG_FORMAT=xml", "LOG_FORMAT must be json or text"},
		{"a slow statement's time below nought", "SLOW_STATEMENT=-1s", "SLOW_STATEMENT must be a duration such as 500ms, or 0 for none"},
		{"reports to nowhere", "SENTRY_DSN=somewhere", dsn},
		{"reports without a key", "SENTRY_DSN=https://sentry.example.org/1", dsn},
		{"reports to no project", "SENTRY_DSN=https://key@sentry.example.org", dsn},
		{"reports to a name", "SENTRY_DSN=https://key@sentry.example.org/mine", dsn},
		{"reports by other means", "SENTRY_DSN=ftp://key@sentry.example.org/1", dsn},
		{"another algorithm", "JWT_ALGORITHM=none", "JWT_ALGORITHM must be HS256"},
		{"an access token's time without unit", "ACCESS_TOKEN_TTL=15", "ACCESS_TOKEN_TTL must be a duration such as 15m"},
		{"an access token's time of nought", "ACCESS_TOKEN_TTL=0s", access},
		{"an access token's time below nought", "ACCESS_TOKEN_TTL=-15m", access},
		{"an access token's time below a second", "ACCESS_TOKEN_TTL=999ms", access},
		{"hours in words", "ACCESS_TOKEN_EXPIRE_HOURS=one", "ACCESS_TOKEN_EXPIRE_HOURS must be a whole number"},
		{"no hours", "ACCESS_TOKEN_EXPIRE_HOURS=0", hours},
		{"hours below nought", "ACCESS_TOKEN_EXPIRE_HOURS=-1", hours},
		{"more hours than a duration holds", "ACCESS_TOKEN_EXPIRE_HOURS=5124096", hours},
		{"a refresh token's time in words", "REFRESH_TOKEN_TTL=a month", "REFRESH_TOKEN_TTL must be a duration such as 15m"},
		{"a refresh token's time below a minute", "REFRESH_TOKEN_TTL=59s", refresh},
		{"a snapshot's age in words", "SCORE_CACHE_TTL=short", "SCORE_CACHE_TTL must be a duration such as 15m"},
		{"a snapshot's age of nought", "SCORE_CACHE_TTL=0s", cache},
		{"tasks below nought", "MAX_TASKS=-1", "MAX_TASKS must be a whole number, or 0 for no limit"},
		{"bytes in words", "MAX_BYTES=1GB", "MAX_BYTES must be a whole number"},
		{"events kept for a week", "EVENT_RETENTION=168h", "EVENT_RETENTION must be at least 720h, or 0 to keep every event"},
		{"a public address without scheme", "PUBLIC_URL=mind.example.org", public},
		{"a public address of another kind", "PUBLIC_URL=ftp://mind.example.org", public},
		{"a public address with a path", "PUBLIC_URL=https://example.org/mind", public},
		{"a public address with a query", "PUBLIC_URL=https://example.org?a=b", public},
		{"a public address with a password", "PUBLIC_URL=https://a:b@example.org", public},
		{"a public address without host", "PUBLIC_URL=https://:443", public},
		{"a delivery network without scheme", "ASSETS_URL=cdn.example.org", assets},
		{"a delivery network's folder", "ASSETS_URL=https://cdn.example.org/mindflow", assets},
		{"a policy in the place of a delivery network", "ASSETS_URL=https://cdn.example.org; script-src *", assets},
		{"every delivery network", "ASSETS_URL=https://*.example.org", assets},
		{"every origin", "CORS_ALLOWED_ORIGINS=*", origins},
		{"every subdomain", "CORS_ALLOWED_ORIGINS=https://*.example.org", origins},
		{"an origin with a path", "CORS_ALLOWED_ORIGINS=https://app.example.org/", origins},
		{"no origin", "CORS_ALLOWED_ORIGINS=null", origins},
		{"an origin and nothing", "CORS_ALLOWED_ORIGINS=https://app.example.org,", origins},
		{"connections in words", "MAX_CONNECTIONS=many", "MAX_CONNECTIONS must be a whole number"},
		{"no connections", "MAX_CONNECTIONS=0", "MAX_CONNECTIONS must be at least 1"},
		{"too few requests in flight", "MAX_IN_FLIGHT=3", "MAX_IN_FLIGHT must be at least 4"},
		{"time for the balancer below nought", "SHUTDOWN_DELAY=-1s", "SHUTDOWN_DELAY must not be negative"},
		{"no time to finish", "SHUTDOWN_TIMEOUT=0s", "SHUTDOWN_TIMEOUT must be a positive duration, such as 20s"},
		{"a backup at no time", "BACKUP_TIME=24:00", "BACKUP_TIME must be a time of day in UTC, such as 03:00"},
		{"a backup at a loose time", "BACKUP_TIME=3:00", "BACKUP_TIME must be a time of day in UTC, such as 03:00"},
		{"no backup to keep", "BACKUP_KEEP=0", "BACKUP_KEEP must be at least 1"},
		{"a snapshot's age of days", "SCORE_CACHE_TTL=24h0m1s", cache},
		{"a limit of nothing", "RATE_LIMIT_USER=0/min", "RATE_LIMIT_USER" + rate},
		{"a limit in words", "RATE_LIMIT_READ=many", "RATE_LIMIT_READ" + rate},
		{"a limit without a span", "RATE_LIMIT_AUTH=10", "RATE_LIMIT_AUTH" + rate},
		{"a limit that cannot be remembered", "RATE_LIMIT_SIGNIN=100001/min", "RATE_LIMIT_SIGNIN" + rate},
		{"a Redis without scheme", "REDIS_URL=127.0.0.1:6379", redis},
		{"a Redis by HTTP", "REDIS_URL=http://127.0.0.1:6379", redis},
		{"a Redis nowhere", "REDIS_URL=redis:///0", redis},
		{"a proxy by name", "TRUSTED_PROXIES=proxy.example.org", proxies},
		{"a comma too many after a proxy", "TRUSTED_PROXIES=127.0.0.1,", proxies},
		{"a proxy with a port", "TRUSTED_PROXIES=127.0.0.1:80", proxies},
		{"a network that is too narrow", "TRUSTED_PROXIES=10.0.0.0/33", proxies},
		{"a network to reach by name", "EGRESS_ALLOW=nas.lan", "EGRESS_ALLOW must be addresses or networks such as 10.0.0.0/8, comma-separated"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name, value, _ := strings.Cut(tt.env, "=")
			_, err := Load(map[string]string{name: value})
			if err == nil || err.Error() != tt.err {
				t.Errorf("error %q, want %q", err, tt.err)
			}
		})
	}
}

func TestEveryWrongSettingIsTold(t *testing.T) {
	c, wrong := Examine(map[string]string{
		"ENVIRONMENT": "production", "MAX_CONNECTIONS": "many", "ACCESS_TOKEN_EXPIRE_HOURS": "one", "LISTEN_ADDR": "8000", "PUBLIC_URL": "mind",
		"CORS_ALLOWED_ORIGINS": "*,*", "SMTP_URL": "smtp://mail.example.org", "DATA_DIR": "/var/lib/mindflow",
	})
	want := []string{
		"ACCESS_TOKEN_EXPIRE_HOURS must be a whole number",
		"MAX_CONNECTIONS must be a whole number",
		"LISTEN_ADDR must be host:port, such as 127.0.0.1:8000",
		"SECRET_KEY is required in production",
		"PUBLIC_URL must be the address people reach the server at, such as https://mind.example.org",
		"CORS_ALLOWED_ORIGINS must be origins such as https://app.example.org, separated by commas; * is not one",
		"MAIL_FROM is required where SMTP_URL is set: the sender of mails, such as mindflow@example.org",
	}
	if diff := cmp.Diff(want, wrong); diff != "" {
		t.Error(diff)
	}
	if c.DatabaseURL != "sqlite:////var/lib/mindflow/mindflow.db" {
		t.Errorf("what is right is not read: %s", c.DatabaseURL)
	}
}

// A field whose setting the error would not know is named as in Go.
func TestEveryKindThatCanBeMisreadHasItsSettingsName(t *testing.T) {
	for _, setting := range []string{
		"DEBUG", "ACCESS_TOKEN_TTL", "ACCESS_TOKEN_EXPIRE_HOURS", "REFRESH_TOKEN_TTL", "SCORE_CACHE_TTL",
		"MAX_CONNECTIONS", "MAX_IN_FLIGHT", "SHUTDOWN_DELAY", "SHUTDOWN_TIMEOUT", "RATE_LIMIT_USER", "TRUSTED_PROXIES", "EGRESS_ALLOW", "CLIENT_DOCUMENTS",
	} {
		if _, err := Load(map[string]string{setting: "!"}); err == nil || !strings.HasPrefix(err.Error(), setting+" ") {
			t.Errorf("%s: %v", setting, err)
		}
	}
	if got := settingOf("Unlisted"); got != "Unlisted" {
		t.Error(got)
	}
}

func TestProductionAsksForMore(t *testing.T) {
	tests := []struct {
		name string
		env  map[string]string
		err  string
	}{
		{"with a key", map[string]string{"SECRET_KEY": oneKey}, ""},
		{"without a key", nil, "SECRET_KEY is required in production"},
		{"with an empty key", map[string]string{"SECRET_KEY": ""}, "SECRET_KEY is required in production"},
		{"debugging", map[string]string{"SECRET_KEY": oneKey, "DEBUG": "true"}, "DEBUG must be off in production"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			env := map[string]string{"ENVIRONMENT": "production"}
			maps.Copy(env, tt.env)
			c, err := Load(env)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != tt.err {
				t.Errorf("error %q, want %q", got, tt.err)
			}
			if !c.Production() || c.LogFormat != "json" || c.ShutdownDelay != 5*time.Second {
				t.Errorf("production: %v, logs as %s, stops after %s", c.Production(), c.LogFormat, c.ShutdownDelay)
			}
		})
	}
}

func TestASecretIsMadeOnceAndKept(t *testing.T) {
	c := Config{DataDir: filepath.Join(t.TempDir(), "made", "here")}
	first, err := c.Secrets()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := hex.DecodeString(first[0])
	if err != nil || len(first) != 1 || len(raw) != 32 {
		t.Fatalf("%q, %v", first, err)
	}
	path := filepath.Join(c.DataDir, "secret_key")
	for name, want := range map[string]os.FileMode{path: 0o600, c.DataDir: 0o700} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	again, err := c.Secrets()
	if err != nil || again[0] != first[0] {
		t.Errorf("%q, then %q, %v", first, again, err)
	}
	other, err := Config{DataDir: t.TempDir()}.Secrets()
	if err != nil || other[0] == first[0] {
		t.Errorf("another folder has the same key: %v", err)
	}
}

// Fails when the key is written into its place, or replaces one that is there:
// then some start finds half of it, or signs with a key nobody keeps.
func TestFirstStartsThatRaceShareOneSecret(t *testing.T) {
	for range 20 {
		c := Config{DataDir: filepath.Join(t.TempDir(), "data")}
		const starts = 16
		var all sync.WaitGroup
		var found [starts]string
		for i := range starts {
			all.Go(func() {
				keys, err := c.Secrets()
				if err != nil {
					t.Error(err)
					return
				}
				found[i] = keys[0]
			})
		}
		all.Wait()
		if keys := slices.Compact(found[:]); len(keys) != 1 {
			t.Errorf("they sign with %q", keys)
		}
		if left, err := os.ReadDir(c.DataDir); err != nil || len(left) != 1 {
			t.Errorf("left %v, %v", left, err)
		}
	}
}

func TestGivenKeysLeaveNoFile(t *testing.T) {
	c := Config{DataDir: t.TempDir(), SecretKey: []string{oneKey, anotherKey}}
	got, err := c.Secrets()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{oneKey, anotherKey}, got); diff != "" {
		t.Error(diff)
	}
	if left, _ := os.ReadDir(c.DataDir); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

func TestAnUnusableSecretFileIsNotReplaced(t *testing.T) {
	for name, content := range map[string]string{"empty": "", "cut off": oneKey[:31] + "\n", "blanks": strings.Repeat(" ", 64)} {
		t.Run(name, func(t *testing.T) {
			c := Config{DataDir: t.TempDir()}
			path := filepath.Join(c.DataDir, "secret_key")
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := c.Secrets()
			if err == nil || err.Error() != path+" holds no usable key; remove it to have one made" {
				t.Error(err)
			}
			if kept, err := os.ReadFile(path); err != nil || string(kept) != content {
				t.Errorf("the file holds %q, %v", kept, err)
			}
		})
	}
}

func TestASecretThatCannotBeKeptIsAnError(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(dir string) error
		err     string
	}{
		{"a folder in the file's place", func(dir string) error { return os.MkdirAll(filepath.Join(dir, "secret_key"), 0o700) }, "read secret key: "},
		{"a file in the folder's place", func(dir string) error { return os.WriteFile(dir, nil, 0o600) }, "read secret key: "},
		{"a link to nowhere in the folder's place", func(dir string) error { return os.Symlink(filepath.Join(dir, "..", "nowhere"), dir) }, "keep secret key: "},
		{"a link to nowhere in the file's place", func(dir string) error {
			if err := os.Mkdir(dir, 0o700); err != nil {
				return err
			}
			return os.Symlink(filepath.Join(dir, "nowhere", "key"), filepath.Join(dir, "secret_key"))
		}, "read secret key: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if err := tt.prepare(dir); err != nil {
				t.Fatal(err)
			}
			keys, err := Config{DataDir: dir}.Secrets()
			if err == nil || !strings.HasPrefix(err.Error(), tt.err) || keys != nil {
				t.Errorf("%q, %v", keys, err)
			}
		})
	}
}

func TestTheSchemaMayHaveARoleOfItsOwnAndDebuggingSaysEverything(t *testing.T) {
	c, err := Load(map[string]string{"DATABASE_URL": "postgres://app@db/x", "MIGRATE_DATABASE_URL": "postgres://owner@db/x", "DEBUG": "true"})
	if err != nil {
		t.Fatal(err)
	}
	if c.SchemaURL() != "postgres://owner@db/x" || c.Level() != "debug" {
		t.Errorf("schema by %s, level %s", c.SchemaURL(), c.Level())
	}
	c, err = Load(map[string]string{"DATABASE_URL": "postgres://app@db/x"})
	if err != nil || c.SchemaURL() != "postgres://app@db/x" || c.Level() != "info" {
		t.Errorf("schema by %s, level %s, %v", c.SchemaURL(), c.Level(), err)
	}
}

func TestReportsAreSentByWhateverIsNoTest(t *testing.T) {
	for environment, want := range map[string]string{"production": "https://key@host/1", "development": "https://key@host/1", "testing": ""} {
		c, err := Load(map[string]string{"ENVIRONMENT": environment, "SENTRY_DSN": "https://key@host/1", "SECRET_KEY": oneKey})
		if err != nil || c.ReportsTo() != want {
			t.Errorf("%s reports to %q: %v", environment, c.ReportsTo(), err)
		}
	}
}

func TestCookiesComeWithoutHTTPSOnlyWhereSomebodyDevelops(t *testing.T) {
	for env, want := range map[string]bool{
		"": true, "PUBLIC_URL=http://127.0.0.1:8000": true, "PUBLIC_URL=https://mind.example.org": false, "ENVIRONMENT=testing": false,
	} {
		name, value, _ := strings.Cut(env, "=")
		c, err := Load(map[string]string{name: value})
		if err != nil || c.PlainCookies() != want {
			t.Errorf("%s: %v, %v", env, c.PlainCookies(), err)
		}
	}
	c, err := Load(map[string]string{"ENVIRONMENT": "production", "SECRET_KEY": oneKey, "PUBLIC_URL": "http://mind.example.org"})
	if err != nil || c.PlainCookies() {
		t.Errorf("production: %v, %v", c.PlainCookies(), err)
	}
}

// Fails when a link can be printed anywhere but on a developer's machine.
func TestHowMailIsSent(t *testing.T) {
	for _, tt := range []struct {
		environment map[string]string
		want        mindflow.Mailing
		err         string
	}{
		{map[string]string{}, mindflow.MailToLog, ""},
		{map[string]string{"ENVIRONMENT": "testing"}, mindflow.MailNever, ""},
		{map[string]string{"ENVIRONMENT": "production", "SECRET_KEY": oneKey}, mindflow.MailNever, ""},
		{map[string]string{"SMTP_URL": "smtp://u:p%40@mail.example.org:587", "MAIL_FROM": "MindFlow <m@example.org>"}, mindflow.MailBySMTP, ""},
		{map[string]string{"SMTP_URL": "smtps://mail.example.org", "MAIL_FROM": "m@example.org", "ENVIRONMENT": "production", "SECRET_KEY": oneKey, "PUBLIC_URL": "https://mind.example.org"}, mindflow.MailBySMTP, ""},
		{map[string]string{"SMTP_URL": "smtps://mail.example.org", "MAIL_FROM": "m@example.org", "ENVIRONMENT": "production", "SECRET_KEY": oneKey}, "", "PUBLIC_URL is required where SMTP_URL is set: links in mails lead there"},
		{map[string]string{"SMTP_URL": "smtp://mail.example.org"}, "", "MAIL_FROM is required where SMTP_URL is set: the sender of mails, such as mindflow@example.org"},
		{map[string]string{"SMTP_URL": "http://mail.example.org", "MAIL_FROM": "m@example.org"}, "", "SMTP_URL must be an address such as smtp://user:password@mail.example.org:587 or smtps://mail.example.org"},
		{map[string]string{"SMTP_URL": "smtp://:99999", "MAIL_FROM": "m@example.org"}, "", "SMTP_URL must be an address such as smtp://user:password@mail.example.org:587 or smtps://mail.example.org"},
		{map[string]string{"MAIL_FROM": "MindFlow"}, "", "MAIL_FROM must be an address such as mindflow@example.org, or MindFlow <mindflow@example.org>"},
		{map[string]string{"SIGNUP": "sometimes"}, "", "SIGNUP must be open, invite or closed"},
		{map[string]string{"RATE_LIMIT_MAIL": "5/2h"}, "", "RATE_LIMIT_MAIL must be over an hour at the most, such as 5/h: the newest link must outlive it"},
	} {
		c, err := Load(tt.environment)
		switch {
		case tt.err != "" && (err == nil || err.Error() != tt.err):
			t.Errorf("%v: %v", tt.environment, err)
		case tt.err == "" && (err != nil || c.Mailing() != tt.want):
			t.Errorf("%v: %v, %v", tt.environment, c.Mailing(), err)
		}
	}
}
