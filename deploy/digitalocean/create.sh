#!/usr/bin/env bash
# Makes a machine for MindFlow at DigitalOcean by doctl, which has to be signed in (doctl auth init): Ubuntu 24.04 with your SSH keys,
# monitoring, weekly backups of the whole machine, and a firewall that lets in SSH, HTTP and HTTPS. What is there already stays.
#
#     create.sh [--dry-run] [--name NAME] [--region REGION] [--size SIZE] [--key FINGERPRINT]…
#
# Without --key all SSH keys of the account may sign in. It prints the machine's address, and what to do then. A machine of the
# default size costs $12 a month, its backups a fifth of that.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=mindflow-prod region=sfo3 size=s-1vcpu-2gb image=ubuntu-24-04-x64 tag=mindflow dry='' keys=''

die() {
	echo "create.sh: $1" >&2
	exit 1
}
usage() {
	echo "create.sh: $1" >&2
	sed -n 's/^#     /usage: /p' "${BASH_SOURCE[0]}" >&2
	exit 2
}
run() { # changes something, unless it is only to be said
	if [ -n "$dry" ]; then
		printf 'would: %s\n' "$*"
	else
		"$@"
	fi
}

while [ $# -gt 0 ]; do
	case $1 in
	--dry-run) dry=yes ;;
	--name | --region | --size | --key)
		[ -n "${2:-}" ] || usage "$1 needs a value"
		case $1 in
		--name) name=$2 ;;
		--region) region=$2 ;;
		--size) size=$2 ;;
		--key) keys+=${keys:+,}$2 ;;
		esac
		shift
		;;
	*) usage "there is no $1" ;;
	esac
	shift
done

command -v doctl >/dev/null || die 'doctl is missing; its documentation says how it is installed and signed in (doctl auth init)'
[ -n "$keys" ] || keys=$(doctl compute ssh-key list --format FingerPrint --no-header | paste -sd, -)
[ -n "$keys" ] || die 'the account has no SSH key, and without one nobody could sign in: doctl compute ssh-key import'

machines=$(doctl compute droplet list "$name" --format Name --no-header)
if grep -qxF "$name" <<<"$machines"; then
	echo "there is a machine $name already"
else
	run doctl compute droplet create "$name" \
		--region "$region" \
		--size "$size" \
		--image "$image" \
		--ssh-keys "$keys" \
		--enable-monitoring \
		--enable-backups \
		--enable-ipv6 \
		--tag-names "$tag" \
		--user-data-file "$here/cloud-init.yaml" \
		--wait
fi

# By the tag, so that a second machine has it as well.
firewalls=$(doctl compute firewall list --format Name --no-header)
if grep -qxF "$tag" <<<"$firewalls"; then
	echo "there is a firewall $tag already"
else
	anybody='address:0.0.0.0/0,address:::/0'
	run doctl compute firewall create --name "$tag" --tag-names "$tag" \
		--inbound-rules "protocol:tcp,ports:22,$anybody protocol:tcp,ports:80,$anybody protocol:tcp,ports:443,$anybody protocol:icmp,$anybody" \
		--outbound-rules "protocol:tcp,ports:all,$anybody protocol:udp,ports:all,$anybody protocol:icmp,$anybody"
fi

[ -z "$dry" ] || exit 0
address=$(doctl compute droplet list "$name" --format PublicIPv4 --no-header | head -1)
cat <<NEXT
$name has the address $address. Now:
  1. Give your domain an A record that leads to $address.
  2. scp -r deploy mindflow_*_amd64.deb root@$address:
  3. ssh root@$address cloud-init status --wait
  4. ssh -t root@$address deploy/install.sh YOUR-DOMAIN YOUR-ADDRESS mindflow_*_amd64.deb
NEXT
