#!/bin/sh
# Makes the database cluster if there is none, brings databases and roles to what is declared, then serves.
# Environment: PGDATA, ROLES (one per service, each with a database of the same name). Passwords are files in /keys.
set -eu
PATH="$PATH:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)"
settings="-c config_file=/config/postgresql.conf"

if [ ! -f "$PGDATA/PG_VERSION" ]; then
	# Made beside its place and moved there whole: a pod that is killed half-way starts over.
	rm -rf "$PGDATA.part"
	initdb --pgdata="$PGDATA.part" --username=postgres --encoding=UTF8 --locale=C --data-checksums --auth=reject
	mv "$PGDATA.part" "$PGDATA"
fi

# Without a network address nobody but this script is let in until every role has its password.
pg_ctl --wait --timeout=600 --options="$settings -c listen_addresses=''" start
for role in $ROLES; do
	psql --quiet --username=postgres --host=/tmp --set=ON_ERROR_STOP=1 \
		--set=role="$role" --set=password="$(cat "/keys/$role")" --file=/config/service.sql postgres
done
psql --quiet --username=postgres --host=/tmp --set=ON_ERROR_STOP=1 \
	--set=password="$(cat /keys/backup)" --set=databases="$ROLES" --file=/config/backup.sql postgres
if [ -f /keys/metrics ]; then
	psql --quiet --username=postgres --host=/tmp --set=ON_ERROR_STOP=1 \
		--set=password="$(cat /keys/metrics)" --file=/config/metrics.sql postgres
fi
pg_ctl --wait --mode=fast stop

# Kubernetes asks with SIGTERM, which to PostgreSQL means to wait until every client has left; SIGINT means now.
postgres $settings &
server=$!
trap 'kill -INT "$server"' TERM INT
wait "$server" || true
wait "$server"
