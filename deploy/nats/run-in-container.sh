#!/bin/sh
# NATS reads no secret files: hands it the passwords by its environment, in quotes, so that each stays a string.
# With NATS_ROUTE_HOSTS (their names, separated by spaces) it is one of the brokers of a cluster.
set -eu
for user in licensing register sys callout; do
  file="/secrets/$user-password"
  name="NATS_$(echo "$user" | tr '[:lower:]' '[:upper:]')_PASSWORD"
  export "$name=\"$(cat "$file")\""
done
export "NATS_CALLOUT_ISSUER=\"$(cat /secrets/issuer)\""
export NATS_HOST='"0.0.0.0"' NATS_PORT=4222 NATS_STORE_DIR='"/data"'
config=container.conf
if [ -n "${NATS_ROUTE_HOSTS:-}" ]; then
  config=cluster-container.conf
  password=$(cat /secrets/route-password)
  routes=''
  for host in $NATS_ROUTE_HOSTS; do routes="$routes \"nats://route:$password@$host:6222\""; done
  export "NATS_SERVER_NAME=\"$(hostname)\"" NATS_CLUSTER_HOST='"0.0.0.0"' NATS_CLUSTER_PORT=6222
  export "NATS_ROUTE_PASSWORD=\"$password\"" "NATS_ROUTES=[$routes]"
fi
exec nats-server -c "/etc/nats/$config"
