#!/usr/bin/env bash
# Runs once, when PostgreSQL makes its files: one role owns the schema, the server's may only read and write rows.
set -euo pipefail

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
	--set owner_password="$OWNER_PASSWORD" --set server_password="$SERVER_PASSWORD" <<'SQL'
CREATE ROLE mindflow_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE mindflow_server LOGIN PASSWORD :'server_password';
CREATE DATABASE mindflow OWNER mindflow_owner;
REVOKE ALL ON DATABASE mindflow FROM PUBLIC;
GRANT CONNECT ON DATABASE mindflow TO mindflow_server;
\connect mindflow
ALTER DEFAULT PRIVILEGES FOR ROLE mindflow_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO mindflow_server;
SQL
