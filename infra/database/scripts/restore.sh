#!/bin/sh
# Loads one backup, each database as its own role and in one transaction: all of it or nothing.
# Environment: ROLES, NAME, PGHOST, PGPORT. Passwords are files in /keys.
set -eu
PATH="$PATH:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)"
if [ ! -d "/backups/$NAME" ]; then
	echo "there is no backup $NAME; there are:" >&2
	ls /backups >&2
	exit 1
fi
for role in $ROLES; do
	PGPASSWORD="$(cat "/keys/$role")" pg_restore --username="$role" --dbname="$role" \
		--clean --if-exists --no-owner --no-privileges --single-transaction --exit-on-error "/backups/$NAME/$role.dump"
	echo "restored $role from $NAME"
done
