# Takes a tenth of a second without computing: a client on a busy machine then sees
# the latency that the gateway sees, but for a few per cent. Batches are one wait.
import time

import triton_python_backend_utils as pb


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(c):
        c.add_input({"name": "X", "data_type": "TYPE_FP32", "dims": [1]})
        c.add_output({"name": "Y", "data_type": "TYPE_FP32", "dims": [1]})
        c.set_max_batch_size(8)
        c.set_dynamic_batching()
        return c

    def execute(self, requests):
        time.sleep(0.1)
        return [pb.InferenceResponse([pb.Tensor("Y", pb.get_input_tensor_by_name(r, "X").as_numpy())]) for r in requests]
