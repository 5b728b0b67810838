package containers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"mindflow/internal/config"
	"mindflow/internal/store/storetest"
	"mindflow/test/stage"
)

// project is what compose.yaml comes to.
type project struct {
	folder   string // of compose.yaml
	settings map[string]string
	Services map[string]service
	Networks map[string]struct{ Internal bool }
}

type service struct {
	Image       string
	User        string
	ReadOnly    bool     `json:"read_only"`
	CapDrop     []string `json:"cap_drop"`
	CapAdd      []string `json:"cap_add"`
	Privileged  bool
	SecurityOpt []string `json:"security_opt"`
	Command     []string
	Environment map[string]string
	Restart     string
	Healthcheck struct {
		Test    []string
		Disable bool
	}
	DependsOn map[string]struct{ Condition string } `json:"depends_on"`
	Networks  map[string]struct {
		IPv4    string `json:"ipv4_address"`
		Aliases []string
	}
	Ports []struct {
		HostIP    string `json:"host_ip"`
		Target    int
		Published string
	}
	Volumes []struct {
		Type, Source, Target string
		ReadOnly             bool `json:"read_only"`
	}
	StopGracePeriod string `json:"stop_grace_period"`
}

// prepared is deploy/ as it is after prepare.sh with a name, in a folder of the test's.
func prepared(t *testing.T, name string) (folder string) {
	t.Helper()
	stage.Installed(t, "openssl", "openssl")
	top := t.TempDir()
	if err := os.CopyFS(top+"/deploy", os.DirFS("../../../deploy")); err != nil {
		t.Fatal(err)
	}
	folder = top + "/deploy/container"
	for _, own := range []string{".env", "tls", "acme", "watched", "alerts"} { // of whoever has made them here
		if err := os.RemoveAll(filepath.Join(folder, own)); err != nil {
			t.Fatal(err)
		}
	}
	run(t, "bash", folder+"/prepare.sh", name)
	return folder
}

// compose reads compose.yaml with the settings of a prepared folder and some others.
func compose(t *testing.T, folder string, others ...string) (project, error) {
	t.Helper()
	raw, err := os.ReadFile(folder + "/.env")
	if err != nil {
		t.Fatal(err)
	}
	p := project{folder: folder, settings: map[string]string{}}
	for _, line := range append(strings.Split(string(raw), "\n"), others...) {
		if key, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			p.settings[key] = value
		}
	}
	args := []string{folder + "/compose.yaml"}
	if profiles := p.settings["COMPOSE_PROFILES"]; profiles != "" {
		args = append(args, strings.Split(profiles, ",")...)
	}
	cmd := exec.CommandContext(t.Context(), composer(t), args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	for key, value := range p.settings {
		cmd.Env = append(cmd.Env, key+"="+value)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return p, fmt.Errorf("%w: %s", err, said.String())
	}
	if err := json.Unmarshal(out, &p); err != nil {
		t.Fatal(err)
	}
	return p, nil
}

// each runs a test on compose.yaml with one server, and with three and an Alertmanager.
func each(t *testing.T, test func(t *testing.T, p project, servers int)) {
	t.Helper()
	folder := prepared(t, "mind.example.org")
	for servers, others := range map[int][]string{1: nil, 3: {"MINDFLOW_SERVERS=3", "COMPOSE_PROFILES=scale,alerts"}} {
		t.Run(fmt.Sprint(servers), func(t *testing.T) {
			p, err := compose(t, folder, others...)
			if err != nil {
				t.Fatal(err)
			}
			test(t, p, servers)
		})
	}
}

