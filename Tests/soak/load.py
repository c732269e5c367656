"""Clients in processes of their own, so that they do not hold up the one that measures."""

import multiprocessing
import random
import threading
import time

from harness.waiting import wait_until
from soak.client import RIGHT, Client
from soak.functions import SOURCES, is_right

BREATH_SECONDS = 0.01  # between two requests: load, not a benchmark
PAUSE_SECONDS = 0.05  # after a failure


class Load:
    """Invokes until it is stopped; can be paused, after which nothing is under way."""

    def __init__(self, port, credentials, clients, seed):
        context = multiprocessing.get_context("fork")
        self._running, self._busy = context.Event(), context.Array("b", clients)
        self._right, self._wrong = context.Array("L", clients), context.Array("L", clients)
        self._queue, self._heard, self._reported = context.SimpleQueue(), [], 0
        self._processes = [
            context.Process(target=self._work, args=(number, port, credentials, seed), daemon=True)
            for number in range(clients)
        ]
        for process in self._processes:
            process.start()
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def process_ids(self):
        return [process.pid for process in self._processes]

    @property
    def right(self):
        """Answers that were right, so far."""
        return sum(self._right)

    def resume(self):
        self._running.set()

    def pause(self):
        """Returns once every answer is in: all that were not right since the last pause."""
        self._running.clear()
        wait_until(lambda: not any(self._busy), 30, what="the last answer")
        wait_until(lambda: len(self._heard) == sum(self._wrong), what="the last report of a client")
        bad, self._reported = self._heard[self._reported :], len(self._heard)
        return bad

    def stop(self):
        for process in self._processes:
            process.terminate()
            process.join()

    def _listen(self):
        """Always, because a pipe that nobody reads would hold the clients up."""
        while True:
            self._heard.append(self._queue.get())

    def _work(self, number, port, credentials, seed):
        choice, client, count = random.Random(f"{seed}-{number}"), Client(port, credentials), 0
        while True:
            self._busy[number] = 1
            if not self._running.is_set():
                client.close()
                self._busy[number] = 0
                self._running.wait()
                continue
            count += 1
            name, value = choice.choice(sorted(SOURCES)), number << 32 | count
            outcome = client.invoke(name, {"n": value}, is_right(name, value))
            if outcome.kind == RIGHT:
                self._right[number] += 1
            else:
                self._wrong[number] += 1
                self._queue.put(outcome)
            time.sleep(BREATH_SECONDS if outcome.kind == RIGHT else PAUSE_SECONDS)
