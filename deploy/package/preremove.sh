#!/bin/sh
# Before the files go. Debian says: remove, or upgrade; RPM: how many versions stay. An upgrade stops nothing: the server
# runs on until the new one takes over.
set -e

[ -d /run/systemd/system ] || exit 0
case "$1" in
remove) deb-systemd-invoke stop mindflow.socket mindflow.service mindflow-restore-drill.timer mindflow-certificate.timer >/dev/null || true ;; # the socket first: it would start the server
0) systemctl disable --now mindflow.socket mindflow.service mindflow-restore-drill.timer mindflow-certificate.timer >/dev/null 2>&1 || true ;;
esac
