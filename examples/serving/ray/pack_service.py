"""Serves the graphs of a pack over the Open Inference Protocol with Ray Serve: each replica has all graphs, named as their files."""

import asyncio
from pathlib import Path

import onnxruntime as ort
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from open_inference import JSON_LENGTH, ProtocolError, read_question, write_answer
from pydantic import BaseModel
from ray import serve

DATATYPES = {"tensor(float)": "FP32", "tensor(int64)": "INT64", "tensor(int32)": "INT32", "tensor(uint8)": "UINT8", "tensor(bool)": "BOOL"}
api = FastAPI()


@api.exception_handler(ProtocolError)
def say(_: Request, error: ProtocolError) -> JSONResponse:
    return JSONResponse({"error": str(error)}, error.status)


@serve.deployment
@serve.ingress(api)
class PackService:
    def __init__(self, pack: str, threads: int, slowed_s: float):
        self.slowed_s = slowed_s
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        providers = [name for name in ort.get_available_providers() if name != "TensorrtExecutionProvider"]
        self.graphs = {file.stem: ort.InferenceSession(file, options, providers) for file in sorted(Path(pack).rglob("*.onnx"))}
        if not self.graphs:
            raise ValueError(f"There are no .onnx files in {pack}.")

    @api.get("/v2")
    def server(self):
        return {"name": "groundnote-ray", "version": "1", "extensions": ["binary_tensor_data"]}

    # A replica that answers has its graphs.
    @api.get("/v2/health/live")
    def live(self):
        return {"live": True}

    @api.get("/v2/health/ready")
    def ready(self):
        return {"ready": True}

    @api.get("/v2/models/{name}")
    def model(self, name: str):
        graph = self.graph(name)
        return {
            "name": name,
            "platform": "onnxruntime_onnx",
            "inputs": [described(tensor) for tensor in graph.get_inputs()],
            "outputs": [described(tensor) for tensor in graph.get_outputs()],
        }

    @api.get("/v2/models/{name}/ready")
    def model_ready(self, name: str):
        self.graph(name)
        return {"name": name, "ready": True}

    @api.post("/v2/models/{name}/infer")
    async def infer(self, name: str, request: Request) -> Response:
        graph = self.graph(name)
        question = read_question(await request.body(), request.headers.get(JSON_LENGTH))
        names = question.wanted or [tensor.name for tensor in graph.get_outputs()]
        try:
            arrays = await asyncio.to_thread(graph.run, names, question.tensors)
            await asyncio.sleep(self.slowed_s)
        except Exception as error:  # ONNX Runtime's errors about names, shapes and types have no common class.
            raise ProtocolError(str(error)) from error
        body, headers = write_answer(name, question, dict(zip(names, arrays)))
        return Response(body, headers=headers)

    def graph(self, name: str) -> ort.InferenceSession:
        if name not in self.graphs:
            raise ProtocolError(f'There is no model "{name}"; there are {", ".join(self.graphs)}.', 404)
        return self.graphs[name]


def described(tensor) -> dict:
    shape = [side if isinstance(side, int) else -1 for side in tensor.shape]
    return {"name": tensor.name, "datatype": DATATYPES[tensor.type], "shape": shape}


class Arguments(BaseModel):
    """What a configuration gives as `args`."""

    # The pack's folder, the same on every machine.
    pack: str
    # Of each graph; 0: all cores of the machine.
    threads: int = 1
    # Seconds that each question takes longer: shows how replicas share the work where they share the cores.
    slowed_s: float = 0


def build(arguments: Arguments) -> serve.Application:
    return PackService.bind(arguments.pack, arguments.threads, arguments.slowed_s)
