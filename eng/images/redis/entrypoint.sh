#!/bin/sh
# Options alone are the server's. The server runs as user redis.
set -eu
[ "${1#-}" = "$1" ] || set -- redis-server "$@"
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
    chown -R redis: .
    exec setpriv --reuid=redis --regid=redis --init-groups -- "$@"
fi
exec "$@"
