"""Makes one call of each kind with Python's tritonclient and prints, as JSON
lines, all that a user can see of the answer. Run against a server and against a
gateway in front of it, the output must be the same."""
import json
import queue
import sys

import numpy as np
import tritonclient.grpc as grpc
from tritonclient.utils import InferenceServerException

MIB = 1 << 20


def show(name, call):
    try:
        got = call()
    except InferenceServerException as e:
        got = {"status": str(e.status()), "message": e.message()}
    print(json.dumps([name, got], sort_keys=True, default=str), flush=True)


def tensors(names, values, datatype="FP32"):
    out = []
    for name, value in zip(names, values):
        t = grpc.InferInput(name, list(value.shape), datatype)
        t.set_data_from_numpy(value)
        out.append(t)
    return out


def outputs(result, names):
    return {n: result.as_numpy(n).tolist() for n in names}


def main(url):
    client = grpc.InferenceServerClient(url)
    row = np.array([[1, 2, 3, 4]], np.float32)
    two = ["INPUT0", "INPUT1"]

    def add_sub(**options):
        r = client.infer("add_sub", tensors(two, [row, row + 1]), **options)
        return [outputs(r, ["OUTPUT0", "OUTPUT1"]), r.get_response().model_name, r.get_response().model_version, r.get_response().id]

    show("ready", lambda: [client.is_server_live(), client.is_server_ready(), client.is_model_ready("add_sub")])
    show("infer", lambda: add_sub(request_id="job 7"))
    show("infer with a version", lambda: add_sub(model_version="1"))
    show("infer with a wrong version", lambda: add_sub(model_version="9"))
    show("infer with gzip", lambda: add_sub(compression_algorithm="gzip"))
    show("infer with deflate", lambda: add_sub(compression_algorithm="deflate"))
    show("infer with headers", lambda: add_sub(headers={"x-job": "7"}))
    show("tau_id", lambda: outputs(client.infer("tau_id", tensors(two, [row, row])), ["OUTPUT0", "OUTPUT1"]))
    show("ensemble", lambda: outputs(client.infer("chain", tensors(["A", "B"], [row, row])), ["OUT"]))
    show("flaky", lambda: outputs(client.infer("flaky", tensors(["X"], [np.array([4], np.float32)])), ["Y"]))
    show("failing model", lambda: outputs(client.infer("flaky", tensors(["X"], [np.array([-1], np.float32)])), ["Y"]))
    show("unknown model", lambda: client.infer("nomodel", tensors(["X"], [np.array([1], np.float32)])))
    show("wrong input", lambda: client.infer("add_sub", tensors(["WRONG", "INPUT1"], [row, row])))
    show("wrong shape", lambda: client.infer("add_sub", tensors(two, [row[:, :2], row[:, :2]])))
    show("missing input", lambda: client.infer("add_sub", tensors(["INPUT0"], [row])))
    show("metadata", lambda: client.get_server_metadata(as_json=True))
    show("model metadata", lambda: client.get_model_metadata("add_sub", as_json=True))
    show("metadata of an unknown model", lambda: client.get_model_metadata("nomodel", as_json=True))
    show("config", lambda: client.get_model_config("chain", as_json=True))
    show("index", lambda: sorted(map(str, client.get_model_repository_index(as_json=True)["models"])))
    show("statistics", lambda: sorted(s["name"] + s["version"] for s in client.get_inference_statistics(as_json=True)["model_stats"]))
    show("statistics of an unknown model", lambda: client.get_inference_statistics("nomodel", as_json=True))
    show("load", lambda: client.load_model("add_sub"))
    show("trace settings", lambda: client.get_trace_settings(as_json=True))
    slow = tensors(["X"], [np.array([-2], np.float32)])  # two seconds
    show("deadline", lambda: client.infer("copy", slow, client_timeout=0.5))
    big = np.ones((64 * MIB // 4,), np.float32)
    show("64 MiB", lambda: float(client.infer("copy", tensors(["X"], [big])).as_numpy("Y").sum()))

    def stream(requests):
        got = queue.Queue()
        client.start_stream(lambda result, error: got.put((result, error)))
        for model, inputs, id in requests:
            client.async_stream_infer(model, inputs, request_id=id)
        seen = []
        for _ in requests:
            result, error = got.get(timeout=30)
            seen.append(str(error) if error else [result.get_response().id, result.get_response().model_name,
                        [result.as_numpy(o.name).tolist() for o in result.get_response().outputs]])
        client.stop_stream()
        return sorted(map(str, seen))

    x = lambda v: tensors(["X"], [np.array([v], np.float32)])
    show("stream", lambda: stream([("add_sub", tensors(two, [row * i, row]), str(i)) for i in range(50)]))
    show("stream with failures", lambda: stream([("flaky", x(4), "1"), ("flaky", x(-1), "2"), ("nomodel", x(1), "3"), ("flaky", x(9), "4")]))
    client.close()


main(sys.argv[1])
