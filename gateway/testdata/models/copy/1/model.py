"""Answers with its input, of any size, after as many seconds as its first number is below zero."""
import time

import triton_python_backend_utils as pb


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(c):
        c.add_input({"name": "X", "data_type": "TYPE_FP32", "dims": [-1]})
        c.add_output({"name": "Y", "data_type": "TYPE_FP32", "dims": [-1]})
        c.set_max_batch_size(0)
        return c

    def execute(self, requests):
        for r in requests:
            time.sleep(max(0, -float(pb.get_input_tensor_by_name(r, "X").as_numpy().flat[0])))
        return [
            pb.InferenceResponse([pb.Tensor("Y", pb.get_input_tensor_by_name(r, "X").as_numpy())]) for r in requests
        ]
