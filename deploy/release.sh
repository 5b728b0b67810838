#!/usr/bin/env bash
# Brings a release to its hosts, one at a time, and takes it back by itself if it does not do.
set -euo pipefail

usage() {
	cat <<'END'
usage: deploy/release.sh [VERSION | PACKAGE…] [HOST…]   release a package; without one, test and package this source tree first
       deploy/release.sh --rollback [HOST…]             back to the version before, or out of a release that was interrupted
       deploy/release.sh --history [HOST…]              what was released, and what came of it

HOST is what ssh takes; without any, those in HOSTS, apart by blanks. All of them have one database.

HOSTS            the hosts
RELEASE_USER     who signs in there: root, or who may sudo without a password
RELEASE_URL      https://mind.example.org: the smoke test is made once more through this address, from here
RELEASE_EMAIL    the address of the account that the smoke test opens and erases: one without an account; made up where it is not set
RELEASE_PACKAGES where make packages puts its packages (bin/packages)
RELEASE_KEEP     how many versions stay on the hosts (5)
HEALTH_SECONDS   for how long each host must stay healthy (30)
START_SECONDS    within which it must be ready at first (30)
RELEASE_OLDER    yes: release a version although a newer one runs
RELEASE_SSH      another program than ssh, with ssh's arguments
END
}

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
host_part=$(<"$top/deploy/release-host.sh")
: "${HEALTH_SECONDS:=30}" "${START_SECONDS:=30}" "${RELEASE_KEEP:=5}" "${RELEASE_PACKAGES:=$top/bin/packages}"
began=$SECONDS
work=$(mktemp -d)

hosts=() packages=() version='' mode=release
declare -A fact=()     # "HOST NAME": what a host said of itself
declare -A switched=() # hosts on which the code was touched
declare -A locks=()    # the process that holds a host's lock
beats=()               # those that keep the locks
schema_before='' schema_after='' schema_was='' changed=no doing='' why='' asking='' settled=''

step() {
	doing=$*
	printf '%s %+4d s  %s\n' "$(date +%H:%M:%S)" "$((SECONDS - began))" "$*"
}

say() { printf '                  %s\n' "$*"; }

die() {
	doing=''
	echo "release.sh: $*" >&2
	exit 1
}

# Hosts

quoted() { printf " '%s'" "${@//\'/\'\\\'\'}"; }

# reach becomes a verb of the host's part there, as root; it is called in the background. What comes in goes to the verb.
reach() {
	local host=$1 words
	shift
	words=$(quoted env "RELEASE_KEEP=$RELEASE_KEEP" bash -c "$host_part" release-host "$@")
	# shellcheck disable=SC2086,SC2029 # the quoted words are the host's to read
	exec "${RELEASE_SSH:-ssh}" -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=4 \
		${RELEASE_USER:+-l "$RELEASE_USER"} -- "$host" "as=; [ \"\$(id -u)\" = 0 ] || as='sudo -n'; exec \$as$words"
}

# on waits for a verb that reads nothing; a connection that fails is tried again. The reason of a failure is in why.
on() {
	local code tries
	for tries in 1 2 3; do
		code=0
		with /dev/null "$@" || code=$?
		((code == 255)) || break
		sleep "$tries"
	done
	return "$code"
}

# with does the same, once, for a verb that reads a file.
with() {
	local file=$1 code=0
	shift
	reach "$@" <"$file" 2>"$work/said" & # in the background, so that a signal is heard at once
	asking=$!
	wait "$asking" || code=$?
	asking=''
	reason "$1" "$code"
	return "$code"
}

# reason reads why a verb failed.
reason() {
	why=''
	(($2 != 0)) || return 0
	why=$(grep '^mindflow: ' "$work/said" | tail -n 1 || true)
	[[ -n $why ]] || why=$(tail -n 1 "$work/said")
	why="$1: ${why#mindflow: }"
	(($2 != 255)) || why="$1 cannot be reached${why#"$1"}"
	why=${why%: }
	sed 's/^/                  | /' "$work/said" | tail -n 15
}

