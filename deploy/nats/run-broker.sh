#!/bin/sh
# Starts the broker in a container or as the systemd unit. NATS cannot read secret files, so this script passes the passwords
# in the environment, in quotes so that each is a string.
#   NATS_CONFIG        a file next to this one (default: container.conf)
#   NATS_LISTEN_HOST   the address on which it listens (default: 0.0.0.0)
#   NATS_TLS_CERT, NATS_TLS_KEY   the certificate and the key of a cluster with TLS for clients
#   NATS_ROUTE_HOSTS   the names of all brokers of a cluster, separated by spaces; the name of a broker is its host name
set -eu
here=$(dirname "$0")
secrets=${CREDENTIALS_DIRECTORY:-/secrets}
for user in licensing register sys callout; do
  name="NATS_$(echo "$user" | tr '[:lower:]' '[:upper:]')_PASSWORD"
  export "$name=\"$(cat "$secrets/$user-password")\""
done
export "NATS_CALLOUT_ISSUER=\"$(cat "$secrets/issuer")\""
export "NATS_CALLOUT_XKEY=\"$(cat "$secrets/xkey")\""
export "NATS_HOST=\"${NATS_LISTEN_HOST:-0.0.0.0}\"" "NATS_PORT=${NATS_PORT:-4222}"
export "NATS_STORE_DIR=\"${STATE_DIRECTORY:-/data}\""
config=${NATS_CONFIG:-container.conf}
if [ -n "${NATS_ROUTE_HOSTS:-}" ]; then
  config=cluster-container${NATS_TLS_CERT:+-tls}.conf
  password=$(cat "$secrets/route-password")
  routes=''
  for host in $NATS_ROUTE_HOSTS; do routes="$routes\"nats://route:$password@$host:6222\","; done
  export "NATS_SERVER_NAME=\"$(hostname)\"" NATS_CLUSTER_HOST='"0.0.0.0"' NATS_CLUSTER_PORT=6222
  export "NATS_ROUTE_PASSWORD=\"$password\"" "NATS_ROUTES=[${routes%,}]"
fi
exec nats-server -c "$here/$config"
