#!/bin/sh
# Dumps every database into one folder named by the time, and forgets folders that are too old.
# Environment: ROLES, KEEP_DAYS, PGHOST, PGPORT, PGPASSWORD. /tmp/name tells the next container what was made.
set -eu
PATH="$PATH:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)"
name="$(date -u +%Y-%m-%dT%H-%M-%SZ)"
part="/backups/part-$name"

rm -rf /backups/part-*
mkdir "$part"
for database in $ROLES; do
	pg_dump --username=backup --dbname="$database" --format=custom --file="$part/$database.dump"
	pg_restore --list "$part/$database.dump" >/dev/null # a dump that cannot be read is none
done
# Only a whole backup gets a name, and only after it old ones go.
mv "$part" "/backups/$name"
find /backups -mindepth 1 -maxdepth 1 -type d -mtime "+$KEEP_DAYS" -exec rm -r {} +
echo "$name" >/tmp/name
du -sh "/backups/$name"