// servers are the services that serve.
func (p project) servers() []string {
	var names []string
	for name := range p.Services {
		if strings.HasPrefix(name, "server") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestComposeReadsTheFileWithSecretsOfItsOwnOnly(t *testing.T) {
	folder := prepared(t, "mind.example.org")
	if info, err := os.Stat(folder + "/.env"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the secrets' file: %v %v", info, err)
	}
	p, err := compose(t, folder)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(folder + "/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, key := range []string{"SECRET_KEY", "BACKUP_KEY", "POSTGRES_PASSWORD", "OWNER_PASSWORD", "SERVER_PASSWORD", "GRAFANA_PASSWORD"} {
		value := p.settings[key]
		if len(value) < 32 || seen[value] {
			t.Errorf("%s is %q", key, value)
		}
		seen[value] = true
		if !strings.Contains(string(text), "${"+key+":?") {
			t.Errorf("without %s the containers start all the same", key)
		}
	}
	if _, err := compose(t, folder, "SECRET_KEY="); err == nil || !strings.Contains(err.Error(), "run prepare.sh first") {
		t.Errorf("without a secret: %v", err)
	}
	before, _ := os.ReadFile(folder + "/.env")
	run(t, "bash", folder+"/prepare.sh", "other.example.org")
	if after, _ := os.ReadFile(folder + "/.env"); !bytes.Equal(before, after) {
		t.Error("secrets that are there are made anew")
	}
}

// Seen red with a service that was left out of the common block.
func TestEachServiceIsPinnedHardenedAndLookedAt(t *testing.T) {
	m := readDockerfile(t)
	each(t, func(t *testing.T, p project, servers int) {
		others := 8
		if servers == 3 {
			others = 9
		}
		if got := len(p.servers()); got != servers || len(p.Services) != servers+others {
			t.Errorf("%d servers of %d services", got, len(p.Services))
		}
		for name, s := range p.Services {
			if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || len(s.CapAdd) > 0 || s.Privileged || !slices.Equal(s.SecurityOpt, []string{"no-new-privileges:true"}) {
				t.Errorf("%s is not hardened: %+v", name, s)
			}
			if !pinned.MatchString(s.Image) {
				t.Errorf("%s is of %s", name, s.Image)
			}
			ours := strings.HasPrefix(s.Image, "mindflow:")
			switch {
			case ours && s.User != "", !ours && (s.User == "" || strings.HasPrefix(s.User, "0")):
				t.Errorf("%s runs as %q", name, s.User)
			case name == "migrate" && (s.Restart != "no" || !s.Healthcheck.Disable):
				t.Errorf("%s runs again", name)
			case name != "migrate" && s.Restart != "unless-stopped":
				t.Errorf("%s stays away", name)
			case ours && len(s.Healthcheck.Test) > 0, !ours && len(s.Healthcheck.Test) < 2:
				t.Errorf("%s is looked at by %q", name, s.Healthcheck.Test) // the image has its own: m.check
			}
			for needed, how := range s.DependsOn {
				want := "service_healthy"
				if needed == "migrate" {
					want = "service_completed_successfully"
				}
				if how.Condition != want {
					t.Errorf("%s waits for %s to be %s", name, needed, how.Condition)
				}
			}
		}
		if len(m.check) == 0 {
			t.Error("the image has no health check")
		}
	})
}

func TestOnlyNginxIsOpenToTheWorld(t *testing.T) {
	each(t, func(t *testing.T, p project, _ int) {
		for name, s := range p.Services {
			for _, port := range s.Ports {
				if name != "nginx" && port.HostIP != "127.0.0.1" {
					t.Errorf("%s is open at %s", name, port.Published)
				}
			}
			for network := range s.Networks {
				if network == "public" && name != "nginx" {
					t.Errorf("%s is in the public network", name)
				}
			}
		}
		for name, wants := range map[string][]string{
			"postgres": {"back"}, "redis": {"back"}, "migrate": {"back"}, "prometheus": {"watch"}, "node": {"watch"}, "blackbox": {"watch", "probe"},
		} {
			for network := range p.Services[name].Networks {
				if !slices.Contains(wants, network) || !p.Networks[network].Internal {
					t.Errorf("%s is in %s", name, network)
				}
			}
		}
	})
}

// What is mounted is in the source, or made by prepare.sh.
func TestWhatIsMountedIsThere(t *testing.T) {
	each(t, func(t *testing.T, p project, _ int) {
		mounted := 0
		for name, s := range p.Services {
			for _, v := range s.Volumes {
				if v.Type != "bind" {
					continue
				}
				mounted++
				if _, err := os.Stat(v.Source); err != nil || !v.ReadOnly {
					t.Errorf("%s has %s, read-only %t: %v", name, v.Source, v.ReadOnly, err)
				}
			}
		}
		if mounted < 8 {
			t.Errorf("only %d are mounted", mounted)
		}
	})
}

// Each setting is one of the program's, and they fit each other.
func TestTheServersSettingsAreTheProgramsAndFit(t *testing.T) {
	known := map[string]bool{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[config.Config]()) {
		name, _, _ := strings.Cut(field.Tag.Get("env"), ",")
		known[name] = true
	}
	m := readDockerfile(t)
	each(t, func(t *testing.T, p project, _ int) {
		nginx := p.Services["nginx"].Networks["front"].IPv4
		for _, name := range append(p.servers(), "migrate") {
			environment := map[string]string{}
			for _, setting := range m.environment {
				key, value, _ := strings.Cut(setting, "=")
				environment[key] = value
			}
			maps.Copy(environment, p.Services[name].Environment)
			for key := range environment {
				if !known[key] {
					t.Errorf("%s has %s, which is no setting", name, key)
				}
			}
			c, err := config.Load(environment)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if !c.Production() || c.ListenAddr != "0.0.0.0:8000" || c.PublicURL != "https://mind.example.org" || c.DataDir != "/data" {
				t.Errorf("%s has %+v", name, c)
			}
			if len(c.TrustedProxies) != 1 || c.TrustedProxies[0] != netip.PrefixFrom(netip.MustParseAddr(nginx), 32) {
				t.Errorf("%s trusts %v; nginx is %s", name, c.TrustedProxies, nginx)
			}
			if migrates := name == "migrate"; migrates != (c.MigrateURL != "") || c.MigrateURL != "" && !strings.Contains(c.MigrateURL, "mindflow_owner:") {
				t.Errorf("%s changes the schema by %q", name, c.MigrateURL)
			}
			for _, address := range []string{c.DatabaseURL, c.RedisURL} {
				at, err := url.Parse(address)
				if _, there := p.Services[at.Hostname()]; err != nil || !there {
					t.Errorf("%s asks %s", name, address)
				}
			}
			if grace, err := time.ParseDuration(p.Services[name].StopGracePeriod); name != "migrate" && (err != nil || grace < c.ShutdownDelay+c.ShutdownTimeout+5*time.Second) {
				t.Errorf("%s is given %s to end: %v", name, grace, err)
			}
		}
	})
}

// nginx asks the servers that there are, takes the configuration, and is healthy while
// it answers. Seen red with a check that went through to a server.
func TestNginxKnowsTheServersThereAre(t *testing.T) {
	stage.Installed(t, "nginx", "nginx")
	each(t, func(t *testing.T, p project, servers int) {
		var mounts []string
		for _, v := range p.Services["nginx"].Volumes {
			mounts = append(mounts, v.Target, v.Source)
		}
		at := func(target string) string {
			i := slices.Index(mounts, target)
			if i < 0 {
				t.Fatalf("nothing is mounted at %s", target)
			}
			return mounts[i+1]
		}
		upstream, err := os.ReadFile(at("/etc/nginx/mindflow/upstream.conf"))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(string(upstream), "server 172."); got != servers {
			t.Errorf("it asks %d servers", got)
		}
		for _, name := range p.servers() {
			if address := p.Services[name].Networks["front"].IPv4; !strings.Contains(string(upstream), "server "+address+":8000 ") {
				t.Errorf("%s at %s is not asked: %s", name, address, upstream)
			}
		}
		site, err := os.ReadFile(at("/etc/nginx/templates/mindflow.conf.template"))
		if err != nil {
			t.Fatal(err)
		}
		environment := p.Services["nginx"].Environment
		filter := regexp.MustCompile(environment["NGINX_ENVSUBST_FILTER"])
		text := os.Expand(string(site), func(key string) string { // as its image does
			if value, ok := environment[key]; ok && filter.MatchString(key) {
				return value
			}
			return "$" + key
		})
		folder := t.TempDir()
		listens := stage.FreeAddress(t)
		for from, to := range map[string]string{
			"/etc/nginx/tls": at("/etc/nginx/tls"), "/var/log/nginx": folder, "/etc/nginx/mindflow/unavailable": at("/etc/nginx/mindflow/unavailable"),
			"/etc/nginx/mindflow/upstream.conf": at("/etc/nginx/mindflow/upstream.conf"), "/etc/nginx/mindflow/proxy.conf": at("/etc/nginx/mindflow/proxy.conf"),
			"listen 80;": "", "listen [::]:80;": "", "listen 443 ssl http2;": "listen " + listens + " ssl http2;", "listen [::]:443 ssl http2;": "",
		} {
			if !strings.Contains(text, from) {
				t.Errorf("the site does not say %s", from)
			}
			text = strings.ReplaceAll(text, from, to)
		}
		// What had no address of its own would listen at port 80.
		plain := stage.FreeAddress(t)
		text = strings.Replace(text, "server {", "server {\n\tlisten "+plain+";", 1)
		if err := os.WriteFile(folder+"/nginx.conf", []byte("pid nginx.pid; error_log stderr; events {} http { client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path o; uwsgi_temp_path o; scgi_temp_path o;\n"+text+"\n}"), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), "nginx", "-t", "-q", "-p", folder, "-c", "nginx.conf").CombinedOutput(); err != nil {
			t.Errorf("nginx -t: %v %s", err, out)
		}
		serve := exec.CommandContext(t.Context(), "nginx", "-p", folder, "-c", "nginx.conf", "-g", "daemon off; master_process off;")
		if err := serve.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			_ = serve.Process.Kill()
			_ = serve.Wait()
		}()
		// Its health is its own: none of the servers runs here.
		check := strings.Join(p.Services["nginx"].Healthcheck.Test[1:], " ")
		stage.Eventually(t, 10*time.Second, "nginx is healthy by "+check, func() bool {
			return exec.CommandContext(t.Context(), "sh", "-c", strings.NewReplacer("https://127.0.0.1/", "https://"+listens+"/", "http://127.0.0.1/", "http://"+plain+"/").Replace(check)).Run() == nil
		})
	})
}

