"""Serves the graphs of a pack over the Open Inference Protocol with KServe: each graph is a model, named as its file."""

import argparse
import asyncio
from pathlib import Path

import onnxruntime as ort
import uvicorn
from kserve import InferOutput, InferRequest, InferResponse, Model, ModelServer, model_server
from kserve.errors import InvalidInput
from kserve.utils.numpy_codec import from_np_dtype
from kserve.utils.utils import generate_uuid

DATATYPES = {"tensor(float)": "FP32", "tensor(int64)": "INT64", "tensor(int32)": "INT32", "tensor(uint8)": "UINT8", "tensor(bool)": "BOOL"}


class Graph(Model):
    def __init__(self, file: Path, threads: int, providers: list[str]):
        super().__init__(file.stem)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = ort.InferenceSession(file, options, providers)
        self.ready = True

    def get_input_types(self):
        return [described(tensor) for tensor in self.session.get_inputs()]

    def get_output_types(self):
        return [described(tensor) for tensor in self.session.get_outputs()]

    async def predict(self, payload: InferRequest, headers=None, response_headers=None) -> InferResponse:
        feeds = {each.name: each.as_numpy() for each in payload.inputs}
        # Which outputs are asked for, and whether as bytes (None: as the whole question says); all, where none is named.
        asked = {each.name: each.binary_data for each in payload.request_outputs or []}
        names = list(asked) or [tensor.name for tensor in self.session.get_outputs()]
        try:
            # Beside the event loop: health is answered while a graph runs.
            arrays = await asyncio.to_thread(self.session.run, names, feeds)
        except Exception as error:  # ONNX Runtime's errors about names, shapes and types have no common class.
            raise InvalidInput(str(error)) from error
        outputs = []
        for name, array in zip(names, arrays):
            output = InferOutput(name, list(array.shape), from_np_dtype(array.dtype))
            binary = asked.get(name)
            output.set_data_from_numpy(array, binary_data=payload.use_binary_outputs if binary is None else binary)
            outputs.append(output)
        return InferResponse(payload.id or generate_uuid(), self.name, outputs)


def described(tensor) -> dict:
    shape = [side if isinstance(side, int) else -1 for side in tensor.shape]
    return {"name": tensor.name, "datatype": DATATYPES[tensor.type], "shape": shape}


def listen_on(host: str) -> None:
    """KServe listens on all interfaces and has no option for it."""

    class Config(uvicorn.Config):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **{**kwargs, "host": host})

    uvicorn.Config = Config


if __name__ == "__main__":
    # KServe's own options, --http_port among them, and ours.
    parser = argparse.ArgumentParser(parents=[model_server.parser])
    parser.add_argument("--pack", type=Path, required=True, help="a folder with ONNX graphs, such as models/groundnote-segment")
    parser.add_argument("--threads", type=int, default=0, help="of each graph; 0: all cores")
    parser.add_argument("--host", help="where to listen; otherwise on all interfaces")
    arguments = parser.parse_args()
    files = sorted(arguments.pack.rglob("*.onnx"))
    if not files:
        raise SystemExit(f"There are no .onnx files in {arguments.pack}.")
    if arguments.host:
        listen_on(arguments.host)
    providers = [name for name in ort.get_available_providers() if name != "TensorrtExecutionProvider"]
    ModelServer(enable_grpc=False).start([Graph(file, arguments.threads, providers) for file in files])
