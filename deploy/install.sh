#!/usr/bin/env bash
# Makes MindFlow's one server of an empty Debian (12 or newer) or Ubuntu (22.04 or newer) with a domain: PostgreSQL with two roles,
# the server, nginx with a certificate, keys instead of passwords for SSH, a firewall, backups that are restored once a week, and
# Prometheus with its alerts.
#
#     install.sh [--dry-run] [--staging] [--pgdg] [--skip ssh|firewall|certificate|watching] DOMAIN EMAIL [PACKAGE]
#
# PACKAGE is mindflow's .deb, of several the newest; without it the one that lies beside this script is taken. EMAIL is told when the
# certificate is about to end, and what Prometheus sees. --dry-run says what would be done. --staging asks for a certificate that nobody trusts, to try. --pgdg takes PostgreSQL from its
# own archive, where the system's is too old.
#
# It can be run again at any time, also after it was broken off: what is done stays, secrets and your own changes stay, and what is
# missing is made. Secrets are in /etc/mindflow/mindflow.env, and the one of the role that owns the tables in migrate.env beside it,
# which the server never sees; they are nowhere else, and never said. (Alertmanager has the mail server's password, too.)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly settings=/etc/mindflow/mindflow.env owner_settings=/etc/mindflow/migrate.env
readonly site=/etc/nginx/conf.d/mindflow.conf site_parts=/etc/nginx/mindflow
readonly webroot=/var/www/letsencrypt
readonly ssh_part=/etc/ssh/sshd_config.d/10-mindflow.conf
readonly moving=/var/backups/mindflow/before-postgresql.backup
readonly oldest_postgresql=15
readonly watchers=(prometheus prometheus-node-exporter prometheus-alertmanager)

dry='' staging='' pgdg='' skipped=' ' domain='' email='' package=''
step='the start' changes=0 finished='' left=()

# How it speaks.

begin() {
	step=$1
	printf '\n== %s\n' "$1"
}
already() { printf '   done already: %s\n' "$1"; }
note() { printf '   %s\n' "$1"; }
remains() { # what somebody has to do: said here, and at the end
	note "$1"
	left+=("$1")
}
will() { # true if it is to be done now
	if [ -n "$dry" ]; then
		printf '   would: %s\n' "$1"
		return 1
	fi
	printf '   now: %s\n' "$1"
	changes=$((changes + 1))
}
die() {
	printf '\ninstall.sh: %s\n' "$1" >&2
	finished=died
	exit 1
}
usage() {
	printf 'install.sh: %s\n' "$1" >&2
	sed -n 's/^#     /usage: /p' "${BASH_SOURCE[0]}" >&2
	finished=died
	exit 2
}
# shellcheck disable=SC2317 # the trap calls it
broken_off() {
	[ -n "$finished" ] ||
		printf '\ninstall.sh: broken off at: %s. What is done stays; run it again once the cause is gone, and it goes on from there.\n' "$step" >&2
}

# What it asks the machine.

has() { command -v "$1" >/dev/null; }
installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
skips() { [[ $skipped == *" $1 "* ]]; }
random() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
apt() {
	DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a \
		apt-get -q -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confold "$@" 8>&-
}
systemctl() { command systemctl "$@" 8>&-; } # no daemon holds our lock

# Settings.

setting() { # KEY: its value, nothing where there is none
	{ cat "$settings" "$owner_settings" 2>/dev/null || true; } | sed -n "s/^$1=//p" | tail -1 |
		sed -e 's/[[:space:]]*$//' -e "s/^'\\(.*\\)'\$/\\1/" -e 's/^"\(.*\)"$/\1/'
}

has_setting() { [ -n "$(setting "$1")" ]; }

write_setting() { # FILE KEY VALUE: whole or not at all; an empty line of the same key goes
	local draft
	draft=$(mktemp "$1.draft.XXXXXX") # 0600, and root's
	if [ -e "$1" ]; then
		sed "/^$2=[[:space:]]*\$/d" "$1" >"$draft"
		chown --reference="$1" "$draft"
	fi
	printf '%s=%s\n' "$2" "$3" >>"$draft"
	sync "$draft"
	mv "$draft" "$1"
}

keep_setting() { # KEY VALUE [NOTHING]: with a third word it is a secret, which is not said
	if has_setting "$1"; then
		already "$1${3-=$(setting "$1")}"
	elif will "set $1${3-=$2}"; then
		write_setting "$settings" "$1" "$2"
	fi
}

