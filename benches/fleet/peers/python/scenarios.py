"""What the breakers are put through. Each scenario returns a list of sentences."""

import json
import subprocess
import sys
import threading
import time
from collections import Counter

from libraries import make


def well():
    time.sleep(0.005)
    return "ok"


def broken():
    raise ConnectionError("the dependency is down")


class Load:
    """Threads that call through one breaker, with what came of the calls."""

    def __init__(self, breaker, function, threads=5, pause=0.02):
        self.breaker, self.function, self.pause = breaker, function, pause
        self.began, self.calls, self.ended = time.monotonic(), [], threading.Event()
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def run(self):
        while not self.ended.is_set():
            start = time.monotonic()
            try:
                self.breaker.call(self.function)
                result = "ok"
            except self.breaker.rejected:
                result = "rejected"
            except Exception as error:
                result = type(error).__name__
            self.calls.append((start - self.began, time.monotonic() - start, result))
            time.sleep(self.pause)

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join(timeout=60)

    def between(self, first, last):
        """Returns the calls that began between two instants: how many, what came of them, the longest time."""
        calls = [call for call in self.calls if first <= call[0] < last]
        results = ", ".join(f"{count} {result}" for result, count in Counter(c[2] for c in calls).most_common())
        longest = max((call[1] for call in calls), default=0.0)
        return f"{len(calls)} calls began ({results}); the longest took {longest * 1000:.0f} ms"


