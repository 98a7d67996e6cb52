# As track_fit, one request at a time, and it fails on negative numbers.
import time

import triton_python_backend_utils as pb


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(c):
        c.add_input({"name": "X", "data_type": "TYPE_FP32", "dims": [1]})
        c.add_output({"name": "Y", "data_type": "TYPE_FP32", "dims": [1]})
        c.set_max_batch_size(0)
        return c

    def execute(self, requests):
        answers = []
        for r in requests:
            time.sleep(0.07)
            x = pb.get_input_tensor_by_name(r, "X")
            if x.as_numpy()[0] < 0:
                answers.append(pb.InferenceResponse(error=pb.TritonError("negative input")))
            else:
                answers.append(pb.InferenceResponse([pb.Tensor("Y", x.as_numpy())]))
        return answers
