"""The circuit breakers under test, behind one small interface.

`make(library, port, name, failures, open_for)` returns a breaker with `call(function)` and `state()`. `Rejected` are
the errors with which it rejects calls. Clients have the default settings of redis-py, as a newcomer has them.
"""

import redis


class PyBreaker:
    def __init__(self, port, name, failures, open_for, ttl):
        import pybreaker

        self.rejected = pybreaker.CircuitBreakerError
        client = redis.Redis(port=port)
        self.breaker = pybreaker.CircuitBreaker(
            fail_max=failures,
            reset_timeout=open_for,
            state_storage=pybreaker.CircuitRedisStorage("closed", client, namespace=name),
        )

    def call(self, function):
        return self.breaker.call(function)

    def state(self):
        return self.breaker.current_state


class PyBreakerAlone(PyBreaker):
    """Without a store, for the calls per second."""

    def __init__(self, port, name, failures, open_for, ttl):
        import pybreaker

        self.rejected = pybreaker.CircuitBreakerError
        self.breaker = pybreaker.CircuitBreaker(fail_max=failures, reset_timeout=open_for)


class Interlock:
    storage = True

    def __init__(self, port, name, failures, open_for, ttl):
        from interlock import CircuitBreaker, CircuitOpenError, Config
        from interlock.integrations.redis import RedisStorage

        self.rejected = CircuitOpenError
        storage = RedisStorage(redis.Redis(port=port), state_ttl=ttl) if self.storage else None
        self.breaker = CircuitBreaker(
            name=name,
            config=Config(
                minimum_number_of_calls=failures,
                window_size=failures,
                wait_duration_in_open=open_for,
                permitted_calls_in_half_open=1,
            ),
            storage=storage,
        )

    def call(self, function):
        return self.breaker.call_sync(function)

    def state(self):
        return self.breaker.state.value


class InterlockAlone(Interlock):
    storage = False


LIBRARIES = {
    "pybreaker": PyBreaker,
    "pybreaker-alone": PyBreakerAlone,
    "interlock": Interlock,
    "interlock-alone": InterlockAlone,
}


def make(library, port, name="dependency", failures=3, open_for=2.0, ttl=300.0):
    return LIBRARIES[library](port, name, failures, open_for, ttl)
