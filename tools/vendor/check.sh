#!/bin/sh
# Build static/vendor/ again and compare: exit 0 when every byte is the same.
set -eu
cd "$(dirname "$0")"
[ -d node_modules ] || npm ci --silent
rebuilt=$(mktemp -d)
trap 'rm -rf "$rebuilt"' EXIT
node build.mjs "$rebuilt"
diff -r "$rebuilt" ../../static/vendor
