"""A redis-server of our own, which the scenarios stop, continue, kill and flush."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import redis


class Server:
    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = tempfile.mkdtemp(prefix="peers-")
        self.process = None
        self.start()

    def start(self):
        program = os.environ.get("REDIS_BIN", "redis-server")
        self.process = subprocess.Popen(
            [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no", "--dir", self.folder],
            stdout=subprocess.DEVNULL,
        )
        client = self.client()
        for _ in range(200):
            try:
                client.ping()
                return
            except redis.RedisError:
                time.sleep(0.02)
        raise RuntimeError("redis-server did not start")

    def client(self):
        """Returns a client of redis-py with its default settings."""
        return redis.Redis(port=self.port)

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def commands(self):
        """Returns how often each command was called, those of the server itself included."""
        return {name: row["calls"] for name, row in self.client().info("commandstats").items()}

    def end(self):
        self.resume()
        self.kill()
        shutil.rmtree(self.folder)
