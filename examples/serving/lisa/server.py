"""
Answers questions about pictures with words and masks, over the Open Inference Protocol in the form that docs/servers.md calls whole
tasks: `image` and `text` in; `text`, `masks` and `scores` out, where the n-th [SEG] in the text stands for the n-th mask.
"""

import argparse
import hmac
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import numpy as np
import torch
from model import Lisa, QuestionTooLong
from open_inference import JSON_LENGTH, ProtocolError, read_question, write_answer

MOST_BYTES = 64_000_000
INPUTS = [("image", "UINT8", [-1, -1, 3]), ("text", "BYTES", [1]), ("task", "BYTES", [1]), ("history", "BYTES", [-1])]
OUTPUTS = [("text", "BYTES", [1]), ("masks", "UINT8", [-1, -1, -1]), ("scores", "FP32", [-1]), ("refused", "BOOL", [1])]


class Service:
    """The model, asked by one at a time; a few more may wait."""

    def __init__(self, lisa: Lisa, name: str, waiting: int, max_new_tokens: int):
        self.lisa, self.name, self.max_new_tokens = lisa, name, max_new_tokens
        self.places = threading.BoundedSemaphore(waiting + 1)
        self.turn = threading.Lock()

    def metadata(self) -> dict:
        described = lambda tensors: [{"name": n, "datatype": d, "shape": s} for n, d, s in tensors]  # noqa: E731
        return {"name": self.name, "platform": "pytorch", "inputs": described(INPUTS), "outputs": described(OUTPUTS)}

    def infer(self, body: bytes, json_length: str | None) -> tuple[bytes, dict[str, str]]:
        question = read_question(body, json_length)
        if not self.places.acquire(blocking=False):
            raise ProtocolError("Too many questions wait already: ask again later.", 503)
        try:
            with self.turn:
                outputs = self.outputs(question.tensors)
        finally:
            self.places.release()
        return write_answer(self.name, question, outputs)

    def outputs(self, tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        image = tensors.get("image")
        if image is None or image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
            raise ProtocolError('"image" must be UINT8 [height, width, 3].')
        task = words(tensors, "task") or "ask"
        asked = words(tensors, "text").strip()
        if task == "ground":
            asked = as_question(asked)
        elif task == "describe":
            asked = "Can you describe this image?"
        elif task != "ask" or not asked:
            return refusal(image, "This model answers questions, and finds what a phrase names; it takes no points and boxes.")
        past = [each.decode() if isinstance(each, bytes) else each for each in tensors.get("history", np.empty(0)).ravel()]
        try:
            answer = self.lisa.answer(image, asked, list(zip(past[::2], past[1::2])), self.max_new_tokens)
        except QuestionTooLong as error:
            raise ProtocolError(str(error)) from error
        except torch.OutOfMemoryError as error:
            raise ProtocolError("The GPU has no memory left for this question.", 503) from error
        return {"text": text(answer.text), "masks": answer.masks, "scores": answer.scores, "refused": np.array([False])}


def words(tensors: dict[str, np.ndarray], name: str) -> str:
    if name not in tensors or tensors[name].size == 0:
        return ""
    first = tensors[name].ravel()[0]
    try:
        return first.decode() if isinstance(first, bytes) else str(first)
    except UnicodeDecodeError as error:
        raise ProtocolError(f'"{name}" is not UTF-8.') from error


def text(said: str) -> np.ndarray:
    return np.array([said], object)


def refusal(image: np.ndarray, why: str) -> dict[str, np.ndarray]:
    none = np.zeros((0, *image.shape[:2]), np.uint8)
    return {"text": text(why), "masks": none, "scores": np.zeros(0, np.float32), "refused": np.array([True])}


def as_question(phrase: str) -> str:
    """A phrase in the words that LISA's models were trained on."""
    if phrase.endswith(("?", ".")):
        return f"{phrase} Please output segmentation mask."
    return f"What is {phrase} in this image? Please output segmentation mask."


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 120
    service: Service
    token: str | None = None

    def do_GET(self) -> None:
        self.reply(self.get)

    def do_POST(self) -> None:
        self.reply(self.post)

    def get(self) -> tuple[bytes, dict[str, str]]:
        name = self.service.name
        # Whether it lives may be asked by all: what looks after containers has no token.
        if self.place != "/v2/health/live":
            self.let_in()
        answers = {
            "/v2": {"name": "groundnote-lisa", "version": "1", "extensions": ["binary_tensor_data"]},
            "/v2/health/live": {"live": True},
            "/v2/health/ready": {"ready": True},
            f"/v2/models/{name}": self.service.metadata(),
            f"/v2/models/{name}/ready": {"name": name, "ready": True},
        }
        if self.place not in answers:
            raise ProtocolError(f'There is nothing at {self.place}; the model is "{name}".', 404)
        return json.dumps(answers[self.place]).encode(), {"Content-Type": "application/json"}

    def post(self) -> tuple[bytes, dict[str, str]]:
        length = int(self.headers.get("Content-Length") or -1)
        if not 0 <= length <= MOST_BYTES:
            # The body is not read, so nothing more can come over this connection.
            self.close_connection = True
            raise ProtocolError(f"A question has a Content-Length, and at most {MOST_BYTES} bytes.", 413)
        body = self.rfile.read(length)
        self.let_in()
        if self.place != f"/v2/models/{self.service.name}/infer":
            raise ProtocolError(f'There is nothing at {self.place}; the model is "{self.service.name}".', 404)
        return self.service.infer(body, self.headers.get(JSON_LENGTH))

    def let_in(self) -> None:
        given = (self.headers.get("Authorization") or "").encode()
        if self.token and not hmac.compare_digest(given, f"Bearer {self.token}".encode()):
            raise ProtocolError("An access token is needed.", 401)

    @property
    def place(self) -> str:
        return unquote(self.path.split("?")[0]).rstrip("/")

    def reply(self, work) -> None:
        status = 200
        try:
            body, headers = work()
        except Exception as error:
            known = isinstance(error, ProtocolError)
            if not known:
                self.log_error("%r", error)
            status = error.status if known else 500
            message = str(error) if known else f"The model failed: {type(error).__name__}."
            body, headers = json.dumps({"error": message}).encode(), {"Content-Type": "application/json"}
            if status == 503:
                headers["Retry-After"] = "1"
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--checkpoint", help="a folder: a published LISA checkpoint, or what checkpoints.save has written")
    which.add_argument("--tiny", action="store_true", help="random weights, to try the server")
    parser.add_argument("--vision-tower", help="with a published checkpoint: the CLIP model that it names, as a folder or an id")
    parser.add_argument("--name", default="lisa", help="the model's name in the protocol")
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0: all interfaces")
    parser.add_argument("--port", type=int, default=8000, help="0: any that is free")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--dtype", choices=["float32", "bfloat16", "float16"], help="bfloat16 on a GPU, else float32")
    parser.add_argument("--threads", type=int, default=0, help="of PyTorch on the CPU; 0: as it likes")
    parser.add_argument("--waiting", type=int, default=8, help="questions that may wait for their turn")
    parser.add_argument("--max-new-tokens", type=int, default=256)
    given = parser.parse_args()
    if given.threads:
        torch.set_num_threads(given.threads)
    if given.tiny:
        from tiny import tiny_lisa

        lisa = tiny_lisa()
    else:
        from checkpoints import load

        lisa = load(given.checkpoint, given.vision_tower)
    dtype = getattr(torch, given.dtype or ("float32" if given.device == "cpu" else "bfloat16"))
    Handler.service = Service(lisa.to(given.device, dtype), given.name, given.waiting, given.max_new_tokens)
    Handler.token = os.environ.get("LISA_TOKEN")
    server = Server((given.host, given.port), Handler)
    print(f"http://{given.host}:{server.server_address[1]}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