def parallel(library, server):
    """Five calls of 100 ms at once, from five threads, and then from five processes."""
    breaker = make(library, server.port)

    def call():
        breaker.call(lambda: time.sleep(0.1))

    threads = [threading.Thread(target=call) for _ in range(5)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    together = time.monotonic() - start
    workers = [worker(library, server, "once") for _ in range(5)]
    for process in workers:
        process.stdout.readline()
    start = time.monotonic()
    for process in workers:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in workers:
        process.stdout.readline()
    apart = time.monotonic() - start
    for process in workers:
        process.stdin.close()
        process.wait()
    return [f"five threads of one process: {together * 1000:.0f} ms", f"five processes: {apart * 1000:.0f} ms"]


def paused(library, server):
    """Redis is stopped by SIGSTOP from second 2 to second 10 of a load through a closed circuit."""
    load = Load(make(library, server.port), well)
    time.sleep(2)
    server.pause()
    time.sleep(8)
    server.resume()
    time.sleep(8)
    load.end()
    return [
        f"before: {load.between(0, 1.9)}",
        f"stopped for 8 s: {load.between(1.9, 10)}",
        f"0 to 4 s after it went on: {load.between(10, 14)}",
        f"4 to 8 s after it went on: {load.between(14, 18)}",
    ]


def paused_half_open(library, server):
    """As above for 8 s, but the period of an open circuit is over when Redis stops, and the dependency is well."""
    breaker = make(library, server.port, ttl=300.0)
    for _ in range(3):
        try:
            breaker.call(broken)
        except Exception:
            pass
    time.sleep(4)  # the period of 2 s, and two polls
    state = breaker.state()
    server.pause()
    load = Load(breaker, well)
    time.sleep(8)
    server.resume()
    time.sleep(8)
    load.end()
    return [
        f"the state before: {state}",
        f"stopped for 8 s: {load.between(0, 8)}",
        f"0 to 8 s after it went on: {load.between(8, 16)}; the state is {breaker.state()}",
    ]


def killed(library, server):
    """Redis is killed at second 2, and started again, empty, at second 10."""
    load = Load(make(library, server.port), well)
    time.sleep(2)
    server.kill()
    time.sleep(8)
    server.start()
    time.sleep(8)
    load.end()
    return [
        f"away for 8 s: {load.between(2, 10)}",
        f"0 to 4 s after the start: {load.between(10.2, 14)}",
        f"4 to 8 s after the start: {load.between(14, 18)}",
    ]


def flushed(library, server):
    """FLUSHALL while the circuit is closed, and then while it is open for 20 s."""
    breaker = make(library, server.port, open_for=20.0)
    load = Load(breaker, well)
    time.sleep(2)
    server.client().flushall()
    time.sleep(4)
    load.end()
    lines = [f"closed, 4 s after the flush: {load.between(2, 6)}"]
    for _ in range(3):
        try:
            breaker.call(broken)
        except Exception:
            pass
    time.sleep(1.5)
    lines.append(f"open circuit: the state is {breaker.state()}")
    server.client().flushall()
    load = Load(breaker, well)
    time.sleep(6)
    load.end()
    lines.append(f"open, 0 to 2 s after the flush: {load.between(0, 2)}")
    lines.append(f"open, 2 to 6 s after the flush: {load.between(2, 6)}; the state is {breaker.state()}")
    return lines


def dead_prober(library, server, seconds=60, ttl=10.0, traffic=True):
    """The process whose call probes is killed. The dependency is well; three threads go on to call, or none."""
    breaker = make(library, server.port, ttl=ttl)
    prober = worker(library, server, "probe", ttl=ttl)
    prober.stdout.readline()
    for _ in range(3):
        try:
            breaker.call(broken)
        except Exception:
            pass
    prober.stdin.write("go\n")
    prober.stdin.flush()
    prober.stdout.readline()  # its probe has begun, and never ends
    prober.kill()
    prober.wait()
    lines = [f"the prober is dead; its key in Redis lives for {ttl:.0f} s without a write"]
    if not traffic:
        time.sleep(ttl + 2)
        lines.append(f"after {ttl + 2:.0f} s without a call: {breaker.state()}")
    start = time.monotonic()
    load = Load(breaker, well, threads=3)
    closed = None
    while time.monotonic() - start < seconds:
        time.sleep(0.1)
        if breaker.state() == "closed":
            closed = time.monotonic() - start
            break
    load.end()
    under = "under traffic" if traffic else "after a time without traffic"
    if closed is None:
        lines.append(f"{under}: still {breaker.state()} after {seconds} s; {load.between(0, seconds)}")
    else:
        lines.append(f"{under}: closed after {closed:.1f} s; {load.between(0, seconds)}")
    keys = {key.decode(): server.client().pttl(key) for key in server.client().keys("*")}
    lines.append(f"keys and the rest of their lives in ms: {json.dumps(keys)}")
    return lines


def many_probes(library, server):
    """The circuit is half open; ten processes with one call each come at once. How many reach the dependency?"""
    breaker = make(library, server.port)
    workers = [worker(library, server, "count") for _ in range(10)]
    for process in workers:
        process.stdout.readline()
    for _ in range(3):
        try:
            breaker.call(broken)
        except Exception:
            pass
    time.sleep(3.5)
    for process in workers:
        process.stdin.write("go\n")
        process.stdin.flush()
    results = Counter(process.stdout.readline().strip() for process in workers)
    for process in workers:
        process.kill()
        process.wait()
    return [f"ten processes called once each after the period: {dict(results)}"]


def speed(library, server):
    """Calls per second of an empty function through a closed circuit, and the commands that one call costs."""
    lines = []
    for name in (library, f"{library}-alone"):
        breaker = make(name, server.port, name="speed")
        breaker.call(lambda: None)
        before = sum(server.commands().values())
        start, calls = time.monotonic(), 0
        while time.monotonic() - start < 3:
            breaker.call(lambda: None)
            calls += 1
        rate = calls / (time.monotonic() - start)
        commands = (sum(server.commands().values()) - before) / calls
        lines.append(f"{name}: {rate:,.0f} calls per second, {commands:.4f} commands per call")
    return lines


def idle(library, server):
    """Commands per second of 20 breakers in one process that nobody calls after their first call."""
    breakers = [make(library, server.port, name=f"idle-{number}") for number in range(20)]
    for breaker in breakers:
        breaker.call(lambda: None)
    time.sleep(1)
    before, start = sum(server.commands().values()), time.monotonic()
    time.sleep(10)
    rate = (sum(server.commands().values()) - before) / (time.monotonic() - start)
    return [f"20 breakers: {rate:.1f} commands per second, {threading.active_count()} threads"]


def worker(library, server, role, ttl=300.0):
    return subprocess.Popen(
        [sys.executable, __file__, library, str(server.port), role, str(ttl)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
    )


def work(library, port, role, ttl):
    """A worker process: says that it is ready, waits for a line, calls, says so, and waits for its end."""
    breaker = make(library, port, ttl=ttl)
    if role != "once":
        breaker.call(lambda: None)
        time.sleep(1.5)  # one poll
    print("ready", flush=True)
    sys.stdin.readline()
    if role == "once":
        breaker.call(lambda: time.sleep(0.1))
        print("done", flush=True)
    elif role == "count":
        try:
            breaker.call(lambda: time.sleep(0.5))
            print("reached the dependency", flush=True)
        except breaker.rejected:
            print("rejected", flush=True)
        except Exception as error:
            print(type(error).__name__, flush=True)
    else:
        def hang():
            print("probing", flush=True)
            time.sleep(3600)

        while True:
            try:
                time.sleep(0.05)
                if breaker.state() != "closed":
                    breaker.call(hang)
            except breaker.rejected:
                pass
    sys.stdin.readline()


SCENARIOS = {
    "parallel": parallel,
    "paused": paused,
    "paused-half-open": paused_half_open,
    "killed": killed,
    "flushed": flushed,
    "dead-prober": dead_prober,
    "many-probes": many_probes,
    "speed": speed,
    "idle": idle,
}

if __name__ == "__main__":
    work(sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4]))