# lock keeps other releases away from a host. The host lets go of it half a minute after it last heard from here.
lock() {
	local host=$1 said="$work/lock.${#locks[@]}.$RANDOM" # a host may be written with slashes
	: >"$said"
	rm -f "$said.beats"
	mkfifo "$said.beats"
	reach "$host" hold "${USER:-somebody} from $(uname -n)" <"$said.beats" >"$said" 2>"$said.wrong" &
	locks[$host]=$!
	beat 2>/dev/null >"$said.beats" &
	beats+=($!)
	local tries
	for tries in {1..300}; do
		[[ ! -s $said ]] || return 0
		kill -0 "${locks[$host]}" 2>/dev/null || break
		sleep 0.1
	done
	[[ ! -s $said ]] || return 0
	cp "$said.wrong" "$work/said"
	wait "${locks[$host]}" || reason "$host" "$?"
	[[ -n $why ]] || why="$host cannot be reached: it did not answer within 30 s ($tries)"
	return 1
}

# beat tells the host that somebody is there, for as long as this program lives.
beat() {
	exec 3>&1 >/dev/null
	while kill -0 "$$" && echo >&3; do sleep 5 3>&-; done
}

# ours makes sure that nobody else has had a host since it was locked, as while this machine slept.
ours() {
	local host=$1 was
	! kill -0 "${locks[$host]}" 2>/dev/null || return 0
	lock "$host" || return
	was=$(before "$host")
	look "$host" || return
	[[ $(before "$host") == "$was" && ${fact["$host target"]} == "$version" ]] || { why="$host: another release was made meanwhile" && return 1; }
}

# still makes sure of all hosts before a change.
still() {
	local host
	for host in "${hosts[@]}"; do
		ours "$host" || die "$why. $(state) See --history; run it again, or with --rollback."
	done
}

