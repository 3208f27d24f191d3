/** Draws points and lines with WebGL. */

const pointShader = `
attribute vec3 position;
attribute vec3 color;
uniform mat4 matrix;
uniform float size;
varying vec3 shade;
void main() {
  gl_Position = matrix * vec4(position, 1.0);
  gl_PointSize = size;
  shade = color;
}`;
const colorShader = `
precision mediump float;
varying vec3 shade;
void main() { gl_FragColor = vec4(shade, 1.0); }`;

export type Color = readonly [number, number, number];

export interface Scene {
  readonly matrix: Float32Array;
  /** In pixels of the canvas. */
  readonly pointSize: number;
  /** 0–1 */
  readonly background: Color;
}

/** Line segments: two ends of three numbers each, and a colour for each end. */
export interface Lines {
  readonly positions: Float32Array;
  readonly colors: Uint8Array;
}

/** A canvas with points and lines on it. */
export class PointRenderer {
  private readonly gl: WebGLRenderingContext;
  private readonly program: WebGLProgram;
  private readonly buffers: Record<'points' | 'pointColors' | 'lines' | 'lineColors', WebGLBuffer>;
  private count = 0;
  private lineEnds = 0;

  /** @throws Error where the browser has no WebGL */
  constructor(canvas: HTMLCanvasElement) {
    const gl = canvas.getContext('webgl', { antialias: true, alpha: false });
    if (!gl) throw new Error('This window has no WebGL, which drawing points needs.');
    this.gl = gl;
    this.program = this.link();
    const buffer = () => gl.createBuffer() as WebGLBuffer;
    this.buffers = { points: buffer(), pointColors: buffer(), lines: buffer(), lineColors: buffer() };
    gl.useProgram(this.program);
    gl.enable(gl.DEPTH_TEST);
    // The axes lie on edges of the box, and are drawn after it.
    gl.depthFunc(gl.LEQUAL);
  }

  setPoints(positions: Float32Array): void {
    this.count = positions.length / 3;
    this.fill(this.buffers.points, positions);
  }

  /** Red, green, blue of each point. */
  setColors(colors: Uint8Array): void {
    this.fill(this.buffers.pointColors, colors);
  }

  setLines({ positions, colors }: Lines): void {
    this.lineEnds = positions.length / 3;
    this.fill(this.buffers.lines, positions);
    this.fill(this.buffers.lineColors, colors);
  }

  draw({ matrix, pointSize, background }: Scene): void {
    const { gl, program, buffers } = this;
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.clearColor(...background, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.uniformMatrix4fv(gl.getUniformLocation(program, 'matrix'), false, matrix);
    gl.uniform1f(gl.getUniformLocation(program, 'size'), pointSize);
    this.bind(buffers.points, buffers.pointColors);
    gl.drawArrays(gl.POINTS, 0, this.count);
    this.bind(buffers.lines, buffers.lineColors);
    gl.drawArrays(gl.LINES, 0, this.lineEnds);
  }

  /** Gives the graphics memory back. */
  dispose(): void {
    for (const buffer of Object.values(this.buffers)) this.gl.deleteBuffer(buffer);
    this.gl.deleteProgram(this.program);
  }

  private fill(buffer: WebGLBuffer, data: Float32Array | Uint8Array): void {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
  }

  private bind(positions: WebGLBuffer, colors: WebGLBuffer): void {
    const { gl, program } = this;
    const position = gl.getAttribLocation(program, 'position');
    gl.bindBuffer(gl.ARRAY_BUFFER, positions);
    gl.enableVertexAttribArray(position);
    gl.vertexAttribPointer(position, 3, gl.FLOAT, false, 0, 0);
    const color = gl.getAttribLocation(program, 'color');
    gl.bindBuffer(gl.ARRAY_BUFFER, colors);
    gl.enableVertexAttribArray(color);
    gl.vertexAttribPointer(color, 3, gl.UNSIGNED_BYTE, true, 0, 0);
  }

  private link(): WebGLProgram {
    const { gl } = this;
    const program = gl.createProgram() as WebGLProgram;
    for (const [type, source] of [
      [gl.VERTEX_SHADER, pointShader],
      [gl.FRAGMENT_SHADER, colorShader],
    ] as const) {
      const shader = gl.createShader(type) as WebGLShader;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS))
      throw new Error(`The points cannot be drawn: ${gl.getProgramInfoLog(program) ?? 'no reason given'}`);
    return program;
  }
}
