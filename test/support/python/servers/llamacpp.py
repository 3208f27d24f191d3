"""llama.cpp's server on the loopback: llamacpp.py PORT FOLDER CONTEXT, with model.gguf and mmproj.gguf of the folder."""

import signal
import sys

import xllamacpp

if __name__ == "__main__":
    port, folder, context = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    params = xllamacpp.CommonParams()
    params.model.path = f"{folder}/model.gguf"
    if len(sys.argv) < 5:
        params.mmproj.path = f"{folder}/mmproj.gguf"
    params.model_alias = {"tiny"}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx = context
    params.n_parallel = 1
    params.cpuparams.n_threads = 1
    params.warmup = False
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    signal.pause()
