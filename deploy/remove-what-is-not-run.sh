#!/bin/sh
# Takes out of a node_modules folder what no process reads: declarations, source maps, documentation, sources of what is
# compiled, and the compiler that some package names as a peer.
set -eu
cd "$1"
find . -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' -o -name '*.md' \) -delete
rm -rf typescript @types better-sqlite3/deps better-sqlite3/src @picocss/pico/scss
# Of the style sheets, the pages take this one.
find @picocss/pico/css -type f ! -name pico.min.css -delete 2>/dev/null || true
