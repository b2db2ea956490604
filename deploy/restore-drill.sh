#!/bin/sh
# A fire drill: restore-drill.sh BACKUP.zip.age SECRET-KEY, on another machine where Seventh is installed.
# Restores into a database of its own, proves it, says how long that took, and leaves nothing in clear.
set -eu
umask 077

[ $# -eq 2 ] || { echo "usage: restore-drill.sh BACKUP.zip.age SECRET-KEY" >&2; exit 2; }
begun=$(date +%s)
clear=$(mktemp -d)
trap 'rm -rf "$clear"' EXIT
trap 'exit 1' HUP INT TERM

age --decrypt --identity "$2" --output "$clear/backup.zip" "$1"
SEVENTH_DATABASE_URL="sqlite:///$clear/drill.db"
SEVENTH_SECRET_KEY=${SEVENTH_SECRET_KEY:-$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')}
export SEVENTH_DATABASE_URL SEVENTH_SECRET_KEY
seventh restore "$clear/backup.zip"
seventh audit verify
seventh scores check
seventh study list
echo "The backup is whole. The drill took $(($(date +%s) - begun)) seconds."
