#!/bin/sh
# After the files are gone. Debian says: remove, purge, upgrade and more; RPM: how many versions stay. A removal keeps
# settings and data; a purge, which RPM does not know, takes them away, and leaves the backups.
set -e

units='mindflow.socket mindflow.service mindflow-restore-drill.timer'

reload() {
	if [ -d /run/systemd/system ]; then
		systemctl daemon-reload || true
	fi
}

# with_helper has Debian's bookkeeping of what is enabled say or forget something.
with_helper() {
	if [ -x "$(command -v deb-systemd-helper)" ]; then
		# shellcheck disable=SC2086 # they are several words
		deb-systemd-helper "$1" $units >/dev/null || true
	fi
}

say() { echo "mindflow: $*" >&2; }

# take_away deletes a folder with what is in it. Where it leads elsewhere, or something is mounted, the place itself is not
# ours to delete.
take_away() {
	if [ -L "$1" ]; then
		say "$1 leads to $(readlink -m "$1"), where everything stays; delete it if it is to go, too"
		rm -f "$1"
	elif [ -d "$1" ]; then
		rm -rf "$1" 2>/dev/null || find "$1" -mindepth 1 -delete || say "not all of $1 could be deleted"
		[ ! -d "$1" ] || say "$1 is empty and stays: something is mounted there"
	fi
}

# forget_user deletes the user that the installation made, and nobody who has the name and is a person.
forget_user() {
	IFS=: read -r _ _ uid _ _ home _ <<-USER
		$(getent passwd mindflow)
	USER
	if [ -n "$uid" ] && [ "$uid" -lt 1000 ] && [ "$home" = /var/lib/mindflow ]; then
		userdel mindflow || say 'the user mindflow stays: see above why'
	elif [ -n "$uid" ]; then
		say 'the user mindflow stays: this package has not made it'
		return 0
	fi
	if getent group mindflow >/dev/null; then
		groupdel mindflow || say 'the group mindflow stays: see above why'
	fi
}

purge() {
	with_helper purge
	with_helper unmask
	take_away /etc/mindflow
	take_away /var/lib/mindflow
	rm -f /etc/default/mindflow-certificate /etc/systemd/system/timers.target.wants/mindflow-certificate.timer \
		/var/lib/prometheus/node-exporter/mindflow-certificate.prom /var/lib/prometheus/node-exporter/mindflow-restore-drill.prom
	forget_user
	[ -d /var/backups/mindflow ] || return 0
	if rmdir /var/backups/mindflow 2>/dev/null; then
		return 0
	fi
	chown -R -H root:root /var/backups/mindflow # not whoever gets the user's number next
	say 'the backups stay in /var/backups/mindflow, and so does a database elsewhere; delete them if they are to go, too'
}

case "$1" in
remove)
	with_helper mask
	reload
	;;
purge)
	purge
	reload
	;;
0 | 1) reload ;;
esac
