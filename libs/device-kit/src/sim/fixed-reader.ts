import { toBytes, toText } from '../bytes.js';
import { delimited, lineEnds } from '../framers.js';
import type { Exercise, SimulatedDevice } from './simulator.js';
import type { Wire } from './wire.js';

/** The verbs of a simulated fixed-mount reader, whatever it speaks. */
export interface SimulatedReader extends SimulatedDevice {
  /** A parcel with these codes breaks the photo-eye: one record. */
  parcel(...codes: string[]): void;
  /** What stands before the reader when it is triggered by command. */
  present(...codes: string[]): void;
  /** Fault: the photo-eye pulses, and no record is sent. */
  pulseWithoutRecord(): void;
  /** Fault: the last record is sent once more. */
  repeat(): void;
  /** Fault: answers nothing any more (true), and answers again (false). */
  silence(silent: boolean): void;
  raw(bytes: Uint8Array): void;
}

export const READER_VERBS = ['parcel', 'present', 'pulseWithoutRecord', 'repeat', 'silence'];

/** What differs from make to make. */
export interface ReaderVoice {
  /** The answer to a command that is none of the triggers; null: nothing. */
  answer(command: string): string | null;
  /** `look`: read once; `hold`: read until released; `release`; null: another command. */
  triggerOf(command: string): 'look' | 'hold' | 'release' | null;
  record(trigger: number, codes: readonly string[]): string;
}

const LINES = delimited({ ends: lineEnds('crlf'), maxBytes: 256 });

/** A reader behind a wire. */
export function readerOn(wire: Wire, voice: ReaderVoice): SimulatedReader {
  let trigger = 0;
  let before: string[] = [];
  let held = false;
  let silent = false;
  let last = '';
  let framing = LINES.empty;
  const say = (text: string) => {
    if (!silent) wire.send(Uint8Array.of(...new TextEncoder().encode(text)));
  };
  const record = (codes: readonly string[]) => {
    held = false;
    last = voice.record(++trigger, codes);
    say(last);
  };
  const obey = (command: string) => {
    const asked = voice.triggerOf(command);
    if (asked === 'look' || (asked === 'hold' && before.length > 0)) return record(before);
    if (asked === 'hold') {
      held = true;
      return;
    }
    // Released with nothing seen: that is a no-read. Without a trigger before it, nothing.
    if (asked === 'release' && held) return record([]);
    const answer = voice.answer(command);
    if (answer !== null) say(answer);
  };
  wire.onReceive((bytes) => {
    const framed = LINES.push(framing, bytes);
    framing = framed.state;
    for (const frame of framed.frames) obey(toText(frame));
  });
  return {
    linkConfig: wire.linkConfig,
    parcel: (...codes) => record(codes),
    present(...codes) {
      before = codes;
    },
    pulseWithoutRecord() {
      trigger++;
    },
    repeat: () => say(last),
    silence(on) {
      silent = on;
    },
    raw: (bytes) => wire.send(bytes),
    close: () => wire.close(),
  };
}

/** What every fixed-mount reader must do together with its simulator. */
export const readerExercises: Exercise<SimulatedReader>[] = [
  {
    title: 'parcels with one code, several, and none',
    act(reader) {
      reader.parcel(']C100106141412345678908');
      reader.parcel('T-000123', ']E05901234123457');
      reader.parcel();
    },
    expect: ['scan.record', 'scan.record', 'scan.record'],
  },
  {
    title: 'triggered from here: a code, then nothing',
    async act(reader, command) {
      reader.present('T-000123');
      const first = await command({ op: 'trigger', args: {} });
      reader.present();
      const second = await command({ op: 'trigger', args: {} });
      if (first.outcome !== 'done' || second.outcome !== 'done')
        throw new Error(`triggers: ${first.outcome}, ${second.outcome}`);
    },
    expect: ['scan.record', 'scan.record'],
  },
  {
    title: 'a trigger without a record',
    async act(reader, command) {
      reader.silence(true);
      const { outcome } = await command({ op: 'trigger', args: {} });
      reader.silence(false);
      if (outcome !== 'failed') throw new Error(`a trigger without a record was ${outcome}`);
      reader.raw(toBytes('\r\n'));
    },
    expect: ['device.fault'],
  },
];
