"""Puts pybreaker and interlock through the scenarios, with a redis-server each. Prints Markdown.

usage: python main.py [LIBRARY [SCENARIO …]]
"""

import importlib.metadata
import logging
import sys

from scenarios import SCENARIOS, dead_prober
from server import Server

PACKAGES = {"pybreaker": "pybreaker", "interlock": "interlock-cb"}


def main():
    logging.disable(logging.CRITICAL)  # pybreaker logs each error with its traceback
    libraries = sys.argv[1:2] or list(PACKAGES)
    chosen = sys.argv[2:] or [*SCENARIOS, "dead-prober-calm"]
    for library in libraries:
        versions = [f"{package} {importlib.metadata.version(package)}" for package in (PACKAGES[library], "redis")]
        print(f"## {', '.join(versions)}\n", flush=True)
        for scenario in chosen:
            server = Server()
            try:
                if scenario == "dead-prober-calm":
                    lines = dead_prober(library, server, seconds=30, traffic=False)
                else:
                    lines = SCENARIOS[scenario](library, server)
            except Exception as error:
                lines = [f"failed: {type(error).__name__}: {error}"]
            finally:
                server.end()
            print(f"{scenario}\n" + "".join(f"- {line}\n" for line in lines), flush=True)


main()
