#!/usr/bin/env bash
# Counts the instructions of one indexing run and one pass of queries under callgrind, and fails if a count is more
# than 3 % above benches/instructions.txt. Other work on the machine does not change the counts. `--renew` records the
# current counts.
set -euo pipefail
cd "$(dirname "$0")/.."

recorded=benches/instructions.txt
allowed=3

built=$(cargo bench --no-run --bench instructions 2>&1) || { printf '%s\n' "$built" >&2; exit 2; }
program=$(sed -n 's/.*Executable.*(\(.*\))$/\1/p' <<< "$built")

count() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$@" 2>&1 >/dev/null |
    sed -n 's/.*Collected : \([0-9]*\)$/\1/p'
}

indexing=$(count --only indexing)
querying=$(($(count) - indexing))

if [ "${1:-}" = --renew ]; then
  printf 'indexing %s\nquerying %s\n' "$indexing" "$querying" > "$recorded"
  cat "$recorded"
  exit
fi

failed=0
compare() {
  local was
  was=$(sed -n "s/^$1 //p" "$recorded")
  printf '%s: %s instructions, %s recorded\n' "$1" "$2" "$was"
  if [ "$2" -gt $((was + was * allowed / 100)) ]; then
    echo "$1 takes more than $allowed % more instructions than recorded; find the cause, or run benches/instructions.sh --renew" >&2
    failed=1
  fi
}
compare indexing "$indexing"
compare querying "$querying"
exit "$failed"