look() {
	local host=$1 line
	on "$host" look >"$work/look" || return
	while IFS= read -r line; do fact["$host ${line%%=*}"]=${line#*=}; done <"$work/look"
}

# before is the last version a host was content with.
before() { echo "${fact["$1 before"]:-${fact["$1 installed"]}}"; }

# meet locks every host and asks what it is. One that is down stops everything before anything changes.
meet() {
	local host
	step "lock ${hosts[*]}"
	for host in "${hosts[@]}"; do
		lock "$host" || die "$why. Nothing was changed."
		look "$host" || die "$why. Nothing was changed."
		if [[ -n ${fact["$host before"]} ]]; then
			say "$host: a release of ${fact["$host target"]} was interrupted (${fact["$host phase"]}); the version before is ${fact["$host before"]}"
		fi
	done
	settle
	for host in "${hosts[@]}"; do
		[[ -z ${fact["$host before"]} ]] || schema_before=${fact["$host schema_before"]}
	done
}

# settle writes down on every host what one of them has written down already: nothing else was missing of that release.
settle() {
	local host other ended from to schema_from schema_to outcome by reason
	for host in "${hosts[@]}"; do
		for other in "${hosts[@]}"; do
			[[ -n ${fact["$host before"]} && -z ${fact["$other before"]} ]] || continue
			IFS=$'\t' read -r ended from to schema_from schema_to outcome by reason <<<"${fact["$other last"]}"
			[[ $from == "${fact["$host before"]}" && $to == "${fact["$host target"]}" && ! $ended < ${fact["$host since"]} ]] || continue
			[[ ${fact["$other installed"]} == "${fact["$host installed"]}" ]] || continue
			on "$host" end_release "$from" "$to" "$schema_from" "$schema_to" "$outcome" "$by" "$reason" || die "$why. Nothing was changed."
			settled=$outcome
			say "$host: that release had ended: $outcome"
			look "$host" || die "$why. Nothing was changed."
		done
	done
}

# older tells whether a version comes before another.
older() {
	local this=${1%%+*} that=${2%%+*}
	this=${this//-/\~} that=${that//-/\~}
	[[ $this != "$that" && $(printf '%s\n' "$this" "$that" | sort -V | head -n 1) == "$this" ]]
}

# Packages

# package_for is the package for a host's kind and architecture.
package_for() {
	local host=$1 file
	for file in "${packages[@]}"; do
		case ${fact["$host family"]}:$file in
		deb:*_"${fact["$host arch"]}".deb | rpm:*."${fact["$host arch"]}".rpm) echo "$file" && return ;;
		esac
	done
	return 1
}

# version_of reads the version in a package's name: mindflow_8.0.0_amd64.deb, mindflow-8.0.0-1.x86_64.rpm.
version_of() {
	local name=${1##*/}
	case $name in
	mindflow_*_*.deb) name=${name#mindflow_} name=${name%_*} ;;
	mindflow-*-*.rpm) name=${name#mindflow-} name=${name%-*} ;;
	*) die "$1 is not named as a package of MindFlow" ;;
	esac
	sed 's/-[0-9]*$//; s/~/-/' <<<"$name"
}

make_packages() {
	step 'test'
	make -C "$top" --no-print-directory check >"$work/test" 2>&1 || { tail -n 30 "$work/test" >&2; die 'the tests fail. Nothing was changed.'; }
	step 'package'
	make -C "$top" --no-print-directory packages >"$work/package" 2>&1 || { tail -n 30 "$work/package" >&2; die 'packaging fails. Nothing was changed.'; }
	version=$("$top/deploy/package/version.sh")
	built
}

built() {
	mapfile -t packages < <(find "$RELEASE_PACKAGES" \( -name "mindflow_${version//-/[-\~]}[-_]*.deb" -o -name "mindflow-${version//-/[-\~]}-*.rpm" \) 2>/dev/null)
	((${#packages[@]})) || die "there is no package of $version in $RELEASE_PACKAGES"
}

find_packages() {
	local file found
	if ((${#packages[@]} == 0)) && [[ -n $version ]]; then
		built
	elif ((${#packages[@]} == 0)); then
		make_packages
	fi
	for file in "${packages[@]}"; do
		[[ -r $file ]] || die "$file cannot be read"
		found=$(version_of "$file")
		[[ ${version:=$found} == "$found" ]] || die "the packages are of several versions: $version and $found"
	done
	[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+[-+~.0-9A-Za-z]*$ ]] || die "$version is no version"
}

copy() {
	local host file sum
	for host in "${hosts[@]}"; do
		package_for "$host" >/dev/null || die "there is no ${fact["$host family"]} package for $host (${fact["$host arch"]}). Nothing was changed."
		file=$(package_for "$host") sum=$(sha256sum <"$file") sum=${sum%% *}
		if [[ $(before "$host") == "$version" && ${fact["$host sum"]} != "$sum" ]]; then
			die "$host has another $version already: give this one a version of its own. Nothing was changed."
		fi
	done
	for host in "${hosts[@]}"; do
		if older "$version" "$(before "$host")" && [[ ${RELEASE_OLDER:-} != yes ]]; then
			die "$host has $(before "$host"), which is newer than $version: --rollback goes back to the version before. Nothing was changed."
		fi
	done
	step "copy $version to ${hosts[*]}"
	for host in "${hosts[@]}"; do
		file=$(package_for "$host") sum=$(sha256sum <"$file")
		with "$file" "$host" take "$version" "${file##*/}" "${sum%% *}" || die "$why. Nothing was changed."
	done
}

record() {
	local host
	step 'record versions and schema'
	for host in "${hosts[@]}"; do
		on "$host" record "$version" "$(before "$host")" >"$work/schema" || die "$why. Nothing was changed."
		schema_after=$(<"$work/schema")
		say "$host: version ${fact["$host installed"]}, ${fact["$host serving"]:-none} answers, schema $schema_after"
	done
	: "${schema_before:=$schema_after}"
}

# backup is made by the newer of the two versions, which knows all there is.
backup() {
	step 'backup'
	on "${hosts[0]}" backup "$1" >"$work/backup" || die "the backup failed: $why. Nothing was changed."
	say "$(<"$work/backup") on ${hosts[0]}"
}

# begin writes down on every host where the way back leads, and of a rollback where the schema is to be.
begin() {
	local host
	for host in "${hosts[@]}"; do
		on "$host" begin "$version" "$(before "$host")" "$schema_before" "${1-}" || die "$why. Nothing was changed."
	done
	changed=yes
}

migrate() {
	step "migrate with the binary of $version"
	still
	on "${hosts[0]}" migrate "$version" >"$work/migrated" || put_back "the migration failed: $why"
	on "${hosts[0]}" schema "$version" >"$work/schema" || put_back "the schema cannot be read: $why"
	schema_after=$(<"$work/schema")
	say "the schema is at $schema_after, from $schema_before"
}

switch_all() {
	local host
	for host in "${hosts[@]}"; do
		step "switch $host to $version"
		still
		switched[$host]=yes
		on "$host" switch "$version" "$START_SECONDS" || put_back "the installation failed: $why"
		step "health of $host for $HEALTH_SECONDS s"
		on "$host" health "$version" "$HEALTH_SECONDS" "$START_SECONDS" || put_back "the health check failed: $why"
		step "smoke test of $host"
		on "$host" smoke "$version" "$(throw_away)" || put_back "the smoke test failed: $why"
	done
	for host in "${hosts[@]}"; do
		on "$host" health "$version" 0 1 || put_back "the health check failed: $why"
	done
	[[ -z ${RELEASE_URL:-} ]] || smoke_outside
}

throw_away() { echo "${RELEASE_EMAIL:-release-$RANDOM$RANDOM$RANDOM@smoke.invalid}"; }

# smoke_outside does what a person does, through the address that people use.
smoke_outside() {
	local email secret wrong=''
	step "smoke test of $RELEASE_URL"
	email=$(throw_away) secret=$(head -c 24 /dev/urandom | base64 | tr -d '+/=')
	echo "$secret" >"$work/secret"
	with "$work/secret" "${hosts[0]}" enroll "$version" "$email" || put_back "no account could be opened: $why"
	walk "$email" "$secret" || wrong=$why
	on "${hosts[0]}" expel || say "the account $email could not be erased: $why"
	[[ -z $wrong ]] || put_back "the smoke test failed at $RELEASE_URL: $wrong"
}

walk() {
	local token id
	token=$(call POST /api/auth/login "{\"email\":\"$1\",\"password\":\"$2\"}" | field access_token)
	[[ -n $token ]] || { why="signing in fails: $(tail -n 1 "$work/said")"; return 1; }
	id=$(call POST /api/tasks '{"title":"A release was here"}' "$token" | field id)
	[[ -n $id ]] || { why='no task can be created'; return 1; }
	[[ $(call GET /api/tasks/best '' "$token") == *"\"$id\""* ]] || { why='the best task is not the only one'; return 1; }
}

# call sends one request; what is secret goes in by a pipe.
call() {
	{
		printf 'request = "%s"\nurl = "%s"\n' "$1" "${RELEASE_URL%/}$2"
		[[ -z $3 ]] || printf 'header = "Content-Type: application/json"\ndata = "%s"\n' "${3//\"/\\\"}"
		[[ -z ${4:-} ]] || printf 'header = "Authorization: Bearer %s"\n' "$4"
	} | curl --silent --show-error --fail --max-time 20 --retry 3 --retry-delay 1 --config - 2>"$work/said" || true
}

field() { grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4 || true; }

# The way back

who() { echo "${RELEASE_BY:-${USER:-somebody}@$(uname -n)}"; }

finish() {
	local outcome=$1 reason=$2 host
	for host in "${hosts[@]}"; do
		on "$host" end_release "$(before "$host")" "$version" "${schema_was:-$schema_before}" "$schema_after" "$outcome" "$(who)" "$reason" || say "$why: not written down"
	done
}

# return_hosts puts the version before on each host that has another, the last first. It answers whether all of them serve it.
return_hosts() {
	local i host to all=0
	for ((i = ${#hosts[@]} - 1; i >= 0; i--)); do
		host=${hosts[i]} to=$(before "${hosts[i]}")
		# An interrupted release before this one may have left another version.
		[[ -n ${switched[$host]:-} || ${fact["$host installed"]} != "$to" ]] || continue
		step "put $to back on $host"
		if on "$host" switch_back "$to" "$START_SECONDS" && on "$host" health "$to" "$((HEALTH_SECONDS < 3 ? HEALTH_SECONDS : 3))" "$START_SECONDS"; then
			unset "switched[$host]"
		else
			say "$why"
			all=1
		fi
	done
	return "$all"
}

# return_schema takes the schema back with the newer binary, if nothing is lost by it; else it stays.
return_schema() {
	local newer=$1
	on "${hosts[0]}" schema "$newer" >"$work/schema" || { say "the schema cannot be read: $why"; return; }
	schema_after=$(<"$work/schema")
	[[ $schema_after != "$schema_before" ]] || return 0
	step "take the schema back from $schema_after to $schema_before"
	if on "${hosts[0]}" schema_back "$newer" "$schema_before" >/dev/null; then
		schema_after=$schema_before
	else
		say "the schema stays at $schema_after, which the version before works on: ${why#"${hosts[0]}: "}"
	fi
}

put_back() {
	local reason=$1 host
	echo "release.sh: $reason" >&2
	for host in "${hosts[@]}"; do # one that is gone keeps the others from nothing
		ours "$host" || [[ $why == *'cannot be reached'* ]] || die "$reason. Nothing was taken back, for $why. $(state) See --history."
	done
	if ! return_hosts; then
		changed=no # what is left to say is said here
		die "$reason. NOT ALL HOSTS COULD BE PUT BACK: $(state) Run it again, or with --rollback."
	fi
	return_schema "$version"
	finish 'put back' "$reason"
	changed=no
	die "$version was taken back: $reason. ${hosts[*]} serve $(versions) as before, schema $schema_after."
}

# state says what an interrupted release leaves behind.
state() {
	local host has='' not=''
	for host in "${hosts[@]}"; do
		if [[ -n ${switched[$host]:-} ]]; then has+=" $host"; else not+=" $host"; fi
	done
	echo "Switched to $version, or about to be:${has:- none}; as before:${not:- none}; schema ${schema_after:-unknown} or on its way from ${schema_before:-unknown}."
}

interrupted() {
	trap '' INT TERM HUP
	if [[ $changed == yes && $mode == rollback ]]; then
		echo "release.sh: interrupted while at: $doing. $(state) Run the same again to finish it." >&2
	elif [[ $changed == yes ]]; then
		echo "release.sh: interrupted while at: $doing. $(state) Run the same again to finish it, or with --rollback to go back." >&2
	else
		echo "release.sh: interrupted while at: $doing. Nothing was changed." >&2
	fi
	exit 130
}

leave() {
	local pid tries
	[[ -z $asking ]] || kill "$asking" 2>/dev/null || true
	for pid in "${beats[@]}"; do kill "$pid" 2>/dev/null || true; done
	for tries in {1..20}; do # the hosts let go by themselves; what cannot be reached is left
		kill -0 "${locks[@]}" 2>/dev/null || break
		sleep 0.1
	done
	for pid in "${locks[@]}"; do kill "$pid" 2>/dev/null || true; done
	rm -rf "$work"
}

# What can be asked for

release() {
	local host same=yes newer=$version
	meet
	for host in "${hosts[@]}"; do
		[[ -z ${fact["$host schema_target"]} ]] || die "a rollback to ${fact["$host target"]} was interrupted on $host: finish it first, with --rollback. Nothing was changed."
	done
	copy
	for host in "${hosts[@]}"; do
		[[ -z ${fact["$host before"]} && ${fact["$host installed"]} == "$version" && ${fact["$host serving"]} == "$version" ]] || same=no
	done
	if [[ $same == yes ]]; then
		step "every host serves $version already"
		return
	fi
	record
	! older "$version" "$(before "${hosts[0]}")" || newer=$(before "${hosts[0]}")
	backup "$newer"
	begin
	migrate
	switch_all
	step "keep $version"
	finish kept ''
	changed=no
	step "done: ${hosts[*]} serve $version, schema $schema_after"
}

rollback() {
	local host newest newer='' goal=''
	meet
	if [[ -n $settled && $settled != kept ]]; then
		step "done: ${hosts[*]} serve $(versions)"
		return
	fi
	newest=${fact["${hosts[0]} installed"]}
	for host in "${hosts[@]}"; do
		[[ -z ${fact["$host before"]} ]] || { newer=${fact["$host target"]} goal=${fact["$host schema_target"]} newest=${fact["$host before"]}; }
	done
	if [[ -n $newer && -z $goal ]]; then
		leave_interrupted "$newer"
		return
	fi
	if [[ -n $goal ]]; then # a rollback that was interrupted goes on
		version=$newer
		step "go on with the rollback from $newest to $version"
		record
	else
		find_previous # sets version and goal
		step "roll back from $newest to $version"
		record
		schema_before=$schema_after
		backup "$newest"
	fi
	begin "$goal"
	switch_all
	schema_was=$schema_before schema_before=$goal
	return_schema "$newest"
	finish 'rolled back' 'asked for'
	changed=no
	step "done: ${hosts[*]} serve $version, schema $schema_after"
}

# leave_interrupted goes back out of a release that was interrupted.
leave_interrupted() {
	local host
	version=$1 changed=yes
	for host in "${hosts[@]}"; do
		[[ -z ${fact["$host before"]} ]] || switched[$host]=yes
	done
	still
	return_hosts || die "$why. $(state) Run it again."
	return_schema "$version"
	finish 'rolled back' 'it was interrupted'
	changed=no
	step "done: ${hosts[*]} serve the version before $version, $(versions), schema $schema_after"
}

# find_previous asks the hosts which version they had before, and the schema then.
find_previous() {
	local host found past=''
	for host in "${hosts[@]}"; do
		on "$host" previous >"$work/previous" || die "$why. Nothing was changed."
		found=$(<"$work/previous")
		[[ -n $found ]] || die "$host has no version before ${fact["$host installed"]}. Nothing was changed."
		[[ -z $past || $past == "$found" ]] || die "the hosts had different versions before: $past, $found. Nothing was changed."
		past=$found
	done
	version=${past% *} goal=${past#* }
}

# versions are those the hosts were content with before this release.
versions() {
	local host
	for host in "${hosts[@]}"; do before "$host"; done | sort -u | paste -sd ' '
}

show_history() {
	local host
	for host in "${hosts[@]}"; do
		on "$host" history_of >"$work/history" || die "$why"
		echo "$host"
		awk -F '\t' '{ printf "  %s  %s → %s, schema %s → %s: %s%s (%s)\n", $1, $2, $3, $4, $5, $6, $8 == "" ? "" : ": " $8, $7 }' "$work/history"
	done
}

read_arguments() {
	local word
	for word; do
		case $word in
		--help | -h) usage && exit ;;
		--rollback | --history) mode=${word#--} ;;
		-*) usage >&2 && exit 2 ;;
		*.deb | *.rpm) packages+=("$word") ;;
		*) if [[ $word =~ ^[0-9]+\.[0-9]+\.[0-9]+([-+~][^@]*)?$ ]]; then version=$word; else hosts+=("$word"); fi ;;
		esac
	done
	((${#hosts[@]})) || read -ra hosts <<<"${HOSTS:-}"
	((${#hosts[@]})) || { usage >&2; exit 2; }
}

trap leave EXIT
trap interrupted INT TERM HUP
read_arguments "$@"
case $mode in
release)
	find_packages
	release
	;;
rollback) rollback ;;
history) show_history ;;
esac
