#!/usr/bin/env bash
# Makes what compose.yaml needs and git must not have: .env with secrets of its own, a self-made certificate until there is
# a real one, whose certificate is watched, and who is told of alerts. None is made anew where it is there:
# prepare.sh mind.example.org
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
umask 077

readonly nginx=101          # the user of nginx in its image
readonly alertmanager=65534 # and of Alertmanager

secret() {
	openssl rand -hex 32
}

make_settings() {
	local name=$1
	cat >.env <<SETTINGS
MINDFLOW_NAME=$name
MINDFLOW_VERSION=7.0.0-dev
# Three servers: MINDFLOW_SERVERS=3 and COMPOSE_PROFILES=scale. Alerts are told with COMPOSE_PROFILES=alerts (both: scale,alerts),
# once alerts/alertmanager.yml says to whom.
MINDFLOW_SERVERS=1
COMPOSE_PROFILES=
SECRET_KEY=$(secret)
BACKUP_KEY=$(secret)
POSTGRES_PASSWORD=$(secret)
OWNER_PASSWORD=$(secret)
SERVER_PASSWORD=$(secret)
GRAFANA_PASSWORD=$(secret)
# A mail server, and who may open an account: open, invite or closed
SMTP_URL=
MAIL_FROM=
SIGNUP=open
SETTINGS
	echo "made .env: keep a copy of SECRET_KEY and BACKUP_KEY elsewhere"
}

make_certificate() {
	local name=$1
	mkdir -p tls acme
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj "/CN=$name" -addext "subjectAltName=DNS:$name" \
		-keyout tls/privkey.pem -out tls/fullchain.pem 2>/dev/null
	chmod 0755 tls acme
	chmod 0644 tls/fullchain.pem
	if [[ $(id -u) == 0 ]]; then
		chown "$nginx" tls/privkey.pem
	else
		chmod 0644 tls/privkey.pem
		echo "tls/privkey.pem can be read by everybody here: nginx in its container is another user; as root it is given the file" >&2
	fi
	echo "made tls/: a certificate that no browser trusts"
}

# The name is one of nginx in the network from which it is looked at.
make_watched() {
	mkdir -p watched
	printf -- "- targets: ['%s:443']\n" "$1" >watched/certificate.yml
	chmod 0755 watched
	chmod 0644 watched/certificate.yml
}

# The example with its own places for secrets.
make_alerts() {
	mkdir -p alerts/secrets
	sed 's#/etc/prometheus/#/etc/alertmanager/#' ../alertmanager/alertmanager.yml >alerts/alertmanager.yml
	: >alerts/secrets/smtp-password
	: >alerts/secrets/pager-token
	if [[ $(id -u) == 0 ]]; then
		chown -R "$alertmanager" alerts
	else
		chmod 0755 alerts alerts/secrets
		chmod 0644 alerts/alertmanager.yml alerts/secrets/*
		echo "alerts/secrets can be read by everybody here: Alertmanager in its container is another user; as root it is given the files" >&2
	fi
	echo "made alerts/: nobody is told of alerts before alertmanager.yml says whom, and COMPOSE_PROFILES has alerts"
}

main() {
	if [[ $# != 1 || ! $1 =~ ^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$ ]]; then
		echo "usage: prepare.sh NAME, the name people reach the server at, such as mind.example.org" >&2
		exit 2
	fi
	if [[ -e .env ]]; then echo ".env is there"; else make_settings "$1"; fi
	if [[ -e tls/fullchain.pem ]]; then echo "tls/ is there"; else make_certificate "$1"; fi
	if [[ -e watched/certificate.yml ]]; then echo "watched/ is there"; else make_watched "$1"; fi
	if [[ -e alerts/alertmanager.yml ]]; then echo "alerts/ is there"; else make_alerts; fi
}

main "$@"
