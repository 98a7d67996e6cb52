"""Identifies a particle by its mass, and refuses a negative one."""
import time

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [self.answer(request) for request in requests]

    def answer(self, request):
        mass = pb_utils.get_input_tensor_by_name(request, "MASS").as_numpy()
        time.sleep(0.004)
        if mass[0] < 0:
            return pb_utils.InferenceResponse(error=pb_utils.TritonError("mass is negative: %g" % mass[0]))
        return pb_utils.InferenceResponse([pb_utils.Tensor("ID", np.sqrt(mass))])
