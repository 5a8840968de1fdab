#!/bin/sh
# Runs once, when the postgres image makes its cluster. The owner's role is for migrations alone; the application's role
# owns nothing, so that row-level security binds it.
set -eu
psql --set=ON_ERROR_STOP=1 --set=owner="$OWNER_PASSWORD" --set=app="$APP_PASSWORD" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE wavehouse_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner';
CREATE ROLE wavehouse_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app';
CREATE DATABASE wavehouse OWNER wavehouse_owner;
SQL
