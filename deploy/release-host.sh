#!/usr/bin/env bash
# What release.sh does on a host, as root: release-host.sh VERB [ARGUMENT…]. release.sh sends this text along with each
# call, so that host and operator never differ. A verb may be called again: it does what is still missing.
# The reason of a failure is the last line on standard error.
set -euo pipefail
umask 022

# Not in the service's own folder: whoever took over the service could change there what root installs next.
releases=/var/lib/mindflow-releases
settings=(/etc/mindflow/mindflow.env /etc/mindflow/migrate.env) # the second is root's: the service never sees it
unit=mindflow.service
patience=/run/systemd/system/$unit.d
kept=${RELEASE_KEEP:-5} # versions that stay for the way back

fail() {
	echo "$*" >&2
	exit 1
}

# all_settings writes the files of settings one after the other.
all_settings() {
	local file
	for file in "${settings[@]}"; do
		[[ ! -r $file ]] || { cat "$file" && echo; }
	done
}

# settings_of reads settings as the unit reads them: NAME=value, with or without quotes; nothing is expanded. It hands each to a command.
settings_of() { # COMMAND, which gets NAME VALUE
	local line name value
	while IFS= read -r line || [[ -n $line ]]; do
		[[ $line =~ ^[[:space:]]*([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] || continue
		name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]%"${BASH_REMATCH[2]##*[![:space:]]}"}
		case $value in
		\"*\") value=$(printf %s "${value:1:-1}" | sed 's/\\\(["\\$`]\)/\1/g') ;;
		\'*\') value=${value:1:-1} ;;
		esac
		"$1" "$name" "$value"
	done
}

# load notes what root has to know. The service's user may write the settings: root takes nothing else from them, and nothing into
# its environment, where PATH and LD_PRELOAD would say what root runs.
load() {
	BACKUP_DIR='' BACKUP_KEY='' LISTEN_ADDR=''
	settings_of note_setting < <(all_settings)
	: "${BACKUP_DIR:=/var/backups/mindflow}" "${LISTEN_ADDR:=127.0.0.1:8000}"
}
note_setting() {
	case $1 in
	BACKUP_DIR | BACKUP_KEY | LISTEN_ADDR) printf -v "$1" %s "$2" ;;
	esac
}

# as_service runs a program as the service's user, with its settings.
as_service() {
	setpriv --reuid=mindflow --regid=mindflow --init-groups -- \
		bash -c "$(declare -f settings_of settled)"' && settled "$@"' settled "$@" 7< <(all_settings)
}

# settled is run by the service's user: it takes what stands at its descriptor 7 for settings, and becomes a program.
# shellcheck disable=SC2317 # it is handed over as text
settled() {
	take() { export "$1=$2"; }
	settings_of take <&7
	exec 7<&-
	export HOME=/var/lib/mindflow
	cd "${DATA_DIR:-$HOME}" || exit
	exec "$@"
}

# program is the binary of a version, unpacked beside the installed one.
program() { echo "$releases/$1/mindflow"; }

# What a host is, and what its releases have come to.

family() {
	if dpkg-query -W -f '${Status}' mindflow 2>/dev/null | grep -q ' installed$'; then
		echo deb
	elif command -v rpm >/dev/null && rpm -q mindflow >/dev/null 2>&1; then
		echo rpm
	elif dpkg-query -W mindflow >/dev/null 2>&1; then
		echo deb # half installed, by a release that was interrupted
	else
		fail 'MindFlow is not installed here: install its package first'
	fi
}

architecture() { if [[ $(family) == deb ]]; then dpkg --print-architecture; else uname -m; fi; }

version_installed() {
	if [[ $(family) == deb ]]; then
		dpkg-query -W -f '${Version}' mindflow
	else
		rpm -q --qf '%{VERSION}' mindflow
	fi | sed 's/-[0-9]*$//; s/~/-/'
}

package_of() {
	local found
	found=$(find "$releases/$1" -maxdepth 1 \( -name '*.deb' -o -name '*.rpm' \) 2>/dev/null | head -n 1)
	[[ -n $found ]] || fail "the package of $1 is not kept here"
	echo "$found"
}

# note reads a line of what the release under way has written down.
note() { sed -n "s/^$1=//p" "$releases/underway" 2>/dev/null | tail -n 1 || true; }

# write_note adds one. It is for people: where the disk is full, the way back is gone without it.
write_note() {
	[[ ! -f $releases/underway ]] || echo "$1=$2" >>"$releases/underway" || true
}

prepare() {
	mkdir -p "$releases"
	chown root:root "$releases"
	chmod 755 "$releases"
}

# alone keeps what an interrupted release still does here apart from what the next one does.
alone() {
	prepare
	exec {busy}>"$releases/busy"
	flock -w 120 "$busy" || fail 'an earlier step still runs on this host'
	trap '' HUP PIPE INT # a step that has begun ends, whatever becomes of who asked for it
}

# hold keeps the lock of this host for as long as somebody goes on writing to it.
hold() {
	prepare
	exec {lock}<>"$releases/lock"
	flock -n "$lock" || fail "another release is under way: $(cat "$releases/lock")"
	echo "$* since $(date -u +%H:%M:%S) UTC" >"$releases/lock"
	echo held
	while read -r -t 30; do :; done
}

look() {
	local is
	is=$(version_installed)
	echo "family=$(family)"
	echo "arch=$(architecture)"
	echo "installed=$is"
	echo "serving=$(serving)"
	echo "before=$(note before)"
	echo "target=$(note version)"
	echo "schema_before=$(note schema)"
	echo "schema_target=$(note schema_target)"
	echo "phase=$(note phase)"
	echo "since=$(note since)"
	echo "last=$(tail -n 1 "$releases/history" 2>/dev/null || true)"
	echo "sum=$(cat "$releases/$is/sum" 2>/dev/null || true)"
}

# What a release does, in the order in which it does it.

# take keeps a package, whose bytes come in, and unpacks its binary beside the installed one.
take() {
	local version=$1 name=$2 sum=$3 dir="$releases/$1"
	alone
	mkdir -p "$dir"
	# shellcheck disable=SC2064 # now
	trap "$(printf 'rm -f %q' "$dir/.arriving")" EXIT # what comes in part takes no room
	cat >"$dir/.arriving"
	[[ $(sha256sum <"$dir/.arriving") == "$sum "* ]] || fail 'the package did not arrive whole'
	find "$dir" -maxdepth 1 \( -name '*.deb' -o -name '*.rpm' \) -delete
	mv "$dir/.arriving" "$dir/$name"
	echo "$sum" >"$dir/sum"
	unpack "$version"
	local says
	says=$("$(program "$version")" version 2>&1 | tail -n 1) || fail "the new binary does not run: $says"
	[[ $says == "mindflow $version" ]] || fail "the package says $version, its binary \"$says\""
}

unpack() {
	local package dir="$releases/$1"
	package=$(package_of "$1")
	case $package in
	*.deb) dpkg-deb --fsys-tarfile "$package" | tar -xO ./usr/bin/mindflow >"$dir/.mindflow" ;;
	*.rpm) rpm2cpio "$package" | cpio -i --to-stdout --quiet ./usr/bin/mindflow >"$dir/.mindflow" ;;
	esac
	chmod 755 "$dir/.mindflow"
	mv "$dir/.mindflow" "$dir/mindflow"
}

# record makes sure of the way back, and says where the schema is.
record() {
	local version=$1 before=$2
	alone
	package_of "$version" >/dev/null
	if ! (package_of "$before") >/dev/null 2>&1; then
		[[ $(family) == deb && $(version_installed) == "$before" ]] || fail "the package of $before is needed for the way back: put it into $releases/$before"
		repack "$before"
	fi
	[[ -x $(program "$before") ]] || unpack "$before"
	schema "$version"
}

# schema says where the schema is, as a version's binary sees it.
schema() {
	local said
	said=$(as_service "$(program "$1")" migrate current) || exit 1
	echo "${said%% *}"
}

# repack makes the installed package once more, out of its files.
repack() {
	local root path
	root=$(mktemp -d "$releases/.repack.XXXXXX")
	mkdir "$root/DEBIAN"
	while IFS= read -r path; do
		if [[ -d $path && ! -L $path ]]; then
			mkdir -p "$root$path"
		elif [[ -e $path || -L $path ]]; then
			cp -a --parents "$path" "$root"
		fi
	done < <(dpkg -L mindflow)
	dpkg-query -s mindflow | awk '/^[^ ]/ { skip = /^(Status|Conffiles|Config-Version):/ } !skip' >"$root/DEBIAN/control"
	while IFS= read -r path; do
		case $path in
		*.list | *.md5sums) ;;
		*) cp "$path" "$root/DEBIAN/${path##*.}" ;;
		esac
	done < <(dpkg-query --control-path mindflow)
	chmod 755 "$root/DEBIAN"
	mkdir -p "$releases/$1"
	(umask 077 && dpkg-deb -Zgzip -z1 --build "$root" "$releases/$1/mindflow_$1_$(architecture).deb" >/dev/null) # holds the settings
	rm -rf "$root"
}

# backup writes all that the database holds to a file, and reads it again.
backup() {
	local file sum
	alone
	load
	# Another folder than the package's is its owner's to make: that user could name any.
	[[ -d $BACKUP_DIR || $BACKUP_DIR != /var/backups/mindflow ]] || install -d -o mindflow -g mindflow -m 700 "$BACKUP_DIR"
	file="$BACKUP_DIR/before-$1-$(date -u +%Y%m%dT%H%M%SZ).backup"
	as_service "$(program "$1")" backup "$file" >"$releases/$1/backup" 2>&1 || { cat "$releases/$1/backup" >&2; exit 1; }
	if [[ ${BACKUP_KEY:-} == age1* ]]; then # what only somebody else can open cannot be read here
		[[ -s $file ]] || fail "the backup $file is empty"
	else
		sum=$(sed -n 's/^SHA-256 of the content: //p' "$releases/$1/backup")
		[[ -n $sum ]] || fail "the backup $file says nothing of its content"
		as_service "$(program "$1")" backup --verify "$file" 2>/dev/null | grep -qF "SHA-256 of the content: $sum" ||
			fail "the backup $file does not hold what was written"
	fi
	echo "$file"
}

# begin writes down where the way back leads. An interrupted release before this one has said so: that stays.
# Of a rollback it says also where the schema is to be.
begin() {
	local version=$1 before=$2 schema=$3 target=${4-}
	alone
	printf 'version=%s\nbefore=%s\nschema=%s\nschema_target=%s\nsince=%s\nphase=begun\n' \
		"$version" "$before" "$schema" "$target" "$(date -u +%FT%TZ)" >"$releases/underway.new"
	mv "$releases/underway.new" "$releases/underway"
}

migrate() {
	alone
	write_note phase migrating
	as_service "$(program "$1")" migrate
	write_note phase migrated
}

# switch installs the package of a version; its unit starts again by that.
switch() {
	local version=$1 start=$2 package installs=yes said
	alone
	package=$(package_of "$version")
	write_note phase "switching to $version"
	# A server that is not ready in time is given up now, not when the unit's own patience ends.
	mkdir -p "$patience"
	printf '[Service]\nTimeoutStartSec=%s\n' "$start" >"$patience/release.conf"
	systemctl reset-failed "$unit" >/dev/null 2>&1 || true
	said=$(mktemp /run/mindflow-release.XXXXXX) # in memory: dpkg gives up where it cannot write what it says
	case $package in
	*.deb) DEBIAN_FRONTEND=noninteractive dpkg --force-confdef --force-confold --force-downgrade -i "$package" ;;
	*.rpm) rpm -U --oldpackage --replacepkgs "$package" ;;
	esac >"$said" 2>&1 || installs=no
	systemctl is-active --quiet "$unit" || systemctl restart --no-block "$unit" >/dev/null 2>&1 || true # health says what comes of it
	rm -f "$patience/release.conf"
	systemctl daemon-reload >/dev/null 2>&1 || true
	if [[ $installs == no ]]; then
		cat "$said" >&2
		start=$(grep -m 1 '^dpkg: error\|^ .*cannot\|^error:' "$said" || tail -n 1 "$said")
		rm -f "$said"
		fail "the package of $version does not install: ${start## }"
	fi
	rm -f "$said"
	[[ $(version_installed) == "$version" ]] || fail "the package of $version is not installed: $(version_installed) is"
	write_note phase "switched to $version"
}

# switch_back is switch for the way back: a host that has and serves the version already is left alone.
switch_back() {
	if whole && [[ $(version_installed) == "$1" && $(serving) == "$1" ]] && cmp -s /usr/bin/mindflow "$(program "$1")"; then
		return
	fi
	switch "$@"
}

# whole tells whether the package is installed, and not in part.
whole() { [[ $(family) == rpm || $(dpkg-query -W -f '${db:Status-Status}' mindflow) == installed ]]; }

# ask sends one request to this host's server: ask SECONDS METHOD PATH [BODY [TOKEN]]. It answers the body, then the status.
ask() {
	local seconds=$1 reply; shift
	reply=$(
		load
		host=${LISTEN_ADDR%:*} port=${LISTEN_ADDR##*:}
		host=${host#[} host=${host%]}
		case $host in '' | 0.0.0.0 | ::) host=127.0.0.1 ;; esac
		# What is secret is not among the arguments, which any process here can read.
		# shellcheck disable=SC2016 # the inner shell expands it
		body=${3-} token=${4-} timeout "$seconds" bash -c '
			exec 3<>"/dev/tcp/$1/$2" || exit
			length=$(printf %s "$body" | wc -c)
			{
				printf "%s %s HTTP/1.0\r\nHost: %s:%s\r\n" "$3" "$4" "$1" "$2"
				[ -z "$token" ] || printf "Authorization: Bearer %s\r\n" "$token"
				[ -z "$body" ] || printf "Content-Type: application/json\r\nContent-Length: %s\r\n" "$length"
				printf "\r\n%s" "$body"
			} >&3
			cat <&3
		' ask "$host" "$port" "$1" "$2" 2>/dev/null
	) || true
	[[ $reply =~ ^HTTP/1\.[01]\ ([0-9]+) ]] || { echo none; return; }
	printf '%s\n%s\n' "${reply#*$'\r\n\r\n'}" "${BASH_REMATCH[1]}"
}

# serving is the version that answers.
serving() { ask 2 GET /health | field version; }

# unwell says what is wrong with a server that shall be of a version, or nothing.
unwell() {
	local status
	status=$(ask 2 GET /health/ready | tail -n 1)
	case $status in
	200) [[ $(serving) == "$1" ]] || echo "the version that answers is $(serving), not $1" ;;
	none) echo '/health/ready does not answer' ;;
	*) echo "/health/ready answers $status" ;;
	esac
}

# health waits for a server to be ready, then watches it for a time: once it was ready, any failure is one.
health() {
	local version=$1 seconds=$2 start=$3 wrong end
	end=$((SECONDS + start))
	while wrong=$(unwell "$version") && [[ -n $wrong ]]; do
		((SECONDS < end)) || told "$wrong, $start s after the start"
		sleep 0.2
	done
	end=$((SECONDS + seconds))
	while ((SECONDS < end)); do
		sleep 1
		wrong=$(unwell "$version")
		[[ -z $wrong ]] || told "$wrong"
	done
}

# told fails with a reason, after what the unit said last.
told() {
	journalctl -u "$unit" -n 10 --no-pager -o cat 2>/dev/null >&2 || true
	fail "$1"
}

# smoke does what a person does first: register, create a task, ask what is best. The account goes again, whatever comes of it.
smoke() {
	local version=$1 email=$2 password answer token task id
	password=$(head -c 24 /dev/urandom | base64 | tr -d '+/=')
	alone
	expect_guest "$email"
	trap expel EXIT
	answer=$(ask 20 POST /api/auth/register "{\"email\":\"$email\",\"password\":\"$password\"}")
	case ${answer##*$'\n'} in
	201) ;;
	403 | 422) as_service "$(program "$version")" user add "$email" <<<"$password" >/dev/null || fail "registering is answered ${answer##*$'\n'}, and user add fails" ;; # SIGNUP=closed, or invite
	*) fail "registering is answered ${answer##*$'\n'}" ;;
	esac
	answer=$(ask 20 POST /api/auth/login "{\"email\":\"$email\",\"password\":\"$password\"}")
	token=$(field access_token <<<"$answer")
	[[ -n $token ]] || fail "signing in is answered ${answer##*$'\n'}"
	answer=$(ask 20 POST /api/tasks '{"title":"A release was here"}' "$token")
	id=$(field id <<<"$answer")
	[[ ${answer##*$'\n'} == 201 && -n $id ]] || fail "creating a task is answered ${answer##*$'\n'}"
	answer=$(ask 20 GET /api/tasks/best '' "$token")
	task=$(field id <<<"$answer")
	[[ ${answer##*$'\n'} == 200 && $answer == *"\"$id\""* ]] || fail "asking for the best task is answered ${answer##*$'\n'} with ${task:-none}"
}

# field is the first field of a name in JSON that comes in.
field() { grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4 || true; }

# expect_guest makes sure that an address is nobody's, and writes it down: from here on its account is the smoke test's, and
# goes even if all that opened it ends at once.
expect_guest() {
	local said
	expel || fail "the account of an earlier smoke test could not be erased: $(<"$releases/guest")"
	if said=$(as_service mindflow user delete --dry-run "$1" 2>&1); then
		fail "$1 has an account already: RELEASE_EMAIL has to be nobody's address, since the smoke test erases its account"
	elif [[ $said != *'there is no account for'* ]]; then
		fail "accounts cannot be looked up: ${said##*$'\n'}"
	fi
	echo "$1" >"$releases/guest"
}

# expel erases the account that a smoke test has opened, this one or one that was broken off.
expel() {
	local said
	[[ -s $releases/guest ]] || return 0
	said=$(as_service mindflow user delete --yes "$(<"$releases/guest")" 2>&1) || [[ $said == *'there is no account for'* ]] || return
	rm -f "$releases/guest"
}

# enroll is for a smoke test through the public address, which release.sh makes; expel follows.
enroll() {
	alone
	expect_guest "$2"
	as_service "$(program "$1")" user add "$2" >/dev/null
}

# schema_back takes the schema back with the binary that knows its steps. It refuses by itself where something would be lost.
schema_back() {
	alone
	as_service "$(program "$1")" migrate down --to "$2"
}

# The record of all releases: time, from, to, schema from and to, outcome, who, why.

end_release() {
	local from=$1 to=$2 schema_from=$3 schema_to=$4 outcome=$5 who=$6 why=${7-}
	alone
	[[ -f $releases/underway ]] || return 0 # it is written down, but the answer was lost
	expel || true
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$(date -u +%FT%TZ)" "$from" "$to" "$schema_from" "$schema_to" "$outcome" \
		"$who" "$(tr -d '\000-\037' <<<"$why")" >>"$releases/history"
	rm -f "$releases/underway"
	tidy
}

# tidy removes the oldest versions above those to keep, never the installed one or where a way back leads.
tidy() {
	local version stay
	stay=$({ version_installed; echo; tail -n 1 "$releases/history" | cut -f 2; previous | cut -d ' ' -f 1; } | sed '/^$/d')
	find "$releases" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %f\n' | sort -rn | cut -d ' ' -f 2 | tail -n +"$((kept + 1))" |
		while IFS= read -r version; do
			grep -qxF "$version" <<<"$stay" || rm -rf "${releases:?}/$version"
		done
	load
	[[ -d $BACKUP_DIR ]] || return 0 # backups are another host's
	find "$BACKUP_DIR" -maxdepth 1 -name 'before-*.backup' -printf '%T@ %p\n' | sort -rn | cut -d ' ' -f 2- | tail -n +"$((kept + 1))" |
		while IFS= read -r file; do rm -f "$file"; done
}

history_of() { [[ ! -f $releases/history ]] || cat "$releases/history"; }

# previous says which version this host had before, and the schema then: the way back that was not gone yet.
previous() {
	local is
	is=$(version_installed)
	awk -F '\t' -v is="$is" '$6 == "kept" && $3 == is && $2 != is { from = $2; schema = $4 } END { if (from != "") print from, schema }' \
		"$releases/history" 2>/dev/null || true
}

"$@"
