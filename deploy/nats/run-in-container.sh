#!/bin/sh
# NATS reads no secret files: hands it the passwords by its environment, in quotes, so that each stays a string.
set -eu
for user in licensing register sys callout; do
  file="/secrets/$user-password"
  name="NATS_$(echo "$user" | tr '[:lower:]' '[:upper:]')_PASSWORD"
  export "$name=\"$(cat "$file")\""
done
export "NATS_CALLOUT_ISSUER=\"$(cat /secrets/issuer)\""
export NATS_HOST='"0.0.0.0"' NATS_PORT=4222 NATS_STORE_DIR='"/data"'
exec nats-server -c /etc/nats/container.conf
