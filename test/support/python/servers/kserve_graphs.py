"""ONNX graphs behind KServe's own server, on the loopback: kserve_graphs.py PORT NAME=FILE..."""

import sys

import numpy as np
import onnxruntime
import uvicorn
from kserve import InferOutput, InferResponse, Model, ModelServer
from kserve.errors import InvalidInput

DATATYPES = {"tensor(float)": "FP32", "tensor(int64)": "INT64", "tensor(uint8)": "UINT8"}


class Graph(Model):
    def __init__(self, name: str, file: str):
        super().__init__(name)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        self.ready = True

    async def get_input_types(self):
        return [described(value) for value in self.session.get_inputs()]

    async def get_output_types(self):
        return [described(value) for value in self.session.get_outputs()]

    def predict(self, payload, headers=None, response_headers=None):
        feeds = {each.name: each.as_numpy() for each in payload.inputs}
        try:
            results = self.session.run(None, feeds)
        except Exception as error:
            raise InvalidInput(str(error))
        outputs = []
        for value, result in zip(self.session.get_outputs(), results):
            output = InferOutput(value.name, list(result.shape), DATATYPES[value.type])
            wanted = payload.request_outputs or []
            binary = any(each.name == value.name and each.binary_data for each in wanted)
            output.set_data_from_numpy(np.ascontiguousarray(result), binary_data=binary)
            outputs.append(output)
        return InferResponse(payload.id, self.name, outputs)


def described(value):
    shape = [length if isinstance(length, int) else -1 for length in value.shape]
    return {"name": value.name, "datatype": DATATYPES[value.type], "shape": shape}


class LoopbackConfig(uvicorn.Config):
    def __init__(self, *args, **options):
        super().__init__(*args, **{**options, "host": "127.0.0.1"})


if __name__ == "__main__":
    uvicorn.Config = LoopbackConfig
    models = [Graph(*each.split("=", 1)) for each in sys.argv[2:]]
    ModelServer(http_port=int(sys.argv[1]), enable_grpc=False, workers=1).start(models)
