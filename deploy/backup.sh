#!/bin/sh
# A backup that was restored as a trial, encrypted for the keys in $SEVENTH_RECIPIENTS, into $SEVENTH_BACKUPS.
# Backups older than $SEVENTH_KEEP_DAYS (35) go. `age-keygen` makes a key; its secret half stays off this machine.
set -eu
umask 077

: "${SEVENTH_BACKUPS:?names the folder for backups}" "${SEVENTH_RECIPIENTS:?names the file of public keys}"
name="seventh-$(date -u +%Y-%m-%dT%H%M%SZ).zip"
clear=$(mktemp -d)
trap 'rm -rf "$clear"' EXIT
trap 'exit 1' HUP INT TERM

seventh backup "$clear/$name" --prove
age --encrypt --recipients-file "$SEVENTH_RECIPIENTS" --output "$SEVENTH_BACKUPS/$name.age.unfinished" "$clear/$name"
mv "$SEVENTH_BACKUPS/$name.age.unfinished" "$SEVENTH_BACKUPS/$name.age"
find "$SEVENTH_BACKUPS" -name 'seventh-*.zip.age' -mtime "+${SEVENTH_KEEP_DAYS:-35}" -delete
find "$SEVENTH_BACKUPS" -name '*.unfinished' -mtime +1 -delete
echo "$SEVENTH_BACKUPS/$name.age"
