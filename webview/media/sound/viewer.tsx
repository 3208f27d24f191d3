/** A sound as its wave and its frequencies over time; it can be played, in parts too. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import * as z from 'zod';
import type { AudioView } from '../../../src/protocol/media';
import { colorIndex, colorMapNames, colorTable } from '../colorMaps';
import { Button, Select } from '../controls';
import { beginPlot, themeColor, useFrame, useKept, useSize, useTheme } from '../hooks';
import { clock, short, ticks } from '../numbers';
import { drawCursor, drawSelection, drawTimeAxis, drawTrace } from '../timePlot';
import { timelineHelp, useTimeline } from '../timeline';
import { Player } from './player';
import { quietest, spectrogramOf } from './spectrum';

const sizes = ['256', '1024', '4096'] as const;
const optionsSchema = z.object({ map: z.enum(colorMapNames), size: z.enum(sizes) });

const left = 46;
const axisHeight = 22;
/** Columns of the spectrogram that are worked out; more are drawn by stretching. */
const mostColumns = 700;
/** Share of the height that the waves take. */
const waveShare = 0.38;

export function SoundViewer({ view }: { view: AudioView }) {
  const { samples, channels, sampleRate, scale } = view;
  const kept = samples.length / channels;
  const duration = kept / sampleRate;
  const [options, setOptions] = useKept('sound', optionsSchema, { map: 'turbo', size: '1024' });
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(stage);
  const theme = useTheme();
  const [playing, setPlaying] = useState(false);
  const player = useMemo(() => new Player(view, () => setPlaying(false)), [view]);
  useEffect(() => () => player.dispose(), [player]);

  const toggle = () => {
    if (player.problem !== undefined) return;
    if (player.isPlaying) {
      timeline.setCursor(player.time);
      player.stop();
      setPlaying(false);
      return;
    }
    const { selection, cursor } = timeline;
    player.play(selection ?? { from: cursor >= duration - 0.01 ? 0 : cursor, to: duration });
    setPlaying(true);
  };
  const plot = { left, right: size.width - 8, bottom: size.height - axisHeight };
  const timeline = useTimeline(duration, plot, {
    shortest: 64 / sampleRate,
    onKey: (key) => {
      if (key === ' ') toggle();
      return key === ' ';
    },
  });
  const { span, selection, hover } = timeline;
  const waves = plot.bottom * waveShare;
  const spectrum = { top: waves + 6, height: Math.max(1, plot.bottom - waves - 6) };

  const columns = Math.max(1, Math.min(mostColumns, Math.round((plot.right - left) / 2)));
  const picture = useMemo(() => {
    if (size.width < 1) return undefined;
    const mono = (frame: number) => {
      if (frame < 0 || frame >= kept) return 0;
      let sum = 0;
      for (let channel = 0; channel < channels; channel++)
        sum += samples[frame * channels + channel] as number;
      return ((sum / channels) * scale) / 32_767;
    };
    const { rows, decibels } = spectrogramOf(
      mono,
      span.from * sampleRate,
      span.to * sampleRate,
      columns,
      Number(options.size),
    );
    const table = colorTable(options.map);
    const image = new ImageData(columns, rows);
    image.data.fill(255);
    for (let column = 0; column < columns; column++)
      for (let row = 0; row < rows; row++) {
        const from = colorIndex(1 - (decibels[column * rows + row] as number) / quietest);
        const to = ((rows - 1 - row) * columns + column) * 4;
        image.data[to] = table[from] as number;
        image.data[to + 1] = table[from + 1] as number;
        image.data[to + 2] = table[from + 2] as number;
      }
    const out = document.createElement('canvas');
    out.width = columns;
    out.height = rows;
    out.getContext('2d')?.putImageData(image, 0, 0);
    return out;
  }, [view, span.from, span.to, columns, options.size, options.map]);

  const redraw = useFrame(() => {
    const context = beginPlot(canvas.current, size);
    if (!context) return;
    context.font = `11px ${themeColor('sans-serif', 'font-family')}`;
    const first = Math.max(0, Math.floor(span.from * sampleRate) - 1);
    const last = Math.min(kept - 1, Math.ceil(span.to * sampleRate) + 1);
    const lane = waves / channels;
    for (let channel = 0; channel < channels; channel++) {
      const middle = lane * (channel + 0.5);
      context.strokeStyle = themeColor('#8886', 'panel-border', 'contrastBorder');
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(left, middle);
      context.lineTo(plot.right, middle);
      context.stroke();
      context.save();
      context.beginPath();
      context.rect(left, 0, plot.right - left, waves);
      context.clip();
      context.strokeStyle = themeColor('#4af', 'textLink-foreground');
      drawTrace(
        context,
        (frame) => samples[frame * channels + channel] as number,
        [first, last],
        (frame) => timeline.x(frame / sampleRate),
        (value) => middle - (value / 32_767) * (lane / 2 - 2),
      );
      context.restore();
      context.fillStyle = themeColor('#888', 'descriptionForeground');
      context.textBaseline = 'middle';
      context.fillText(
        channels === 2
          ? (['left', 'right'][channel] as string)
          : channels === 1
            ? `±${short(scale)}`
            : `${channel + 1}`,
        4,
        middle,
      );
    }
    if (picture) context.drawImage(picture, left, spectrum.top, plot.right - left, spectrum.height);
    context.fillStyle = themeColor('#888', 'descriptionForeground');
    context.textBaseline = 'middle';
    for (const frequency of ticks(0, sampleRate / 2, spectrum.height / 40)) {
      const y = spectrum.top + (1 - frequency / (sampleRate / 2)) * spectrum.height;
      const text = frequency >= 1000 ? `${frequency / 1000} kHz` : `${frequency} Hz`;
      context.fillText(text, 4, Math.min(plot.bottom - 6, Math.max(spectrum.top + 6, y)));
    }
    drawTimeAxis(context, timeline, plot);
    drawSelection(context, timeline, plot);
    drawCursor(context, { ...timeline, cursor: player.isPlaying ? player.time : timeline.cursor }, plot);
    document.body.dataset['drawn'] = String(Number(document.body.dataset['drawn'] ?? 0) + 1);
    if (player.isPlaying) redraw();
  });
  useEffect(redraw, [
    picture,
    span.from,
    span.to,
    selection,
    timeline.cursor,
    size.width,
    size.height,
    theme,
    playing,
  ]);

  const facts = [
    clock(view.frames / sampleRate),
    `${sampleRate} samples a second`,
    channels === 1 ? 'mono' : channels === 2 ? 'stereo' : `${channels} channels`,
    ...(kept < view.frames ? [`the first ${clock(duration)} is shown`] : []),
  ].join(', ');
  const frequency =
    hover && hover.y >= spectrum.top && hover.y <= plot.bottom
      ? (1 - (hover.y - spectrum.top) / spectrum.height) * (sampleRate / 2)
      : undefined;
  const pointed =
    hover &&
    `${clock(hover.time, 3)}${frequency === undefined ? '' : `  ${short(Math.round(frequency))} Hz`}`;
  const selected =
    selection &&
    `selected ${clock(selection.from, 3)} – ${clock(selection.to, 3)} (${short(selection.to - selection.from)} s)`;
  return (
    <>
      <div class="bar" role="group" aria-label="Playing and drawing">
        <Button
          label={playing ? 'Pause' : selection ? 'Play Selection' : 'Play'}
          keys="Space"
          primary
          disabled={player.problem !== undefined}
          onClick={toggle}
        />
        <Button
          label="Zoom to Selection"
          disabled={!selection}
          onClick={() => selection && timeline.show(selection)}
        />
        <Button label="Show All" keys="Home" onClick={() => timeline.show({ from: 0, to: duration })} />
        <Select
          label="Detail"
          value={options.size}
          options={[
            ['256', 'In time'],
            ['1024', 'Even'],
            ['4096', 'In frequency'],
          ]}
          onChange={(next) => setOptions({ ...options, size: next })}
        />
        <Select
          label="Colours"
          value={options.map}
          options={[
            ['turbo', 'Turbo'],
            ['grey', 'Grey'],
          ]}
          onChange={(map) => setOptions({ ...options, map })}
        />
      </div>
      <div class="stage" ref={stage}>
        <canvas
          ref={canvas}
          tabIndex={0}
          role="application"
          aria-label={`Wave and spectrogram, ${facts}`}
          aria-describedby="keys"
          data-span={`${span.from.toFixed(3)} ${span.to.toFixed(3)}`}
          data-selection={selection ? `${selection.from.toFixed(3)} ${selection.to.toFixed(3)}` : ''}
          {...timeline.handlers}
        />
        <span id="keys" class="hidden-text">
          Space plays and pauses. {timelineHelp}
        </span>
      </div>
      <div class="status" role="status">
        {[player.problem, pointed, selected].filter(Boolean).join(';  ') || facts}
      </div>
    </>
  );
}
