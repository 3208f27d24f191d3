/** Small ONNX files for tests: no model that could run, but all that a reader of their outside wants. */

export interface WrittenTensor {
  name: string;
  /** A number, or a name for a free dimension. */
  shape: readonly (number | string)[];
}

export interface WrittenModel {
  inputs: readonly WrittenTensor[];
  outputs: readonly WrittenTensor[];
  properties?: Readonly<Record<string, string>>;
  /** Weights by name with their bytes, or the name of the file in which they are. */
  weights?: Readonly<Record<string, Uint8Array | string>>;
}

export function writeOnnx({ inputs, outputs, properties = {}, weights = {} }: WrittenModel): Buffer {
  const entry = (key: string, value: string) => Buffer.concat([bytes(1, key), bytes(2, value)]);
  const tensor = ({ name, shape }: WrittenTensor) => {
    const dims = shape.map((dim) => bytes(1, typeof dim === 'number' ? number(1, dim) : bytes(2, dim)));
    const type = bytes(1, Buffer.concat([number(1, 1), bytes(2, Buffer.concat(dims))]));
    return Buffer.concat([bytes(1, name), bytes(2, type)]);
  };
  const graph = Buffer.concat([
    bytes(1, Buffer.concat([bytes(1, 'x'), bytes(4, 'Identity')])),
    bytes(2, 'graph'),
    ...Object.entries(weights).map(([name, held]) =>
      bytes(
        5,
        Buffer.concat([
          number(1, 1),
          number(2, 1),
          bytes(8, name),
          typeof held === 'string'
            ? Buffer.concat([bytes(13, entry('location', held)), number(14, 1)])
            : bytes(9, held),
        ]),
      ),
    ),
    ...inputs.map((each) => bytes(11, tensor(each))),
    ...outputs.map((each) => bytes(12, tensor(each))),
  ]);
  return Buffer.concat([
    number(1, 8),
    bytes(2, 'a test'),
    bytes(7, graph),
    bytes(8, Buffer.concat([bytes(1, ''), number(2, 17)])),
    ...Object.entries(properties).map(([key, value]) => bytes(14, entry(key, value))),
  ]);
}

function varint(value: number): Buffer {
  const out: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...out, left]);
    out.push((left % 128) + 128);
  }
}

const number = (field: number, value: number) => Buffer.concat([varint(field * 8), varint(value)]);

function bytes(field: number, value: string | Uint8Array): Buffer {
  const content = Buffer.from(value);
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
}