// Prometheus finds the servers by their common name, at their port; and whatever its rules are about.
// Seen red without node_exporter: an alert was there for good.
func TestPrometheusFindsTheServers(t *testing.T) {
	each(t, func(t *testing.T, p project, _ int) {
		raw, err := os.ReadFile(p.folder + "/prometheus.yml")
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(p.Services["nginx"].Networks["probe"].Aliases, "mind.example.org") || !strings.Contains(readFile(t, p.folder+"/watched/certificate.yml"), "'mind.example.org:443'") {
			t.Errorf("whoever looks at the certificate does not find nginx: %+v", p.Services["nginx"].Networks)
		}
		for _, name := range p.servers() {
			s := p.Services[name]
			_, port, _ := strings.Cut(s.Environment["METRICS_ADDR"], ":")
			if !slices.Contains(s.Networks["watch"].Aliases, "servers") || !strings.Contains(string(raw), "names: [servers]") || !strings.Contains(string(raw), "port: "+port+"\n") {
				t.Errorf("%s is not found: %+v", name, s.Networks)
			}
		}
		stage.Installed(t, "promtool", "prometheus")
		for _, at := range regexp.MustCompile(`'([a-z]\w*):\d+'`).FindAllStringSubmatch(string(raw), -1) {
			if _, there := p.Services[at[1]]; !there && (at[1] != "alertmanager" || len(p.servers()) == 3) {
				t.Errorf("it asks %s, which is no service", at[1])
			}
		}
		for _, rule := range regexp.MustCompile(`job="(\w+)"`).FindAllStringSubmatch(readFile(t, filepath.Dir(p.folder)+"/prometheus/rules/mindflow.yml"), -1) {
			if !regexp.MustCompile(`job_name: ` + rule[1] + `\b`).Match(raw) {
				t.Errorf("a rule is about the job %s, which it does not look at", rule[1])
			}
		}
		folder := t.TempDir()
		if err := os.CopyFS(folder+"/watched", os.DirFS(p.folder+"/watched")); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(folder+"/rules", os.DirFS(filepath.Dir(p.folder)+"/prometheus/rules")); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(folder+"/prometheus.yml", raw, 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, "promtool", "check", "config", folder+"/prometheus.yml")
	})
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// Whom Alertmanager tells is the example's, until somebody is named; its secrets are
// where its user may read them, and nobody else.
func TestAlertmanagerReadsWhatIsPrepared(t *testing.T) {
	stage.Installed(t, "amtool", "prometheus-alertmanager")
	folder := prepared(t, "mind.example.org")
	run(t, "amtool", "check-config", folder+"/alerts/alertmanager.yml")
	each(t, func(t *testing.T, p project, servers int) {
		s, there := p.Services["alertmanager"]
		if there != (servers == 3) {
			t.Errorf("it runs: %v", there)
		}
		for _, v := range s.Volumes {
			if v.Target != "/etc/alertmanager" {
				continue
			}
			text := readFile(t, v.Source+"/alertmanager.yml")
			names := regexp.MustCompile(`_file: /etc/alertmanager/(\S+)`).FindAllStringSubmatch(text, -1)
			if len(names) < 2 || strings.Contains(text, "/etc/prometheus") {
				t.Errorf("its secrets are elsewhere: %s", text)
			}
			for _, name := range names {
				info, err := os.Stat(filepath.Join(v.Source, name[1]))
				if err != nil {
					t.Error(err)
				} else if owner := info.Sys().(*syscall.Stat_t).Uid; os.Getuid() == 0 && (fmt.Sprint(owner, ":", owner) != s.User || info.Mode() != 0o600) { //nolint:forcetypeassert // Linux's
					t.Errorf("%s is %s of %d, and it runs as %s", name[1], info.Mode(), owner, s.User)
				}
			}
		}
	})
}

// PostgreSQL's roles are made by the script that its image runs: one migrates, the
// other serves and can change no table. Seen red without default privileges.
func TestTheServersRoleMayReadAndWriteRowsOnly(t *testing.T) {
	if storetest.Postgres(t) == "" {
		t.Skip("without PostgreSQL")
	}
	stage.Installed(t, "psql", "postgresql-client")
	at, err := url.Parse(storetest.Own(t).URL())
	if err != nil {
		t.Fatal(err)
	}
	q := at.Query()
	roles := exec.CommandContext(t.Context(), "bash", "../../../deploy/container/roles.sh")
	roles.Env = []string{
		"PATH=" + os.Getenv("PATH"), "PGHOST=" + q.Get("host"), "PGPORT=" + q.Get("port"), "POSTGRES_USER=" + at.User.Username(),
		"OWNER_PASSWORD=the owner's", "SERVER_PASSWORD=the server's",
	}
	if out, err := roles.CombinedOutput(); err != nil {
		t.Fatalf("roles.sh: %v %s", err, out)
	}
	as := func(role, password string) string {
		u := *at
		u.User, u.Path = url.UserPassword(role, password), "/mindflow"
		return u.String()
	}
	listens := stage.FreeAddress(t)
	environment := []string{
		"ENVIRONMENT=production", "SECRET_KEY=a secret key of the tests that is long enough", "DATA_DIR=" + t.TempDir(), "LISTEN_ADDR=" + listens, "SHUTDOWN_DELAY=0s",
		"DATABASE_URL=" + as("mindflow_server", "the server's"),
	}
	command := func(args []string, more ...string) *exec.Cmd {
		cmd := exec.CommandContext(context.Background(), stage.Program(t), args...)
		cmd.Env = append(slices.Clone(environment), more...)
		return cmd
	}
	if out, err := command([]string{"migrate"}).CombinedOutput(); err == nil {
		t.Errorf("the server's role may make tables: %s", out)
	}
	if out, err := command([]string{"migrate"}, "MIGRATE_DATABASE_URL="+as("mindflow_owner", "the owner's")).CombinedOutput(); err != nil {
		t.Fatalf("migrate: %v %s", err, out)
	}
	serve := command([]string{"serve"})
	var log bytes.Buffer
	serve.Stderr = &log
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = serve.Process.Kill()
		_ = serve.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	stage.Eventually(t, 15*time.Second, "the server is ready", func() bool { return command([]string{"health"}).Run() == nil })
	zones(t, "http://"+listens)
}
