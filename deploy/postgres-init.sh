#!/bin/sh
# Run once by the database's first start: for each service a role with a password, a database of its own, and no way in
# for anybody else. SHUNIU_SERVICES lists the services; <SERVICE>_DB_PASSWORD holds each one's password.
set -eu

for service in $SHUNIU_SERVICES; do
  upper=$(printf '%s' "$service" | tr '[:lower:]' '[:upper:]')
  eval "password=\${${upper}_DB_PASSWORD:?}"
  psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -v service="$service" -v password="$password" <<'SQL'
create role :"service" login password :'password';
create database :"service" owner :"service";
revoke connect, temporary on database :"service" from public;
SQL
done
