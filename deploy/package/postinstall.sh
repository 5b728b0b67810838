#!/bin/sh
# After the files are in place. Debian says: configure [the version before]; RPM: how many versions are installed now.
set -e

settings=/etc/mindflow/mindflow.env
units='mindflow.socket mindflow.service mindflow-restore-drill.timer'

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
	if getent passwd mindflow >/dev/null; then
		[ "$first" = no ] || say "there is a user mindflow already: the server runs as $(id mindflow)"
	else
		useradd --system --gid mindflow --home-dir /var/lib/mindflow --no-create-home \
			--shell /usr/sbin/nologin --comment MindFlow mindflow
	fi
}

# make_folder makes one that is not there; what somebody did to it stays.
make_folder() { [ -d "$4" ] || install -d -m "$1" -o "$2" -g "$3" "$4"; }

# take_backups_back: a purge has left them to root, and the server would not start where it can write none.
take_backups_back() {
	if [ "$first" = yes ] && [ "$(stat -L -c %U /var/backups/mindflow)" = root ]; then
		chown -R -H mindflow:mindflow /var/backups/mindflow
	fi
}

# make_settings writes the settings once, with a key of their own. They are moved to their place whole. A link that leads
# nowhere now stays: what it leads to may come back. The key is no program's argument, since everybody may read those.
make_settings() {
	rm -f "$settings".draft.?????? # of an installation that was killed
	if [ -e "$settings" ] || [ -L "$settings" ]; then
		return 0
	fi
	draft=$(mktemp "$settings.draft.XXXXXX")
	key=$(head -c 32 /dev/urandom | base64 | tr -d '\n')
	while IFS= read -r line; do
		case $line in
		SECRET_KEY=*) line=SECRET_KEY=$key ;;
		esac
		printf '%s\n' "$line"
	done </usr/share/mindflow/mindflow.env >"$draft"
	chmod 0600 "$draft"
	chown mindflow:mindflow "$draft"
	sync "$draft"
	mv "$draft" "$settings"
}

masked() { [ "$(readlink "/etc/systemd/system/$1" 2>/dev/null)" = /dev/null ]; }

# enable_units has them start with the machine, unless somebody has decided otherwise.
enable_units() {
	for unit in $units; do
		if [ "$kind" = rpm ]; then
			[ "$first" = no ] || systemctl enable "$unit" >/dev/null 2>&1 || true
			continue
		fi
		# A removal has masked them: this is the first time once more. What somebody else has masked stays so.
		masked "$unit" && was=yes || was=no
		deb-systemd-helper unmask "$unit" >/dev/null || true
		if [ "$was" = yes ] && ! masked "$unit"; then
			first=yes
		fi
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
		# Versions before had none.
		! systemctl --quiet is-enabled mindflow-restore-drill.timer || act start mindflow-restore-drill.timer || true
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
take_backups_back
make_settings
enable_units
if running; then
	start_server
fi
