"""What the exports of the embedded packs share: weights in half precision, and one config.json that several write into."""
import json

import numpy as np
import onnx
from onnx import helper, numpy_helper


def halve(path):
    """Stores large weights of a graph as float16 with a cast in front; ONNX Runtime folds the casts when it loads the graph."""
    model = onnx.load(str(path))
    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT and np.prod(tensor.dims) >= 1024:
            name, weights = tensor.name, numpy_helper.to_array(tensor)
            tensor.CopyFrom(numpy_helper.from_array(weights.astype(np.float16), name + '_half'))
            casts.append(helper.make_node('Cast', [name + '_half'], [name], to=onnx.TensorProto.FLOAT))
    nodes = casts + list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def put_config(folder, key, part):
    """Puts one part into the pack's config.json; the other parts stay."""
    path = folder / 'config.json'
    config = json.loads(path.read_text('utf8')) if path.exists() else {}
    path.write_text(json.dumps({**config, key: part}, indent=2, ensure_ascii=False) + '\n', 'utf8')
