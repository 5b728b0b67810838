#!/bin/sh
# Puts the image's files together: assemble.sh PROGRAM AUTHORITIES IMAGE STATE
# What nobody changes goes into one folder, what the server's user owns into another.
set -eu

program=$1 authorities=$2 image=$3 state=$4

mkdir -p "$image/usr/bin" "$image/etc/ssl/certs" "$image/tmp"
cp "$program" "$image/usr/bin/mindflow"
cp "$authorities" "$image/etc/ssl/certs/ca-certificates.crt"
printf 'root:x:0:0:root:/:/sbin/nologin\nmindflow:x:10001:10001:MindFlow:/data:/sbin/nologin\n' >"$image/etc/passwd"
printf 'root:x:0:\nmindflow:x:10001:\n' >"$image/etc/group"
chmod 0755 "$image/usr/bin/mindflow"
chmod 0644 "$image/etc/ssl/certs/ca-certificates.crt" "$image/etc/passwd" "$image/etc/group"
chmod 1777 "$image/tmp"

mkdir -p "$state/data" "$state/backups"
chmod 0700 "$state/data" "$state/backups"
