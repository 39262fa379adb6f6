#!/bin/sh
# Removes what no process reads from a node_modules folder: declarations, source maps, documentation, sources of compiled
# code, binaries for other systems, and the compiler (a peer dependency).
set -eu
cd "$1"
find . -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' -o -name '*.md' \) -delete
rm -rf typescript @types node-addon-api @picocss/pico/scss better-sqlite3-13/deps better-sqlite3-13/src
rm -f better-sqlite3-13/prebuilds/darwin-* better-sqlite3-13/prebuilds/win32-*
# The pages use only this style sheet.
find @picocss/pico/css -type f ! -name pico.min.css -delete 2>/dev/null || true
