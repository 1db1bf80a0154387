#!/bin/sh
# The server reads RABBITMQ_DEFAULT_USER and RABBITMQ_DEFAULT_PASS itself. It runs as user rabbitmq.
set -eu
[ "$1" = rabbitmq-server ] || exec "$@"
shift
# The distribution's command in the path is a wrapper that hides the output and the signals.
set -- /usr/lib/rabbitmq/bin/rabbitmq-server "$@"
[ "$(id -u)" = 0 ] || exec "$@"
chown -R rabbitmq: /var/lib/rabbitmq
exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups -- "$@"
