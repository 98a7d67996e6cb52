"""Makes each call with Python's tritonclient twice, to a server and to the gateway
in front of it, and prints both answers as a JSON line: [name, direct, through].
What a user sees is compared: results, statuses, messages."""
import json
import queue
import sys

import numpy as np
import tritonclient.grpc as grpc
from tritonclient.utils import InferenceServerException


def tensors(names, *values):
    out = []
    for name, value in zip(names, values):
        value = np.asarray(value, np.float32)
        t = grpc.InferInput(name, list(value.shape), "FP32")
        t.set_data_from_numpy(value)
        out.append(t)
    return out


def shown(result):
    answer = result.get_response()
    return [answer.model_name, answer.model_version, answer.id, [[o.name, result.as_numpy(o.name).tolist()] for o in answer.outputs]]


def attempt(call, client):
    try:
        return call(client)
    except InferenceServerException as e:
        return {"status": str(e.status()), "message": e.message()}


def stream(client, requests):
    got = queue.Queue()
    client.start_stream(lambda result, error: got.put((result, error)))
    for id, (model, inputs) in enumerate(requests):
        client.async_stream_infer(model, inputs, request_id=str(id))
    seen = []
    for _ in requests:
        result, error = got.get(timeout=30)
        seen.append({"message": error.message()} if error else shown(result))
    client.stop_stream()
    return sorted(seen, key=str)


ROW = [[1, 2, 3, 4]]
TWO = ["INPUT0", "INPUT1"]
CALLS = [
    ("infer", lambda c: shown(c.infer("add_sub", tensors(TWO, ROW, ROW), request_id="job 7"))),
    ("infer an ensemble", lambda c: shown(c.infer("chain", tensors(["A", "B"], ROW, ROW)))),
    ("unknown model", lambda c: shown(c.infer("nomodel", tensors(["X"], [1])))),
    ("unknown version", lambda c: shown(c.infer("add_sub", tensors(TWO, ROW, ROW), model_version="9"))),
    ("wrong input", lambda c: shown(c.infer("add_sub", tensors(["WRONG", "INPUT1"], ROW, ROW)))),
    ("wrong shape", lambda c: shown(c.infer("add_sub", tensors(TWO, [[1, 2]], [[1, 2]])))),
    ("failing model", lambda c: shown(c.infer("flaky", tensors(["X"], [-1])))),
    ("stream", lambda c: stream(c, [("add_sub", tensors(TWO, np.asarray(ROW) * i, ROW)) for i in range(20)])),
    ("stream with failures", lambda c: stream(c, [("flaky", tensors(["X"], [x])) for x in (4, -1, 9)] + [("nomodel", tensors(["X"], [1]))])),
    ("ready", lambda c: [c.is_server_live(), c.is_server_ready(), c.is_model_ready("chain"), c.is_model_ready("nomodel")]),
    ("metadata", lambda c: [c.get_server_metadata(as_json=True), c.get_model_metadata("add_sub", as_json=True), c.get_model_config("chain", as_json=True)]),
    ("repository index", lambda c: sorted(map(str, c.get_model_repository_index(as_json=True)["models"]))),
    # Last: nothing is counted between the two.
    ("statistics", lambda c: c.get_inference_statistics(as_json=True)),
    ("statistics of a model", lambda c: c.get_inference_statistics("flaky", as_json=True)),
    ("statistics of an unknown model", lambda c: c.get_inference_statistics("nomodel", as_json=True)),
]

server, gateway = (grpc.InferenceServerClient(url) for url in sys.argv[1:])
for name, call in CALLS:
    print(json.dumps([name, attempt(call, server), attempt(call, gateway)], sort_keys=True), flush=True)
