"""The bodies of the Open Inference Protocol, version 2, over HTTP: tensors in JSON, or as bytes behind it. Needs numpy alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

DTYPES = {
    "BOOL": np.bool_,
    "UINT8": np.uint8,
    "UINT16": np.uint16,
    "UINT32": np.uint32,
    "UINT64": np.uint64,
    "INT8": np.int8,
    "INT16": np.int16,
    "INT32": np.int32,
    "INT64": np.int64,
    "FP16": np.float16,
    "FP32": np.float32,
    "FP64": np.float64,
}
DATATYPES = {np.dtype(dtype): name for name, dtype in DTYPES.items()}
# How many bytes of the body are JSON; the tensors follow in the order in which the JSON names them.
JSON_LENGTH = "Inference-Header-Content-Length"


class ProtocolError(Exception):
    """What is answered with a status and {"error": one sentence}."""

    def __init__(self, message: str, status: int = 400):
        super().__init__(message)
        self.status = status


@dataclass
class Question:
    id: str | None
    # BYTES are arrays of objects, each of type bytes.
    tensors: dict[str, np.ndarray]
    # Names of the outputs that are asked for; empty: all.
    wanted: list[str]
    # Names of the outputs that are to come as bytes; None: all or none of them, as `binary` says.
    binary_names: set[str] | None
    binary: bool

    def is_binary(self, name: str) -> bool:
        return name in self.binary_names if self.binary_names is not None else self.binary


def read_question(body: bytes, json_length: str | None) -> Question:
    """Reads the body of an inference request. `json_length` is the value of the header JSON_LENGTH, if it is there."""
    try:
        length = len(body) if json_length is None else int(json_length)
        if not 0 < length <= len(body):
            raise ProtocolError(f"{JSON_LENGTH} is {length}, and the body has {len(body)} bytes.")
        head = json.loads(body[:length])
        tensors, offset = {}, length
        for tensor in head["inputs"]:
            size = (tensor.get("parameters") or {}).get("binary_data_size")
            if size is None:
                tensors[tensor["name"]] = from_json(tensor)
            else:
                tensors[tensor["name"]] = from_bytes(tensor, body[offset : offset + size], size)
                offset += size
        outputs = head.get("outputs") or []
        asked = {each["name"]: (each.get("parameters") or {}).get("binary_data") for each in outputs}
        binary = bool((head.get("parameters") or {}).get("binary_data_output"))
        chosen = {name for name, value in asked.items() if value or (value is None and binary)}
        return Question(head.get("id"), tensors, list(asked), chosen if asked else None, binary)
    except ProtocolError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProtocolError(f"The question is not in the form of the protocol: {error!r}.") from error


def from_json(tensor: Mapping) -> np.ndarray:
    if tensor["datatype"] == "BYTES":
        flat = [each.encode() if isinstance(each, str) else bytes(each) for each in np.ravel(np.array(tensor["data"], object))]
        return objects(flat).reshape(tensor["shape"])
    return np.array(tensor["data"], dtype_of(tensor)).reshape(tensor["shape"])


def from_bytes(tensor: Mapping, data: bytes, size: int) -> np.ndarray:
    name, shape = tensor["name"], tensor["shape"]
    if len(data) != size:
        raise ProtocolError(f'The bytes of "{name}" break off: {len(data)} of {size} are there.')
    if tensor["datatype"] != "BYTES":
        dtype = np.dtype(dtype_of(tensor)).newbyteorder("<")
        if size != dtype.itemsize * int(np.prod(shape)):
            raise ProtocolError(f'"{name}" has {size} bytes, which is not what {shape} of {tensor["datatype"]} take.')
        return np.frombuffer(data, dtype).reshape(shape)
    # Each with its length before it: four bytes, little end first.
    parts, at = [], 0
    while at + 4 <= size:
        end = at + 4 + int.from_bytes(data[at : at + 4], "little")
        if end > size:
            raise ProtocolError(f'"{name}" names more bytes than it has.')
        parts.append(data[at + 4 : end])
        at = end
    return objects(parts).reshape(shape)


def dtype_of(tensor: Mapping):
    if tensor["datatype"] not in DTYPES:
        raise ProtocolError(f'The datatype "{tensor["datatype"]}" of "{tensor["name"]}" is not known here.')
    return DTYPES[tensor["datatype"]]


def objects(parts: list[bytes]) -> np.ndarray:
    array = np.empty(len(parts), object)
    array[:] = parts
    return array


def write_answer(model: str, question: Question, outputs: Mapping[str, np.ndarray]) -> tuple[bytes, dict[str, str]]:
    """Writes the body of an answer, and the headers that go with it. Arrays of objects hold bytes or str: BYTES."""
    described, tails = [], []
    for name, array in outputs.items():
        if question.wanted and name not in question.wanted:
            continue
        entry = {"name": name, "shape": list(array.shape), "datatype": DATATYPES.get(array.dtype, "BYTES")}
        if question.is_binary(name):
            tail = to_bytes(array)
            entry["parameters"] = {"binary_data_size": len(tail)}
            tails.append(tail)
        else:
            entry["data"] = [each.decode() if isinstance(each, bytes) else each for each in array.ravel().tolist()]
        described.append(entry)
    head = {"model_name": model, "outputs": described, **({"id": question.id} if question.id is not None else {})}
    text = json.dumps(head).encode()
    if not tails:
        return text, {"Content-Type": "application/json"}
    return b"".join([text, *tails]), {"Content-Type": "application/octet-stream", JSON_LENGTH: str(len(text))}


def to_bytes(array: np.ndarray) -> bytes:
    if array.dtype != object:
        return array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
    parts = [each.encode() if isinstance(each, str) else each for each in array.ravel()]
    return b"".join(len(part).to_bytes(4, "little") + part for part in parts)

