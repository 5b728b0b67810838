#!/bin/sh
# After the files are gone. Debian says: remove, purge, upgrade and more; RPM: how many versions stay. A removal keeps
# settings and data; a purge, which RPM does not know, takes them away, and leaves the backups.
set -e

units='mindflow.socket mindflow.service'

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

purge() {
	with_helper purge
	with_helper unmask
	rm -rf /etc/mindflow /var/lib/mindflow
	if getent passwd mindflow >/dev/null; then
		userdel mindflow
	fi
	if getent group mindflow >/dev/null; then
		groupdel mindflow
	fi
	[ -d /var/backups/mindflow ] || return 0
	if rmdir /var/backups/mindflow 2>/dev/null; then
		return 0
	fi
	chown -R root:root /var/backups/mindflow # not whoever gets the user's number next
	echo 'mindflow: the backups stay in /var/backups/mindflow, and so does a database elsewhere; delete them if they are to go, too' >&2
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
