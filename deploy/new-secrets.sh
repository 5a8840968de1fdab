#!/bin/sh
# Prints passwords for compose.yaml:  sh deploy/new-secrets.sh > deploy/.env
set -eu
umask 077
for name in POSTGRES_PASSWORD OWNER_PASSWORD APP_PASSWORD CORE_MQTT_PASSWORD AGENT_MQTT_PASSWORD; do
  # Letters and digits only: the values stand in URLs.
  printf '%s=%s\n' "$name" "$(head -c 48 /dev/urandom | base64 | tr -dc 'A-Za-z0-9' | head -c 40)"
done
printf 'AGENT_SITE=MAIN\nAGENT_CODE=edge-1\nPORT=3000\nMQTT_PORT=1883\n'
