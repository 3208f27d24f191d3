/** Plays a sound by the browser's own audio. */
import type { AudioView } from '../../../src/protocol/media';
import type { TimeSpan } from '../timeline';

/** Rates that browsers make buffers of. */
const rates = { least: 3000, most: 768_000 };
/** Channels that browsers make buffers of. */
const mostChannels = 32;

export class Player {
  private context: AudioContext | undefined;
  private buffer: AudioBuffer | undefined;
  private source: AudioBufferSourceNode | undefined;
  private started = 0;
  private span: TimeSpan = { from: 0, to: 0 };

  constructor(
    private readonly view: AudioView,
    private readonly onEnd: () => void,
  ) {}

  /** Why it cannot be played; undefined where it can. */
  get problem(): string | undefined {
    const { sampleRate, channels } = this.view;
    if (sampleRate < rates.least || sampleRate > rates.most)
      return `A sound of ${sampleRate} samples a second cannot be played.`;
    return channels > mostChannels ? `A sound of ${channels} channels cannot be played.` : undefined;
  }

  get isPlaying(): boolean {
    return this.source !== undefined;
  }

  /** Seconds of the sound that is heard now. */
  get time(): number {
    if (!this.context) return 0;
    return Math.min(this.span.to, this.span.from + this.context.currentTime - this.started);
  }

  play(span: TimeSpan): void {
    this.stop();
    this.context ??= new AudioContext();
    this.buffer ??= this.fill(this.context);
    const source = this.context.createBufferSource();
    source.buffer = this.buffer;
    source.connect(this.context.destination);
    source.onended = () => {
      if (this.source !== source) return;
      this.source = undefined;
      this.onEnd();
    };
    void this.context.resume();
    this.span = span;
    this.started = this.context.currentTime;
    this.source = source;
    source.start(0, span.from, span.to - span.from);
  }

  stop(): void {
    const { source } = this;
    this.source = undefined;
    source?.stop();
  }

  dispose(): void {
    this.stop();
    void this.context?.close();
  }

  private fill(context: AudioContext): AudioBuffer {
    const { samples, channels, sampleRate, scale } = this.view;
    const frames = samples.length / channels;
    const buffer = context.createBuffer(channels, frames, sampleRate);
    for (let channel = 0; channel < channels; channel++) {
      const data = buffer.getChannelData(channel);
      for (let i = 0; i < frames; i++)
        data[i] = Math.max(-1, Math.min(1, ((samples[i * channels + channel] as number) / 32_767) * scale));
    }
    return buffer;
  }
}
