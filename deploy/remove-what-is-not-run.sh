#!/bin/sh
# Takes out of a node_modules folder what no process reads: declarations, source maps, documentation, sources of what is
# compiled, binaries for other systems, and the compiler that some package names as a peer.
set -eu
cd "$1"
find . -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' -o -name '*.md' \) -delete
rm -rf typescript @types node-addon-api @picocss/pico/scss better-sqlite3-13/deps better-sqlite3-13/src
rm -f better-sqlite3-13/prebuilds/darwin-* better-sqlite3-13/prebuilds/win32-*
# Of the style sheets, the pages take this one.
find @picocss/pico/css -type f ! -name pico.min.css -delete 2>/dev/null || true
