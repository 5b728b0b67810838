#!/usr/bin/env bash
# Tries PostgreSQL's point-in-time recovery as docs/operations.md describes it, with the built server's own program, on
# throw-away clusters below /tmp: archive the log, take a base backup, go on writing, note a moment, lose data, and
# recover to that moment. The content is compared by the hash that "mindflow backup" prints. Needs bin/mindflow.
#
#     make build && tools/pitr-drill.sh
set -euo pipefail
cd "$(dirname "$0")/.."
mindflow=$PWD/bin/mindflow

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb)")
work=$(mktemp -d /tmp/mindflow-pitr.XXXXXX)
as=()
if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
	chown postgres "$work"
	as=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
fi
pg() { "${as[@]}" "$bin/$1" "${@:2}"; }
stop() {
	for data in "$work"/data "$work"/recovered; do
		if [ -f "$data/postmaster.pid" ]; then pg pg_ctl -D "$data" -m immediate -w stop >/dev/null || true; fi
	done
	rm -rf "$work"
}
trap stop EXIT

start() { # DATA: on a socket in $work and on no port
	pg pg_ctl -D "$1" -w -t 60 -l "$work/log" -o "-c listen_addresses='' -c unix_socket_directories='$work'" start >/dev/null
}
sql() { "${as[@]}" "$bin/psql" -h "$work" -U postgres -qAtX -d mindflow -c "$1"; }
say() { printf '%s  %s\n' "$(date -u +%T)" "$*"; }

export DATABASE_URL="postgres:///mindflow?host=$work&user=postgres" DATA_DIR=$work/server
hash() { # of all the database holds
	"$mindflow" backup --json "$work/now.backup" 2>/dev/null | sed 's/.*"sha256":"\([0-9a-f]*\)".*/\1/'
}
add() { # NUMBER tasks, named apart
	for i in $(seq "$1"); do printf '%s %s\n' "$2" "$i"; done |
		"$mindflow" import todotxt - --user ada@example.com --json | sed 's/.*"created":\([0-9]*\).*/\1/'
}

say "a cluster that archives its log, at the latest every minute"
pg initdb -D "$work/data" -U postgres --auth=trust --data-checksums >/dev/null
"${as[@]}" mkdir "$work/archive"
"${as[@]}" tee -a "$work/data/postgresql.conf" >/dev/null <<CONF
wal_level = replica
archive_mode = on
archive_timeout = 60s
archive_command = 'test ! -f $work/archive/%f && cp %p $work/archive/%f.part && sync $work/archive/%f.part && mv $work/archive/%f.part $work/archive/%f'
CONF
start "$work/data"
"${as[@]}" "$bin/createdb" -h "$work" -U postgres mindflow

say "a schema, somebody with an account, and 200 tasks"
"$mindflow" migrate >/dev/null
LISTEN_ADDR=127.0.0.1:18234 LOG_LEVEL=error "$mindflow" serve & server=$!
for _ in $(seq 100); do (exec 3<>/dev/tcp/127.0.0.1/18234) 2>/dev/null && break; sleep 0.1; done
printf 'a passphrase for a drill\n' | XDG_CONFIG_HOME=$work/server "$mindflow" login --register --email ada@example.com --server http://127.0.0.1:18234 >/dev/null
kill "$server" && wait "$server" || true
add 200 early

say "a base backup"
pg pg_basebackup -h "$work" -U postgres -D "$work/base" -X none --checkpoint=fast

say "300 more tasks; then a moment to come back to"
add 300 late
wanted=$(hash)
sleep 1.1
moment=$(sql "SELECT clock_timestamp()")
say "the moment is $moment, the content $wanted"
sleep 1.1

say "an accident: every task is deleted from the table, and 50 are written after it"
sql "DELETE FROM task_texts; DELETE FROM tasks"
add 50 after
[ "$(hash)" != "$wanted" ]
began=$(date +%s%N)
while [ "$(sql "SELECT count(*) FROM pg_stat_archiver WHERE last_archived_wal >= '$(sql "SELECT pg_walfile_name(pg_current_wal_lsn())")'")" = 0 ]; do
	sleep 1
done
say "what was written last was archived $((($(date +%s%N) - began) / 1000000)) ms later, without anybody's doing"
pg pg_ctl -D "$work/data" -m immediate -w stop >/dev/null
"${as[@]}" rm -rf "$work/data"
say "the cluster is gone; what is left is the base backup and $(ls "$work/archive" | wc -l) files of the archive"

began=$(date +%s%N)
"${as[@]}" cp -a "$work/base" "$work/recovered"
"${as[@]}" tee -a "$work/recovered/postgresql.conf" >/dev/null <<CONF
archive_mode = off
restore_command = 'cp $work/archive/%f %p'
recovery_target_time = '$moment'
recovery_target_action = 'promote'
CONF
"${as[@]}" touch "$work/recovered/recovery.signal"
start "$work/recovered"
while [ "$(sql "SELECT pg_is_in_recovery()")" = t ]; do sleep 0.1; done
say "recovered to that moment in $((($(date +%s%N) - began) / 1000000)) ms"
found=$(hash)
say "the content is $found, with $(sql "SELECT count(*) FROM tasks") tasks"
[ "$found" = "$wanted" ] || { say "DIFFERENT: the drill failed"; exit 1; }
say "the same content: the drill succeeded"
