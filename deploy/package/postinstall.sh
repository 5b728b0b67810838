#!/bin/sh
# After the files are in place. Debian says: configure [the version before]; RPM: how many versions are installed now.
set -e

settings=/etc/mindflow/mindflow.env
units='mindflow.socket mindflow.service'

case "$1" in
configure) kind=deb first=$([ -z "$2" ] && echo yes || echo no) ;;
1) kind=rpm first=yes ;;
[2-9]*) kind=rpm first=no ;;
*) exit 0 ;; # something else failed, and nothing is to be done
esac

# say tells whoever installs.
say() { echo "mindflow: $*" >&2; }

# running tells whether there is a systemd to speak to.
running() { [ -d /run/systemd/system ]; }

make_user() {
	getent group mindflow >/dev/null || groupadd --system mindflow
	getent passwd mindflow >/dev/null ||
		useradd --system --gid mindflow --home-dir /var/lib/mindflow --no-create-home \
			--shell /usr/sbin/nologin --comment MindFlow mindflow
}

# make_folder makes one that is not there; what somebody did to it stays.
make_folder() { [ -d "$4" ] || install -d -m "$1" -o "$2" -g "$3" "$4"; }

# make_settings writes the settings once, with a key of their own. They are moved to their place whole.
make_settings() {
	[ ! -e "$settings" ] || return 0
	draft=$(mktemp "$settings.XXXXXX")
	key=$(head -c 32 /dev/urandom | base64 | tr -d '\n')
	sed "s|@SECRET_KEY@|$key|" /usr/share/mindflow/mindflow.env >"$draft"
	chmod 0600 "$draft"
	chown mindflow:mindflow "$draft"
	mv "$draft" "$settings"
}

# enable_units has them start with the machine, unless somebody has decided otherwise.
enable_units() {
	for unit in $units; do
		if [ "$kind" = rpm ]; then
			[ "$first" = no ] || systemctl enable "$unit" >/dev/null 2>&1 || true
			continue
		fi
		# A removal has masked them: this is the first time once more.
		if [ "$(readlink "/etc/systemd/system/$unit" 2>/dev/null)" = /dev/null ]; then
			first=yes
		fi
		deb-systemd-helper unmask "$unit" >/dev/null || true
		if deb-systemd-helper --quiet was-enabled "$unit"; then
			deb-systemd-helper enable "$unit" >/dev/null || true
		else
			deb-systemd-helper update-state "$unit" >/dev/null || true
		fi
	done
}

# act has systemd do something, if the machine's policy lets it.
act() {
	if [ "$kind" = deb ]; then
		deb-systemd-invoke "$@" >/dev/null
	else
		systemctl "$@" >/dev/null
	fi
}

# start_server starts it at first, and afterwards restarts what runs. The schema comes before: the server that runs goes
# on with a newer one, and stays if that fails.
start_server() {
	systemctl daemon-reload
	if [ "$first" = no ] && ! systemctl --quiet is-active mindflow.service; then
		return 0
	fi
	if [ -f /usr/sbin/policy-rc.d ] && [ "$kind" = deb ] && ! policy_lets; then
		return 0
	fi
	if ! systemctl start mindflow-migrate.service; then
		say 'the schema could not be brought up to date, and nothing was started or restarted: journalctl -u mindflow-migrate'
		say 'then, once that is mended: dpkg --configure mindflow (or systemctl restart mindflow)'
		exit 1
	fi
	if [ "$first" = yes ]; then
		# shellcheck disable=SC2086 # they are two words
		act start $units || say 'the server does not start: journalctl -u mindflow'
	else
		act restart mindflow.service || say 'the server does not start: journalctl -u mindflow'
	fi
}

# policy_lets asks whether services may be started, as in a picture of a machine they may not.
policy_lets() {
	lets=0
	/usr/sbin/policy-rc.d mindflow start >/dev/null 2>&1 || lets=$?
	[ "$lets" = 0 ] || [ "$lets" = 104 ]
}

make_user
make_folder 0750 root mindflow /etc/mindflow
make_folder 0750 mindflow mindflow /var/lib/mindflow
make_folder 0700 mindflow mindflow /var/backups/mindflow
make_settings
enable_units
if running; then
	start_server
fi