# settled is run by the server's user: it takes what stands at its descriptor 7 for settings, and becomes a program.
# shellcheck disable=SC2317 # it is handed over as text
settled() {
	local line name value
	while IFS= read -r line || [ -n "$line" ]; do
		[[ $line =~ ^[[:space:]]*([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] || continue
		name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]%"${BASH_REMATCH[2]##*[![:space:]]}"}
		case $value in
		\"*\") value=$(printf %s "${value:1:-1}" | sed 's/\\\(["\\$`]\)/\1/g') ;;
		\'*\') value=${value:1:-1} ;;
		esac
		export "$name=$value"
	done <&7
	exec 7<&-
	cd "${DATA_DIR:-/var/lib/mindflow}" || exit
	exec "$@"
}

# That user may write its settings: root takes nothing from them into an environment of its own, where PATH and LD_PRELOAD would say
# what root runs.
with_settings() { # COMMAND…: as the server's user, with its settings, which are read and never run
	setpriv --reuid=mindflow --regid=mindflow --init-groups -- bash -c "$(declare -f settled)"' && settled "$@"' settled \
		"$(command -v "$1")" "${@:2}" 7< <(cat "$settings" && echo && cat "${also:-/dev/null}" && printf '\n%s\n' "${instead:-}")
}

as_owner() { # COMMAND…: the same, for what may change the tables
	local also=$owner_settings
	[ -e "$also" ] || also=''
	with_settings "$@"
}

# PostgreSQL.

cluster() { pg_lsclusters -h 2>/dev/null | sort -n | tail -1; } # VERSION NAME PORT STATUS …, of the newest
as_postgres() { env -C / setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"; }
sql() { # DATABASE: runs what stands on its standard input
	as_postgres psql -p "$port" -qAtX -v ON_ERROR_STOP=1 -d "$1"
}
answers() { # DATABASE SQL: true if it answers t
	[ "$(sql "$1" <<<"$2" 2>/dev/null)" = t ]
}
connects() { # URL, one this script has made
	local rest=${1#*://}
	# Not as arguments: everybody may read those.
	(
		export PGUSER=${rest%%:*} PGPASSWORD PGHOST=127.0.0.1 PGPORT=$port PGDATABASE=mindflow PGSSLMODE=disable PGCONNECT_TIMEOUT=5
		PGPASSWORD=$(password_of "$1")
		as_postgres psql -qAtXw -c 'SELECT 1' >/dev/null 2>&1
	)
}
password_of() { # URL
	local rest=${1#*://*:}
	printf %s "${rest%%@*}"
}
is_here() { [[ $1 =~ ^postgres(ql)?://mindflow_(server|owner):[^/@]+@127\.0\.0\.1:[0-9]+/mindflow(\?|$) ]]; } # one this script has made

# The steps.

check_machine() {
	begin 'The machine'
	[ "$(id -u)" = 0 ] || die 'only root can install a server'
	local ID='' VERSION_ID='' PRETTY_NAME='' debian_candidate
	# shellcheck source=/dev/null
	[ ! -r /etc/os-release ] || . /etc/os-release
	case $ID in
	debian) [ "${VERSION_ID%%.*}" -ge 12 ] 2>/dev/null || die "$PRETTY_NAME is too old; Debian 12 or newer is needed" ;;
	ubuntu) [ "${VERSION_ID%%.*}" -ge 22 ] 2>/dev/null || die "$PRETTY_NAME is too old; Ubuntu 22.04 or newer is needed" ;;
	*) die "this is for Debian 12 or newer and Ubuntu 22.04 or newer, and not for ${PRETTY_NAME:-this system}" ;;
	esac
	note "$PRETTY_NAME, for $domain"
	if installed mindflow && has_setting PUBLIC_URL && [ "$(setting PUBLIC_URL)" != "https://$domain" ]; then
		die "this server is $(setting PUBLIC_URL) by its settings, and not https://$domain: change PUBLIC_URL in $settings first, if that is meant"
	fi
	if [ -z "$package" ] && ! installed mindflow; then
		debian_candidate=$(find "$here" "$here/.." "$here/../dist" -maxdepth 1 -name "mindflow_*_$(dpkg --print-architecture).deb" 2>/dev/null | sort -V | tail -1)
		[ -n "$debian_candidate" ] || die 'there is no package: name it as the third word, or put mindflow_…_'"$(dpkg --print-architecture)"'.deb beside this script (make packages makes it)'
		package=$debian_candidate
	fi
	[ -z "$package" ] || [ "$(dpkg-deb -f "$package" Package 2>/dev/null)" = mindflow ] || die "$package is not a package of mindflow"
}

install_packages() {
	begin 'Packages of the system'
	local missing=() needed=() name offered
	[ -z "$dry" ] && [ -n "$(dpkg --audit)" ] && will 'finish what dpkg was broken off at' && dpkg --configure -a
	for name in postgresql nginx certbot ufw openssl ca-certificates "${watchers[@]}"; do
		case $name in
		certbot) ! skips certificate || continue ;;
		ufw) ! skips firewall || continue ;;
		prometheus*) ! skips watching || continue ;;
		esac
		needed+=("$name")
		installed "$name" || missing+=("$name")
	done
	if [ ${#missing[@]} = 0 ]; then
		already "${needed[*]}"
		return
	fi
	# They begin to listen as soon as they are installed, to the whole world unless they are told before.
	if ! skips watching; then say_where_to_listen; fi
	will "look what the archive has, and install ${missing[*]}" || return 0
	apt update
	if [[ " ${missing[*]} " == *' postgresql '* ]]; then
		offered=$(apt-cache policy postgresql | sed -n 's/^  Candidate: \([0-9]*\).*/\1/p')
		if [ "${offered:-0}" -lt $oldest_postgresql ]; then
			[ -n "$pgdg" ] || die "the archive has PostgreSQL ${offered:-none}, and MindFlow needs $oldest_postgresql or newer (Ubuntu 22.04 has 14): run this again with --pgdg, which adds the archive of the PostgreSQL project (PGDG)"
			use_pgdg
		fi
	fi
	apt install -y --no-install-recommends "${missing[@]}"
}

use_pgdg() {
	local script
	apt install -y --no-install-recommends postgresql-common ca-certificates
	script=$(compgen -G '/usr/share/postgresql-common/pgdg/*.sh' | head -1)
	[ -n "$script" ] || die 'postgresql-common does not bring the script that adds the archive of the PostgreSQL project'
	bash "$script" -y
	apt update
}

start_postgresql() {
	begin 'PostgreSQL'
	local version name status rest listens
	if ! has pg_lsclusters; then
		will 'start it' || return 0
	fi
	if [ -z "$(cluster)" ] && will 'make a cluster'; then
		pg_createcluster "$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n | tail -1)" main
	fi
	read -r version name port status rest <<<"$(cluster)"
	[ "${version:-0}" -ge $oldest_postgresql ] ||
		die "PostgreSQL ${version:-none} is installed, and MindFlow needs $oldest_postgresql or newer: install a newer one (--pgdg adds the archive of the PostgreSQL project) and bring your databases over by pg_upgradecluster"
	if [[ $status == online* ]]; then
		already "PostgreSQL $version, cluster $name, at port $port"
	elif will "start PostgreSQL $version, cluster $name"; then
		systemctl enable --now postgresql
		systemctl start "postgresql@$version-$name"
	else
		return 0
	fi
	listens=$(sql postgres <<<'SHOW listen_addresses')
	case $listens in
	localhost | 127.0.0.1 | '') already 'it listens on this machine only' ;;
	*) remains "PostgreSQL listens at $listens (listen_addresses): localhost is enough for one server" ;;
	esac
}

install_mindflow() {
	begin 'MindFlow'
	local has_version='' brings='' dir
	! installed mindflow || has_version=$(dpkg-query -W -f='${Version}' mindflow)
	[ -z "$package" ] || brings=$(dpkg-deb -f "$package" Version)
	if [ -n "$has_version" ] && { [ -z "$brings" ] || dpkg --compare-versions "$has_version" ge "$brings"; }; then
		already "mindflow $has_version"
	elif will "install mindflow $brings"; then
		# apt reads the file as a user of its own, who may not look everywhere.
		dir=$(mktemp -d)
		cp "$package" "$dir/mindflow.deb"
		chmod 0755 "$dir"
		chmod 0644 "$dir/mindflow.deb"
		apt install -y --no-install-recommends "$dir/mindflow.deb"
		rm -rf "$dir"
	fi
	[ -n "$dry" ] || [ -f "$settings" ] || die "the package has not made $settings"
	[ -n "$dry" ] || [ -e /usr/sbin/mindflow-restore-drill ] ||
		die "mindflow $has_version is older than this script: name a newer package as the third word (make packages makes it)"
}

# Before there was PostgreSQL here people may have used the package with SQLite: what they have comes along.
save_sqlite() {
	local file report
	file=$(setting DATABASE_URL)
	file=${file#sqlite:///}
	[ -e "${file:-/var/lib/mindflow/mindflow.db}" ] || return 0
	if [ -e "$moving" ] || [ -e "$moving.restored" ]; then return 0; fi
	will 'look whether somebody uses the embedded database' || return 0
	systemctl stop mindflow.service mindflow.socket 2>/dev/null || true
	rm -f "$moving.new"
	report=$(with_settings mindflow backup --json "$moving.new" 2>&1) || [[ $report == *'has no schema'* ]] ||
		die "the embedded database cannot be read: $report"
	if [[ $report == *'has no schema'* || $report =~ \"users\":0[,}] ]]; then
		note 'nobody does'
		rm -f "$moving.new"
		return 0
	fi
	note "it is moved to PostgreSQL; it stays where it is, too, and as a backup in $moving"
	mv "$moving.new" "$moving"
}

settle() {
	begin 'Settings'
	local url
	rm -f "$settings".draft.?????? "$owner_settings".draft.?????? # of a run that was killed
	[ -n "$dry" ] || install -d -o mindflow -g mindflow -m 0700 /var/backups/mindflow
	keep_setting ENVIRONMENT production
	keep_setting SECRET_KEY "$(random 32)" ''
	keep_setting PUBLIC_URL "https://$domain"
	keep_setting TRUSTED_PROXIES '127.0.0.1,::1'
	keep_setting METRICS_ADDR 127.0.0.1:9464 # 9100 is node_exporter's
	keep_setting BACKUP_DIR /var/backups/mindflow
	keep_setting BACKUP_TIME 03:00
	keep_setting BACKUP_KEEP 7
	keep_setting BACKUP_KEY "$(random 24)" ''
	url=$(setting DATABASE_URL)
	if [[ $url == postgres* ]]; then
		already 'DATABASE_URL'
	else
		save_sqlite
		if ! has_setting MIGRATE_DATABASE_URL && will 'set MIGRATE_DATABASE_URL, for the role that owns the tables'; then
			write_setting "$owner_settings" MIGRATE_DATABASE_URL "postgres://mindflow_owner:$(random 24)@127.0.0.1:$port/mindflow?sslmode=disable"
		fi
		if will 'set DATABASE_URL'; then
			# The last of a file counts.
			write_setting "$settings" DATABASE_URL "postgres://mindflow_server:$(random 24)@127.0.0.1:$port/mindflow?sslmode=disable"
		fi
	fi
}

# make_role gives a role the password that the settings name.
make_role() { # ROLE URL
	if ! answers postgres "SELECT true FROM pg_roles WHERE rolname = '$1'"; then
		will "make the role $1" || return 0
		sql postgres <<<"CREATE ROLE $1 LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
	fi
	if answers mindflow 'SELECT true' && connects "$2"; then
		already "the role $1"
	elif will "give the role $1 the password of the settings"; then
		# No log of PostgreSQL holds it.
		sql postgres <<-SQL
			SET log_statement = 'none';
			SET log_min_duration_statement = -1;
			SET log_min_error_statement = 'panic';
			SET password_encryption = 'scram-sha-256';
			ALTER ROLE $1 PASSWORD '$(password_of "$2")';
		SQL
	fi
}

# only_fills is true if the server's role can change no table, also where somebody made it before.
only_fills() {
	answers mindflow "SELECT NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls
		OR has_schema_privilege(rolname, 'public', 'CREATE') OR has_database_privilege(rolname, 'mindflow', 'CREATE')
		OR pg_has_role(rolname, 'mindflow_owner', 'MEMBER')) FROM pg_roles WHERE rolname = 'mindflow_server'"
}

make_database() {
	begin 'The database and its two roles'
	local server owner
	if [ -n "$dry" ] && ! installed mindflow; then
		will 'make mindflow_owner, who owns the tables, mindflow_server, who only fills them, and the database mindflow' || return 0
	fi
	server=$(setting DATABASE_URL) owner=$(setting MIGRATE_DATABASE_URL)
	if ! is_here "$server" || ! is_here "$owner"; then
		note 'the settings name a database of your own: its roles are yours to make (docs/operations.md, Migrations)'
		return
	fi
	make_role mindflow_owner "$owner"
	make_role mindflow_server "$server"
	if answers postgres "SELECT true FROM pg_database WHERE datname = 'mindflow'"; then
		already 'the database mindflow'
	elif will 'make the database mindflow, in UTF-8'; then
		sql postgres <<<"CREATE DATABASE mindflow OWNER mindflow_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
	fi
	if answers mindflow "SELECT count(*) = 1 FROM pg_default_acl d JOIN pg_roles r ON r.oid = d.defaclrole
		WHERE r.rolname = 'mindflow_owner' AND d.defaclobjtype = 'r' AND d.defaclacl::text LIKE '%mindflow_server=arwd/%'"; then
		already 'mindflow_server may read and fill whatever tables will be made, and change none'
	elif will 'let mindflow_server read and fill whatever tables will be made, and change none'; then
		sql mindflow <<-'SQL'
			BEGIN;
			REVOKE ALL ON DATABASE mindflow FROM PUBLIC;
			GRANT CONNECT ON DATABASE mindflow TO mindflow_server;
			REVOKE ALL ON SCHEMA public FROM PUBLIC;
			GRANT USAGE ON SCHEMA public TO mindflow_server;
			SET ROLE mindflow_owner;
			ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO mindflow_server;
			ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO mindflow_server;
			GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO mindflow_server;
			GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO mindflow_server;
			COMMIT;
		SQL
	fi
	[ -z "$dry" ] || return 0
	if ! only_fills && will 'take from mindflow_server what it may do beyond that'; then
		sql mindflow <<-'SQL'
			ALTER ROLE mindflow_server NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
			REVOKE CREATE ON SCHEMA public FROM mindflow_server;
			REVOKE CREATE, TEMPORARY ON DATABASE mindflow FROM mindflow_server;
			REVOKE mindflow_owner FROM mindflow_server;
		SQL
		only_fills || remains 'mindflow_server may do more than read and fill tables: see \du, \l and \dn+ of psql, and take it away'
	fi
	connects "$server" || die "mindflow_server cannot sign in to PostgreSQL at 127.0.0.1:$port: see pg_hba.conf, which has to let passwords (scram-sha-256) in from there"
	! connects "${server/:$(password_of "$server")@/:wrong@}" ||
		die "PostgreSQL lets everybody in from 127.0.0.1 without a password: see pg_hba.conf, which has to say scram-sha-256 there"
}

# moved is true if the database has every account of the backup to move: it went over whole, and the machine stopped before the
# backup got its other name.
moved() {
	local aside instead='' had has
	aside=$(setpriv --reuid=mindflow --regid=mindflow --init-groups -- mktemp -d /var/backups/mindflow/moved.XXXXXX)
	instead="DATABASE_URL=sqlite:///$aside/moved.db"$'\n'MIGRATE_DATABASE_URL=
	had=$(with_settings mindflow restore "$moving" >/dev/null && accounts) || had=''
	instead=''
	rm -rf "$aside"
	[ -n "$had" ] && as_owner mindflow migrate >/dev/null && has=$(accounts) && [ -z "$(comm -23 <(echo "$had") <(echo "$has"))" ]
}
accounts() { with_settings mindflow user list | awk 'NR > 1 { print $NF }' | sort; } # by their ids

migrate() {
	begin 'The schema'
	if [ -n "$dry" ]; then
		will 'mindflow migrate, which takes the steps that are missing' || return 0
	fi
	if [ -e "$moving" ] && will 'move what people have to PostgreSQL'; then
		as_owner mindflow restore "$moving" || moved ||
			die "what people had before there was PostgreSQL could not be moved: it is in $moving"
		mv "$moving" "$moving.restored"
	fi
	local said
	said=$(as_owner mindflow migrate)
	[[ $said == *' 0 steps '* ]] || changes=$((changes + 1))
	note "$said"
}

ready() { with_settings mindflow health >/dev/null 2>&1; }

# running_since answers when a unit's process began, in seconds since 1970.
running_since() { # UNIT
	local pid booted ticks
	pid=$(systemctl show -p MainPID --value "$1" 2>/dev/null || true)
	if [ "${pid:-0}" = 0 ] || [ ! -e "/proc/$pid/stat" ]; then
		echo 0
		return
	fi
	booted=$(sed -n 's/^btime //p' /proc/stat)
	ticks=$(sed 's/.*) //' "/proc/$pid/stat" | cut -d ' ' -f 20)
	echo $((booted + 1 + ticks / $(getconf CLK_TCK))) # to the second
}

start_server() {
	begin 'The server'
	local tries
	if [ -f "$settings" ] && [ "$(running_since mindflow.service)" -ge "$(stat -c %Y "$settings")" ] && systemctl is-active --quiet mindflow.service && ready; then
		already 'it runs with these settings, and is ready'
		return
	fi
	will 'start it, also at each start of the machine' || return 0
	systemctl daemon-reload
	systemctl enable mindflow.socket mindflow.service
	systemctl start mindflow.socket
	systemctl restart mindflow.service
	for tries in {1..120}; do
		! ready || break
		[ "$tries" != 120 ] || die 'the server is not ready after a minute: journalctl -u mindflow says why'
		sleep 0.5
	done
	note 'it is ready'
}

ssh_ports() {
	{
		# An address may have a port of its own.
		if has sshd; then sshd -T 2>/dev/null | sed -nE 's/^port //p; s/^listenaddress .*:([0-9]+)$/\1/p'; fi
		# Where systemd listens for it, and where whoever runs this came in.
		systemctl show -p Listen --value ssh.socket 2>/dev/null | grep -oE ':[0-9]+ ' | tr -d ': '
		[ -z "${SSH_CONNECTION:-}" ] || echo "${SSH_CONNECTION##* }"
	} | sort -nu | grep . || echo 22
}

raise_firewall() {
	begin 'The firewall'
	local port rules
	if skips firewall; then
		note 'left as it is'
		return
	fi
	if ! has ufw; then
		will "let in SSH (at $(ssh_ports | paste -sd' ')), 80 and 443, and nothing else" || return 0
	fi
	rules=$(ufw show added)
	for port in $(ssh_ports) 80 443; do # SSH first, before anything is shut
		if grep -qE "^ufw (allow|limit) $port(/tcp)?( comment .*)?$" <<<"$rules"; then
			already "port $port is open"
		elif will "open port $port"; then
			ufw allow "$port/tcp" >/dev/null
		fi
	done
	if [[ $(ufw status) == *'Status: active'* ]]; then
		if [[ $(ufw status verbose) == *'allow (incoming)'* ]]; then
			remains 'ufw lets in whatever no rule shuts out: ufw default deny incoming'
		else
			already 'everything else is shut'
		fi
	elif will 'shut everything else'; then
		ufw --force enable >/dev/null || remains 'ufw cannot be enabled here: shut all ports but those of SSH, 80 and 443 by other means'
	fi
}

# pristine is true of a file that is as a package of the system has brought it.
pristine() { # FILE
	[[ $(dpkg-query -W -f='${Conffiles}\n' 2>/dev/null) == *" $1 $(md5sum <"$1" | cut -d' ' -f1)"* ]]
}

# place puts a file of ours where it belongs, unless somebody has changed the one there.
place() { # SOURCE TARGET [GROUP]: with a group, for nobody else to read
	local written=$site_parts/.written sum readers=(-m 0644)
	[ -z "${3:-}" ] || readers=(-m 0640 -g "$3")
	if cmp -s "$1" "$2"; then
		already "$2"
		return
	fi
	if [ -e "$2" ] && ! grep -qxF "$(sha256sum <"$2" | cut -d' ' -f1) $2" "$written" 2>/dev/null && ! pristine "$2"; then
		note "$2 stays as you have changed it; ours is beside it as .ours"
		[ -n "$dry" ] || install "${readers[@]}" "$1" "$2.ours"
		return
	fi
	will "write $2" || return 0
	sum=$(sha256sum <"$1" | cut -d' ' -f1)
	mkdir -p "$(dirname "$2")" "$site_parts"
	echo "$sum $2" >>"$written"
	install "${readers[@]}" "$1" "$2.draft"
	mv "$2.draft" "$2"
}

make_certificate() { # a self-made one, until there is a real one
	local tls=$site_parts/tls
	if [ -e "$tls/certificate.pem" ] && [ -e "$tls/key.pem" ]; then
		[ "$(readlink "$tls/certificate.pem")" = self-made.pem ] || return 0
		# It may have been made for a name that was mistyped, or half a year ago.
		[[ $(openssl x509 -noout -checkhost "$domain" -in "$tls/certificate.pem") != *' does match '* ]] ||
			! openssl x509 -noout -checkend 604800 -in "$tls/certificate.pem" >/dev/null || return 0
	fi
	will "make a certificate for $domain by ourselves, until there is a real one" || return 0
	install -d -m 0700 "$tls"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=$domain" \
		-addext "subjectAltName=DNS:$domain" -keyout "$tls/self-made-key.pem" -out "$tls/self-made.pem" 2>/dev/null
	ln -sfn self-made-key.pem "$tls/key.pem"
	ln -sfn self-made.pem "$tls/certificate.pem"
}

make_site() {
	begin 'nginx'
	[ -d "$here/nginx" ] || die "$here/nginx is missing: copy all of deploy/ to this machine"
	[ -n "$dry" ] || mkdir -p "$site_parts" "$webroot"
	make_certificate
	local draft file saved
	draft=$(mktemp)
	sed -e "s|\${MINDFLOW_NAME}|$domain|g" -e "s|\${MINDFLOW_CERTIFICATE}|$site_parts/tls/certificate.pem|g" \
		-e "s|\${MINDFLOW_KEY}|$site_parts/tls/key.pem|g" "$here/nginx/mindflow.conf" >"$draft"
	[ -e /proc/net/if_inet6 ] || sed -i '/listen \[::\]:/d' "$draft" # without IPv6 nginx would not start
	saved=$(mktemp -d)
	cp -a "$site_parts" "$saved/parts" 2>/dev/null || true
	[ ! -e "$site" ] || cp -a "$site" "$saved/site"
	for file in proxy.conf unavailable/page.html unavailable/problem.json; do
		place "$here/nginx/$file" "$site_parts/$file"
	done
	if [ -e "$site_parts/upstream.conf" ]; then
		already "$site_parts/upstream.conf, which is yours: it says where servers are"
	else
		place "$here/nginx/upstream.conf" "$site_parts/upstream.conf"
	fi
	place "$draft" "$site"
	rm -f "$draft"
	if [ -z "$dry" ]; then
		if ! nginx -t 2>"$saved/said"; then
			cat "$saved/said" >&2
			rm -rf "$site" "$site_parts"
			cp -a "$saved/parts" "$site_parts"
			[ ! -e "$saved/site" ] || cp -a "$saved/site" "$site"
			rm -rf "$saved"
			die 'nginx does not take its new configuration; the one before is back'
		fi
		reload_nginx
	fi
	rm -rf "$saved"
}

reload_nginx() {
	systemctl enable nginx >/dev/null 2>&1
	systemctl reload-or-restart nginx
}

use_certificate() {
	begin 'The certificate'
	local live=/etc/letsencrypt/live/$domain words=() hook=/etc/letsencrypt/renewal-hooks/deploy/mindflow
	if skips certificate; then
		note "left as it is: $site_parts/tls/certificate.pem and key.pem lead to yours"
		return
	fi
	if [ ! -e "$hook" ] && will 'have nginx read each renewed certificate'; then
		mkdir -p "$(dirname "$hook")"
		printf '%s\n' '#!/bin/sh' '# After certbot has renewed a certificate: nginx reads it.' 'nginx -t -q && systemctl reload nginx' >"$hook"
		chmod 0755 "$hook"
	fi
	if [ -e "$live/fullchain.pem" ] && { [ -n "$staging" ] || [[ $(openssl x509 -noout -issuer -in "$live/fullchain.pem") != *STAGING* ]]; } &&
		openssl x509 -noout -checkend 0 -in "$live/fullchain.pem" >/dev/null; then
		already "certbot has one, good until $(openssl x509 -noout -enddate -in "$live/fullchain.pem" | cut -d= -f2); it is renewed by certbot's timer"
		link_certificate "$live"
		return
	fi
	if ! getent ahosts "$domain" >/dev/null; then
		remains "$domain has no address yet (DNS): browsers will warn of the certificate we made ourselves. Give it an A record that leads here, and run this again"
		return
	fi
	will "ask for a certificate for $domain${staging:+, which nobody trusts (staging)}" || return 0
	[ -z "$staging" ] || words+=(--staging)
	[ ! -e "$live/fullchain.pem" ] || words+=(--force-renewal) # one of staging, or one that is over
	if certbot certonly --non-interactive --agree-tos --email "$email" --webroot --webroot-path "$webroot" \
		--cert-name "$domain" --domain "$domain" "${words[@]}"; then
		link_certificate "$live"
	else
		remains "there is no certificate for $domain yet, so browsers will warn of the one we made ourselves: see above why. Does $domain lead to this machine, and is port 80 open? Then run this again"
	fi
}

link_certificate() { # LIVE
	local tls=$site_parts/tls
	[ -z "$dry" ] || return 0
	ln -sfn "$1/privkey.pem" "$tls/key.pem"
	ln -sfn "$1/fullchain.pem" "$tls/certificate.pem"
	if ! nginx -t 2>/dev/null; then
		ln -sfn self-made-key.pem "$tls/key.pem"
		ln -sfn self-made.pem "$tls/certificate.pem"
		die "nginx does not take the certificate in $1"
	fi
	reload_nginx
}

say_where_to_listen() {
	local name
	for name in "${watchers[@]}"; do place "$here/prometheus/listen/$name" "/etc/default/$name"; done
}

quoted() { printf "'%s'" "${1//\'/\'\'}"; } # for YAML
decoded() { # what stands in an address by percent signs
	local text=${1//\\/\\\\}
	printf '%b' "${text//%/\\x}"
}

# alertmanager_says is what Alertmanager is told: the routes of the example, and mail to whoever installs by the server of the settings.
alertmanager_says() {
	local url scheme user password host port mail=''
	url=$(setting SMTP_URL)
	echo '# Written by install.sh, of deploy/alertmanager/alertmanager.yml and the mail server of the settings.'
	if [[ $url =~ ^(smtps?)://(([^:@/]*)(:([^@/]*))?@)?(\[[0-9a-fA-F:]+\]|[^]:/@?#[]+)(:([0-9]+))?/?$ ]]; then
		scheme=${BASH_REMATCH[1]} user=${BASH_REMATCH[3]} password=${BASH_REMATCH[5]} host=${BASH_REMATCH[6]} port=${BASH_REMATCH[8]}
		[ -n "$port" ] || port=$([ "$scheme" = smtps ] && echo 465 || echo 587)
		mail=yes
		printf 'global:\n  smtp_smarthost: %s\n  smtp_from: %s\n' "$(quoted "$host:$port")" "$(quoted "$(setting MAIL_FROM)")"
		[ -z "$user" ] || printf '  smtp_auth_username: %s\n  smtp_auth_password: %s\n' "$(quoted "$(decoded "$user")")" "$(quoted "$(decoded "$password")")"
		case $host in # as the server itself: on this machine nobody listens in
		localhost | 127.* | '[::1]') echo '  smtp_require_tls: false' ;;
		esac
		echo
	fi
	sed -n '/^route:/,/^receivers:/p' "$here/alertmanager/alertmanager.yml"
	echo '  - name: mail'
	[ -z "$mail" ] || printf '    email_configs: &mail\n      - to: %s\n        send_resolved: true\n' "$(quoted "$email")"
	echo '  - name: mail-and-pager # add the webhook_configs of your pager, if you have one'
	[ -z "$mail" ] || echo '    email_configs: *mail'
}

# sees is true if Prometheus reaches all that it is to reach.
sees() {
	local said
	said=$(promtool query instant http://127.0.0.1:9090 up 2>/dev/null) || return 1
	[ "$(grep -cE 'job="(mindflow|node|alertmanager|prometheus)".*=> 1 @' <<<"$said")" -ge 4 ] && [[ $said != *'=> 0 @'* ]]
}

watch_over() {
	begin 'Watching'
	local drafts name unit file tries took_up metrics
	if skips watching; then
		note 'left as it is: nobody is told when the server is ill (docs/operations.md, Alerts)'
		return
	fi
	[ -d "$here/prometheus" ] || die "$here/prometheus is missing: copy all of deploy/ to this machine"
	drafts=$(mktemp -d)
	mkdir "$drafts/rules"
	metrics=$(setting METRICS_ADDR)
	case $metrics in
	'') metrics=127.0.0.1:9464 ;;                                # a dry run
	:* | 0.0.0.0:* | '[::]:'*) metrics=127.0.0.1:${metrics##*:} ;; # everywhere is here, too
	esac
	sed "s|127\.0\.0\.1:9464|$metrics|" "$here/prometheus/prometheus.yml" >"$drafts/prometheus.yml"
	cp "$here/prometheus/rules/mindflow.yml" "$drafts/rules/"
	alertmanager_says >"$drafts/alertmanager.yml"
	echo "HOSTS=$domain" >"$drafts/mindflow-certificate"
	if [ -n "$dry" ] && ! { has promtool && has amtool; }; then
		will 'have Prometheus look at the server, the machine and the certificate, on this machine only, and mail alerts by the mail server of the settings' || true
		rm -rf "$drafts"
		return
	fi
	if ! promtool check config "$drafts/prometheus.yml" >"$drafts/said" 2>&1; then
		cat "$drafts/said" >&2
		rm -rf "$drafts"
		die "Prometheus does not take what it is to be told. Is METRICS_ADDR in $settings right?"
	fi
	if ! amtool check-config "$drafts/alertmanager.yml" >"$drafts/said" 2>&1; then
		cat "$drafts/said" >&2
		rm -rf "$drafts"
		die "Alertmanager does not take what it is to be told. Are SMTP_URL and MAIL_FROM in $settings right?"
	fi
	say_where_to_listen
	place "$drafts/rules/mindflow.yml" /etc/prometheus/rules/mindflow.yml
	place "$drafts/prometheus.yml" /etc/prometheus/prometheus.yml
	place "$drafts/alertmanager.yml" /etc/prometheus/alertmanager.yml prometheus
	place "$drafts/mindflow-certificate" /etc/default/mindflow-certificate
	for name in prometheus.yml rules/mindflow.yml; do
		cmp -s "$drafts/$name" "/etc/prometheus/$name" || [ -n "$dry" ] ||
			remains "/etc/prometheus/$name is yours, and may not watch MindFlow: take over what you lack from $name.ours beside it"
	done
	rm -rf "$drafts"

	for unit in "${watchers[@]}"; do
		took_up=$(running_since "$unit.service")
		for file in "/etc/default/$unit" /etc/prometheus/*.yml /etc/prometheus/rules/*.yml; do
			[ -e "$file" ] || continue
			[ "$unit" != prometheus-node-exporter ] || [[ $file == /etc/default/* ]] || continue
			[ "$(stat -c %Y "$file")" -le "$took_up" ] || took_up=0
		done
		if [ "$took_up" != 0 ] && systemctl is-active --quiet "$unit.service"; then
			already "$unit runs with these settings"
		elif will "start $unit, also at each start of the machine"; then
			systemctl enable "$unit.service" 2>/dev/null
			systemctl restart "$unit.service"
		fi
	done
	if systemctl is-enabled --quiet mindflow-certificate.timer 2>/dev/null; then
		already 'the certificate is looked at four times a day'
	elif will 'have the certificate looked at four times a day'; then
		systemctl enable --now mindflow-certificate.timer
	fi
	[ -z "$dry" ] || return 0
	systemctl start mindflow-certificate.service 2>/dev/null ||
		note "https://$domain shows no certificate that a browser would take: alerts say so until it does (journalctl -u mindflow-certificate)"
	for tries in {1..120}; do
		! sees || break
		sleep 0.5
	done
	if sees; then
		note 'Prometheus sees the server, the machine, Alertmanager and itself'
	else
		remains "Prometheus does not see all that it should after a minute: promtool query instant http://127.0.0.1:9090 up says what (0), journalctl -u prometheus why"
	fi
}

# ours_alone is true if nobody but the owner, who is this user or root, can write it: sshd passes over other keys.
ours_alone() { # USER PATH
	local owner mode
	read -r owner mode <<<"$(stat -L -c '%U %a' "$2" 2>/dev/null || true)"
	[ "$owner" = "$1" ] || [ "$owner" = root ] || return 1
	(((8#$mode & 8#022) == 0))
}

# comes_in is true if a person can sign in as that user by a key alone, from anywhere, with these settings of sshd.
comes_in() { # USER CONFIG
	local home shell effective name names file line
	IFS=: read -r _ _ _ _ _ home shell <<<"$(getent passwd "$1")"
	case $shell in
	*/nologin | */false | '') return 1 ;;
	esac
	effective=$(sshd -T -f "$2" -C "user=$1,host=localhost,addr=127.0.0.1" 2>/dev/null) || return 1
	grep -qx 'pubkeyauthentication yes' <<<"$effective" || return 1
	grep -qxE 'authenticationmethods (.* )?(any|publickey)( .*)?' <<<"$effective" || return 1
	[ "$1" != root ] || grep -qxE 'permitrootlogin (yes|without-password|prohibit-password)' <<<"$effective" || return 1
	read -ra names <<<"$(id -Gn "$1")"
	! lists denyusers "$1" && ! lists denygroups "${names[@]}" || return 1
	! grep -q '^allowusers ' <<<"$effective" || lists allowusers "$1" || return 1
	! grep -q '^allowgroups ' <<<"$effective" || lists allowgroups "${names[@]}" || return 1
	read -ra names <<<"$(sed -n 's/^authorizedkeysfile //p' <<<"$effective")"
	for name in "${names[@]}"; do
		file=${name//%h/$home}
		file=${file//%u/$1}
		[[ $file == /* ]] || file=$home/$file
		if ! [ -s "$file" ] || ! ours_alone "$1" "$file" || ! ours_alone "$1" "$(dirname "$file")" || ! ours_alone "$1" "$home"; then continue; fi
		while IFS= read -r line; do
			! opens_a_shell "$line" || return 0
		done <"$file"
	done
	return 1
}

# lists is true if one of the patterns that sshd has for something means one of these names, from wherever it comes.
lists() { # WHAT NAME…
	local pattern name
	while read -r pattern; do
		for name in "${@:2}"; do
			# shellcheck disable=SC2053 # it is a pattern
			[[ $name != ${pattern%%@*} ]] || return 0
		done
	done < <(sed -n "s/^$1 //p" <<<"$effective")
	return 1
}

# opens_a_shell is true if a line of authorized_keys is a key by which somebody can work here, from anywhere and from now on. With a
# command of its own it opens none: images of clouds tell people by it to come as somebody else.
opens_a_shell() { # LINE
	local type
	[[ ! $1 =~ ^[[:space:]]*(#|$) && $1 =~ ^(.*[[:space:]])?([a-z0-9@.-]+)[[:space:]]+AAAA ]] || return 1
	type=${BASH_REMATCH[2]}
	[[ ! ${BASH_REMATCH[1],,} =~ (command=|from=|expiry-time=|cert-authority|restrict|no-pty) ]] || return 1
	ssh-keygen -l -f - <<<"$1" >/dev/null 2>&1 || return 1
	[ "$type" != ssh-rsa ] || type='(ssh-rsa|rsa-sha2-256|rsa-sha2-512)'
	grep -qE "^pubkeyaccepted(algorithms|keytypes) (.*,)?$type(,|$)" <<<"$effective"
}

# sshd_says is true if sshd goes by this, whichever file it has it from.
sshd_says() {
	local all
	all=$(sshd -T 2>/dev/null) || die 'sshd does not take its configuration, as it is: see sshd -t'
	[[ $'\n'$all$'\n' == *$'\n'"$1"$'\n'* ]]
}

shut_passwords() {
	begin 'SSH by key only'
	local draft user who=''
	if skips ssh || ! has sshd; then
		note "left as it is$(has sshd || echo ': there is no SSH server')"
		return
	fi
	install -d -m 0755 /run/sshd # sshd -t asks for it
	if sshd_says 'passwordauthentication no' && sshd_says 'kbdinteractiveauthentication no' && ! sshd_says 'permitrootlogin yes'; then
		already 'nobody signs in by a password'
		return
	fi
	draft=$(mktemp)
	{
		echo '# Keys only. Written by install.sh.'
		echo 'PasswordAuthentication no'
		echo 'KbdInteractiveAuthentication no'
		if sshd_says 'permitrootlogin yes'; then echo 'PermitRootLogin prohibit-password'; fi
	} >"$draft.part"
	{
		cat "$draft.part"
		echo 'Include /etc/ssh/sshd_config'
	} >"$draft"
	for user in root $(getent group sudo admin wheel | cut -d: -f4 | tr ',' ' '); do
		! comes_in "$user" "$draft" || who+=" $user"
	done
	if [ -z "$who" ]; then
		rm -f "$draft" "$draft.part"
		remains 'passwords still open SSH, since neither root nor anybody of the group sudo could come in by a key: that would lock you out. Add your key (ssh-copy-id), try it, and run this again'
		return
	fi
	if will "shut SSH for passwords;$who can come in by a key"; then
		install -m 0644 "$draft.part" "$ssh_part"
		if ! sshd -t; then
			rm -f "$ssh_part" "$draft" "$draft.part"
			die 'sshd does not take its configuration; our part of it is gone again'
		fi
		systemctl try-reload-or-restart ssh
		{ sshd_says 'passwordauthentication no' && sshd_says 'kbdinteractiveauthentication no'; } ||
			remains "passwords still open SSH: /etc/ssh/sshd_config says so before it comes to $ssh_part"
	fi
	rm -f "$draft" "$draft.part"
}

arrange_drills() {
	begin 'Backups, and whether they can be restored'
	local file
	local dir
	dir=$(setting BACKUP_DIR)
	if [ -z "$dry" ] || [ -n "$dir" ]; then
		note "every day at $(setting BACKUP_TIME) UTC into $dir, the last $(setting BACKUP_KEEP) are kept"
	fi
	# The package brings them; before it did, this script wrote some that would go before.
	for file in /usr/local/sbin/mindflow-restore-drill /etc/systemd/system/mindflow-restore-drill.service /etc/systemd/system/mindflow-restore-drill.timer; do
		if [ -f "$file" ] && will "remove $file, which the package brings now"; then
			rm -f "$file"
			systemctl daemon-reload
		fi
	done
	if systemctl is-enabled --quiet mindflow-restore-drill.timer 2>/dev/null; then
		already 'the newest backup is restored for a try every Sunday'
	elif will 'have the newest backup restored for a try every Sunday'; then
		systemctl enable --now mindflow-restore-drill.timer
	fi
	if [ -n "$dir" ] && compgen -G "$dir/mindflow-*Z.backup" >/dev/null; then
		already "there is a backup in $dir"
	elif will 'make the first backup, and restore it for a try'; then
		with_settings mindflow backup "$dir/mindflow-$(date -u +%Y%m%dT%H%M%SZ).backup" >/dev/null
		# It says by itself what is wrong.
		mindflow-restore-drill | sed 's/^/   /' || remains 'the first backup could not be restored: see above, then mindflow-restore-drill'
	fi
}

look_after() {
	begin 'How it is'
	if ! [[ $(apt-config dump APT::Periodic::Unattended-Upgrade) == *'"1"'* ]]; then
		remains 'updates of the system do not come by themselves: apt install unattended-upgrades, if you want that'
	fi
	has_setting SMTP_URL || remains "nobody can be sent a mail, so nobody can set a forgotten password, and no alert reaches you: set SMTP_URL and MAIL_FROM in $settings, then run this again"
	if [ -z "$dry" ] && mindflow doctor --help >/dev/null 2>&1; then
		note 'mindflow doctor says:'
		as_owner mindflow doctor --env-file="$settings" 2>&1 | sed 's/^/   /' || true
	fi
}

say_what_is_next() {
	printf '\n'
	if [ -n "$dry" ]; then
		echo 'Nothing was changed.'
	elif [ "$changes" = 0 ]; then
		echo "There was nothing to do: https://$domain is served."
	else
		echo "https://$domain is served."
	fi
	[ ${#left[@]} = 0 ] || printf '  * %s.\n' "${left[@]}"
	skips watching || [ -n "$dry" ] ||
		echo "  * See what Prometheus sees: ssh -L 9090:127.0.0.1:9090 root@$domain, then http://127.0.0.1:9090/alerts on your own machine."
	cat <<-NEXT
		  * Copy SECRET_KEY and BACKUP_KEY of $settings to a safe place that is not this machine: without BACKUP_KEY no backup can be read.
		  * Copy /var/backups/mindflow to another machine every day. mindflow-restore-drill tries a restore whenever you like.
		  * Make yourself an account at https://$domain; SIGNUP=invite or closed in $settings keeps others out.
	NEXT
}

version_of() { dpkg-deb -f "$1" Version 2>/dev/null || true; } # of a package's file

read_words() {
	local words=() word
	while [ $# -gt 0 ]; do
		case $1 in
		--dry-run) dry=yes ;;
		--staging) staging=yes ;;
		--pgdg) pgdg=yes ;;
		--skip)
			[[ ${2:-} =~ ^(ssh|firewall|certificate|watching)$ ]] || usage '--skip is for ssh, firewall, certificate or watching'
			skipped+="$2 "
			shift
			;;
		-*) usage "there is no $1" ;;
		*) words+=("$1") ;;
		esac
		shift
	done
	[ ${#words[@]} -ge 2 ] || usage 'a domain and an e-mail address are needed'
	domain=${words[0],,} email=${words[1]}
	[[ $domain =~ ^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$ && ${#domain} -le 253 ]] || usage "$domain is not a name such as mind.example.org"
	[[ $email =~ ^[^[:space:]@]+@[^[:space:]@]+$ ]] || usage "$email is not an e-mail address"
	for word in "${words[@]:2}"; do
		[ -f "$word" ] || usage "there is no file $word"
		if [ -z "$package" ] || dpkg --compare-versions "$(version_of "$word")" gt "$(version_of "$package")"; then
			package=$(realpath -- "$word")
		fi
	done
}

main() {
	trap broken_off EXIT
	read_words "$@"
	umask 022
	check_machine
	cd /
	exec 8>/run/mindflow-install # where nobody but root makes anything
	flock -n 8 || die 'it is being installed already'
	install_packages
	port=5432
	start_postgresql
	install_mindflow
	settle
	make_database
	migrate
	start_server
	raise_firewall
	make_site
	use_certificate
	watch_over
	shut_passwords
	arrange_drills
	look_after
	say_what_is_next
	finished=yes
}

# Tests call functions of it.
if [ "${BASH_SOURCE[0]}" = "$0" ]; then main "$@"; fi
