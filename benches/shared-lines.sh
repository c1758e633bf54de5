#!/usr/bin/env bash
# Counts the shared cache lines that a thousand calls write, from a trace of all stores, and prints the table of
# PERFORMANCE.md. Needs valgrind.
#
# A line is shared if calls of two threads write it. Each such write takes the line from the other core, so the numbers
# say how many threads can call at the same time, whatever the machine.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --quiet --release -p breaker-benches --bin lines
program=${CARGO_TARGET_DIR:-target}/release/lines
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# count CASE: prints the number for one case.
count() {
    {
        valgrind --tool=lackey --trace-mem=yes --log-fd=9 "$program" "$1" 9>&1 >&8 | grep '^ [SM]' >"$folder/stores"
    } 8>"$folder/marks"
    awk '
        # The first file has the addresses of the marks; the other one has lines such as " S 04a5f0c0,8".
        FNR == NR { mark[$1] = FNR; next }
        { split($2, parts, ","); address = parts[1] }
        address in mark {
            thread = mark[address] < 3 ? mark[address] : 0
            calls += thread > 0
            next
        }
        thread {
            # 64 bytes are a quarter of what the last two digits count.
            at = length(address) - 1
            quarter = int((index("0123456789abcdef", substr(address, at, 1)) - 1) / 4)
            line = substr(address, 1, at - 1) "/" quarter
            if (last[thread, line] != calls) { last[thread, line] = calls; writes[thread, line]++; seen[line] }
        }
        END {
            for (line in seen)
                if ((1, line) in writes && (2, line) in writes) shared += writes[1, line] + writes[2, line]
            if (calls != 2000) { print "the trace has " calls " calls" > "/dev/stderr"; exit 1 }
            printf "%.0f\n", shared / calls * 1000
        }' "$folder/marks" "$folder/stores"
}

echo '| case | shared lines written per 1,000 calls |'
echo '|---|--:|'
for case in $("$program"); do
    echo "| $case | $(count "$case") |"
done
