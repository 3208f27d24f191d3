/** Sounds and recordings of motion. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMotion } from '../../../../src/inference/process/media/motion';
import { readWav } from '../../../../src/inference/process/media/wav';
import { mediaView } from '../../../../src/inference/process/media/views';
import { GroundnoteError } from '../../../../src/protocol/errors';
import { binaryRows, bytesOf, wavOf } from '../../../support/mediaFiles';

describe('.wav', () => {
  const read = (bytes: Uint8Array<ArrayBuffer>, most?: number) => readWav({ name: 'bell.wav', bytes }, most);
  const samples = (bytes: Uint8Array<ArrayBuffer>) => read(bytes).channels.map((channel) => [...channel]);

  it.each([
    ['8 bits', wavOf({ bits: 8 }, bytesOf([0, 128, 192])), [-1, 0, 0.5]],
    ['16 bits', wavOf({ bits: 16 }, bytesOf(Int16Array.from([-32_768, 0, 16_384]))), [-1, 0, 0.5]],
    ['24 bits', wavOf({ bits: 24 }, bytesOf([0, 0, 0x80, 0, 0, 0, 0, 0, 0x40])), [-1, 0, 0.5]],
    ['32 bits', wavOf({ bits: 32 }, bytesOf(Int32Array.from([-(2 ** 31), 0, 2 ** 30]))), [-1, 0, 0.5]],
    ['floats', wavOf({ encoding: 3, bits: 32 }, bytesOf(Float32Array.from([-1, NaN, 0.5]))), [-1, 0, 0.5]],
    ['long floats', wavOf({ encoding: 3, bits: 64 }, bytesOf(Float64Array.from([-1, 0, 0.5]))), [-1, 0, 0.5]],
  ])('reads %s', (_what, bytes, expected) => expect(samples(bytes)).toEqual([expected]));

  it('parts the channels, and reads a stream that ends where the file does', () => {
    const data = bytesOf(Int16Array.from([16_384, -16_384, 0, 32_767]));
    expect(samples(wavOf({ channels: 2 }, data, 0xffffffff))[0]).toEqual([0.5, 0]);
    expect(read(wavOf({ channels: 2, rate: 44_100 }, data))).toMatchObject({
      sampleRate: 44_100,
      frames: 2,
      format: 'WAVE, 16-bit PCM',
    });
  });
  it('reads the extensible form, and skips other chunks', () => {
    const plain = wavOf({}, bytesOf(Int16Array.from([16_384])));
    const format = bytesOf(
      binaryRows(
        [[0xfffe, 1, 8000, 16_000, 2, 16, 22, 16, 0, 1]],
        ['u2', 'u2', 'u4', 'u4', 'u2', 'u2', 'u2', 'u2', 'u4', 'u2'],
      ),
      new Uint8Array(14),
    );
    const bytes = bytesOf(
      plain.slice(0, 12),
      'LIST',
      binaryRows([[3]], ['u4']),
      'abc\0',
      'fmt ',
      binaryRows([[40]], ['u4']),
      format,
      plain.slice(36),
    );
    expect(samples(bytes)).toEqual([[0.5]]);
  });
  it('keeps the first part of what is too long, and says how long it was', () => {
    const sound = read(wavOf({}, new Uint8Array(200)), 10);
    expect([sound.frames, sound.channels[0]!.length]).toEqual([100, 10]);
  });
  it.each([
    ['garbage', bytesOf('this is no sound at all'), /no WAVE sound/],
    ['half of it', wavOf({}, new Uint8Array(8), 800), /incomplete/],
    ['no sound', wavOf({}, new Uint8Array(0)), /no sound in it/],
    ['a header alone', wavOf({}, new Uint8Array(8)).slice(0, 36), /ends before its sound/],
    ['MP3', wavOf({ encoding: 85 }, new Uint8Array(8)), /encoded as MP3/],
    ['12 bits', wavOf({ bits: 12 }, new Uint8Array(8)), /header that is not valid/],
    ['no channels', wavOf({ channels: 0 }, new Uint8Array(8)), /header that is not valid/],
    ['RF64', bytesOf('RF64', wavOf({}, new Uint8Array(8)).slice(4)), /RF64/],
  ])('refuses %s', (_what, bytes, message) => expect(() => read(bytes)).toThrow(message));
  it('garbage never does more than fail with a reason', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.uint8Array({ maxLength: 8 }), (at, noise) => {
        const bytes = wavOf({ channels: 2 }, new Uint8Array(40));
        noise.forEach((byte, i) => (bytes[(at + i) % bytes.length] = byte));
        try {
          read(bytes);
        } catch (error) {
          if (!(error instanceof GroundnoteError)) throw error;
        }
      }),
    );
  });
  it('a view is exact to 16 bits, and loud floats are scaled', () => {
    const view = mediaView(read(wavOf({ encoding: 3, bits: 32 }, bytesOf(Float32Array.from([2, -1])))));
    expect(view).toMatchObject({ scale: 2, channels: 1, samples: Int16Array.from([32_767, -16_383]) });
  });
});

describe('.csv of motion', () => {
  const read = (text: string | Uint8Array<ArrayBuffer>) =>
    readMotion({ name: 'walk.csv', bytes: typeof text === 'string' ? new TextEncoder().encode(text) : text });
  const names = (text: string) =>
    read(text)
      .traces.map(({ name }) => name)
      .join(' ');
  const all = 'ax ay az gx gy gz';
  const rows = (separator: string, count: number) =>
    [1, 2, 3].map((row) => Array.from({ length: count }, (_, i) => row + i / 10).join(separator)).join('\n');

  it.each([
    'time,ax,ay,az,gx,gy,gz',
    'Timestamp (ms),Acc X (m/s^2),Acc Y (m/s^2),Acc Z (m/s^2),Gyro X (deg/s),Gyro Y (deg/s),Gyro Z (deg/s)',
    '#timestamp [ns],a_RS_S_x [m s^-2],a_RS_S_y [m s^-2],a_RS_S_z [m s^-2],w_RS_S_x [rad s^-1],w_RS_S_y [rad s^-1],w_RS_S_z [rad s^-1]',
    'seconds_elapsed,accX,accY,accZ,gyroX,gyroY,gyroZ',
    '"t","acceleration_x","acceleration_y","acceleration_z","angular_velocity_x","angular_velocity_y","angular_velocity_z"',
    'time,x_acc,y_acc,z_acc,x_gyro,y_gyro,z_gyro',
  ])('knows the columns of %s', (header) => expect(names(`${header}\n${rows(',', 7)}\n`)).toBe(all));

  it.each([
    [',', 'time,ax,ay,az'],
    [';', 'time;ax;ay;az'],
    ['\t', 'time\tax\tay\taz'],
    [' ', 'time ax ay az'],
  ])('takes “%s” as the delimiter', (separator, header) =>
    expect(names(`${header}\r\n${rows(separator, 4)}\r\n`)).toBe('ax ay az'),
  );

  it('reads decimal commas between semicolons', () => {
    const motion = read('time;ax;ay;az\n0,00;1,5;2;3\n0,01;-1,5;2;3\n');
    expect([...motion.traces[0]!.values]).toEqual([1.5, -1.5]);
    expect([...motion.time]).toEqual([0, 0.01]);
  });
  it('gives SI units: by the header, else by what is usual', () => {
    const said = read(
      't_ms,ax (g),ay (g),az (g),gx [°/s],gy [°/s],gz [°/s]\n0,0,0,1,180,0,0\n10,0,0,1,0,0,0\n',
    );
    expect(said.time[1]).toBeCloseTo(0.01);
    expect(said.traces[2]!.values[0]).toBeCloseTo(9.80665, 4);
    expect(said.traces[3]!.values[0]).toBeCloseTo(Math.PI, 4);
    const usual = read('time,ax,ay,az,gx,gy,gz\n1000,0,0,1,200,0,0\n1020,0,0,1,0,0,0\n');
    expect(usual.time[1]).toBeCloseTo(0.02);
    expect(usual.timeNote).toMatch(/ms/);
    expect(usual.traces[2]!.values[0]).toBeCloseTo(9.80665, 4);
    expect(usual.traces[3]!.values[0]).toBeCloseTo(3.49, 2);
    expect(usual.traces.map(({ unit }) => unit)).toEqual(['m/s²', 'm/s²', 'm/s²', 'rad/s', 'rad/s', 'rad/s']);
  });
  it('takes times of the calendar, empty cells, and files without times or names', () => {
    const dated = read('timestamp,ax,ay,az\n2026-03-01 10:00:00.00,1,2,3\n2026-03-01 10:00:00.50,,2,3\n');
    expect(dated.time[1]).toBeCloseTo(0.5);
    expect(dated.traces[0]!.values[1]).toBeNaN();
    expect(read('ax,ay,az\n1,2,3\n1,2,3\n')).toMatchObject({
      timeNote: expect.stringContaining('100 rows') as string,
    });
    expect(names(rows(',', 6))).toBe(all);
    expect(read(rows(' ', 7)).format).toMatch(/without names/);
  });
  it.each([
    [
      'other columns',
      'date,price\n1,2\n3,4\n',
      /no columns of acceleration: its columns are “date”, “price”/,
    ],
    ['a number of columns that says nothing', '1,2,3\n4,5,6\n', /3 columns without names/],
    [
      'words for numbers',
      'time,ax,ay,az\n0,1,2,3\n1,x,2,3\n',
      /“x” where a number of ax should be \(line 3\)/,
    ],
    ['a time that goes back', 'time,ax,ay,az\n5,1,2,3\n4,1,2,3\n', /goes back in time \(line 3\)/],
    [
      'a time that is none',
      'time,ax,ay,az\nsoon,1,2,3\n4,1,2,3\n',
      /“soon” where a time should be \(line 2\)/,
    ],
    ['one row', 'time,ax,ay,az\n0,1,2,3\n', /fewer than two rows/],
    ['nothing', '\n\n', /no rows/],
    ['a table of other things', bytesOf([1, 2, 0, 3]), /no table of text/],
  ])('refuses %s', (_what, text, message) => expect(() => read(text)).toThrow(message));
});
