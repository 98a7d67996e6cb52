"""Takes a known time, as its parameters say, and adds one to what it is given."""
import json
import os
import time

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        value = lambda name: config["parameters"][name]["string_value"]
        self.ms, self.per_row_ms = float(value("ms")), float(value("per_row_ms"))
        self.cold_ms, self.tail_ms = float(value("cold_ms")), float(value("tail_ms"))
        self.jitter, self.per_kilo_ms, self.grow = float(value("jitter")), float(value("per_kilo_ms")), int(value("grow"))
        self.slow_ms, self.slow_by = 0.0, 1.0
        if os.environ.get("HOSTNAME") in value("slow_pod").split(","):
            self.slow_ms, self.slow_by = float(value("slow_ms")), float(value("slow_by"))
        self.slow_from, self.slow_until = float(value("slow_from")), float(value("slow_until"))
        self.slow_share = float(value("slow_share"))
        self.begin = None
        self.busy = value("busy") == "true"
        self.fail_every = int(value("fail_every"))
        self.batched = config["max_batch_size"] > 0
        self.rng = np.random.default_rng(7)
        self.runs = self.seen = 0

    def take(self, seconds):
        if not self.busy:
            if seconds > 0:
                time.sleep(seconds)
            return
        until = time.thread_time() + seconds
        while time.thread_time() < until:
            np.sqrt(np.arange(2000.0))

    def execute(self, requests):
        tensors = [pb_utils.get_input_tensor_by_name(r, "X").as_numpy() for r in requests]
        rows = sum(len(x) for x in tensors) if self.batched else len(tensors)
        ms = self.ms + self.per_row_ms * rows + self.per_kilo_ms * sum(x.size for x in tensors) / 1000
        ms *= self.rng.lognormal(0, self.jitter)
        if self.runs < 3:
            ms += self.cold_ms
        if self.rng.random() < 0.03:
            ms += self.tail_ms
        self.runs += 1
        now = time.monotonic()
        self.begin = self.begin or now
        if self.slow_from <= now - self.begin and (not self.slow_until or now - self.begin < self.slow_until) and self.rng.random() < self.slow_share:
            ms = (ms + self.slow_ms) * self.slow_by
        self.take(ms / 1000)
        return [self.answer(x) for x in tensors]

    def answer(self, x):
        self.seen += 1
        if self.fail_every and self.seen % self.fail_every == 0:
            return pb_utils.InferenceResponse([], pb_utils.TritonError("made to fail"))
        return pb_utils.InferenceResponse([pb_utils.Tensor("Y", np.tile(x[..., :16] + 1, max(1, self.grow)))])
