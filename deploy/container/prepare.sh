#!/usr/bin/env bash
# Makes what compose.yaml needs and git must not have: .env with secrets of its own, and a self-made certificate until
# there is a real one. Neither is made anew where it is there: prepare.sh mind.example.org
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
umask 077

readonly nginx=101 # the user of nginx in its image

secret() {
	openssl rand -hex 32
}

make_settings() {
	local name=$1
	cat >.env <<SETTINGS
MINDFLOW_NAME=$name
MINDFLOW_VERSION=7.0.0-dev
# Three servers: MINDFLOW_SERVERS=3 and COMPOSE_PROFILES=scale
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

main() {
	if [[ $# != 1 || ! $1 =~ ^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$ ]]; then
		echo "usage: prepare.sh NAME, the name people reach the server at, such as mind.example.org" >&2
		exit 2
	fi
	if [[ -e .env ]]; then echo ".env is there"; else make_settings "$1"; fi
	if [[ -e tls/fullchain.pem ]]; then echo "tls/ is there"; else make_certificate "$1"; fi
}

main "$@"
