"""Counts what a threshold and an open period would have done on a file of calls.

It knows nothing of breaker-runtime: it follows the rules R1 to R8 of docs/semantics.md, so that the figures of a report
can be compared with it. It takes about a second for ten thousand calls.

usage: count.py FILE THRESHOLD OPEN_FOR_IN_SECONDS
"""

import csv
import datetime
import gzip
import heapq
import sys

PROBES_AT_ONCE, SUCCESSES_TO_CLOSE = 2, 3


def calls(path):
    """Yields when each call began, how long it took in seconds, and whether it failed."""
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            at = datetime.datetime.fromisoformat(row["at"]).timestamp()
            yield at, 60 * int(row["took"].removesuffix("m")), row["status"] == "503"


class Circuit:
    def __init__(self, threshold, open_for):
        self.threshold, self.open_for, self.probe_timeout = threshold, open_for, max(30, open_for)
        self.state, self.since, self.generation = "closed", 0, 0
        self.row = self.probing = self.successes = 0
        self.figures = dict.fromkeys("openings reopenings time_open rejected_failed rejected_succeeded admitted_failed".split(), 0)
        # When calls end and probes fall due: instant, place, call, generation, whether it failed.
        self.ends, self.started, self.pending = [], 0, set()

    def become(self, state, at):
        if self.state == "open":
            self.figures["time_open"] += at - self.since
        self.state, self.since = state, at
        self.generation += 1
        self.row = self.probing = self.successes = 0

    def look(self, at):
        if self.state == "open" and at >= self.since + self.open_for:
            self.become("half open", self.since + self.open_for)

    def end_until(self, at):
        while self.ends and self.ends[0][0] <= at:
            self.end(*heapq.heappop(self.ends))

    def end(self, at, _, call, generation, failed):
        self.look(at)
        if call not in self.pending:
            return
        self.pending.remove(call)
        if generation != self.generation:
            return
        if self.state == "closed":
            self.row = self.row + 1 if failed else 0
            if self.row >= self.threshold:
                self.figures["openings"] += 1
                self.become("open", at)
        else:
            self.probing -= 1
            self.successes += not failed
            if failed:
                self.figures["reopenings"] += 1
                self.become("open", at)
            elif self.successes == SUCCESSES_TO_CLOSE:
                self.become("closed", at)

    def begin(self, at, took, failed):
        self.end_until(at)
        self.look(at)
        if self.state == "open" or (self.state == "half open" and self.probing >= PROBES_AT_ONCE):
            self.figures["rejected_failed" if failed else "rejected_succeeded"] += 1
            return
        self.figures["admitted_failed"] += failed
        self.started += 1
        self.pending.add(self.started)
        heapq.heappush(self.ends, (at + took, self.started, self.started, self.generation, failed))
        if self.state == "half open":
            self.probing += 1
            due = at + self.probe_timeout
            heapq.heappush(self.ends, (due, self.started - 0.5, self.started, self.generation, True))


def main(path, threshold, open_for):
    circuit, last = Circuit(int(threshold), float(open_for)), 0
    for at, took, failed in calls(path):
        last = max(last, at + took)
        circuit.begin(at, took, failed)
    circuit.end_until(float("inf"))
    circuit.look(last)
    if circuit.state == "open":
        circuit.become("over", last)
    print(circuit.figures)


if __name__ == "__main__":
    main(*sys.argv[1:])
