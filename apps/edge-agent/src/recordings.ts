import type { DeviceFrame, DeviceOrder, RecordedTranscript, ReplayResult, ReplayWay } from '#lib/contracts';
import {
  checkConfig,
  type PlayedStep,
  parseTranscript,
  playOverLink,
  playToCodec,
  type RecordedLine,
  recordedTranscript,
  showBytes,
} from '#lib/device-kit';
import type { Attachment } from './attachment.js';
import type { DriverShelf } from './driver-shelf.js';

const LINES_MAX = 5_000;

/** A part of a device's ring as a transcript of the kit. Throws a sentence where none can be made. */
export function recordTranscript(
  attachment: Attachment,
  range: { from: number; to: number; title: string },
): RecordedTranscript {
  const { driver, setup, ring, linkLabel, device } = attachment;
  if (!driver || !setup) throw new Error(attachment.current.reason ?? 'the device is out of service');
  if (driver.links.some((link) => link.startsWith('modbus'))) {
    throw new Error(
      'a Modbus device is polled: its ring holds what was read, not the questions, and makes no transcript',
    );
  }
  const frames = ring
    .after(range.from - 1, LINES_MAX)
    .filter(({ n }) => n <= range.to)
    .flatMap((frame) => lineOf(frame) ?? []);
  if (!frames.some(({ kind }) => kind === 'in')) {
    throw new Error('the device said nothing in this time: use it while you record');
  }
  const config = checkConfig<Record<string, unknown>>(driver.configSchema, setup.config);
  const { yaml, steps, remarks } = recordedTranscript(driver, frames, {
    title: range.title,
    source: `recorded from ${device} over ${linkLabel}, driver ${driver.id} ${driver.version}`,
    config: config.ok ? config.config : setup.config,
    input: driver.links.includes('mqtt') ? 'message' : 'bytes',
  });
  return { yaml, steps, remarks, file: `${slug(range.title)}.yaml` };
}

/** Plays a transcript to a driver. What it reads is answered and goes nowhere else. */
export async function replayTranscript(
  shelf: DriverShelf,
  id: string,
  play: { yaml: string; through: ReplayWay },
): Promise<ReplayResult> {
  const { driver } = await shelf.load(id);
  const transcript = parseTranscript('transcript', play.yaml);
  const sinceMs = performance.now();
  const steps =
    play.through === 'link' ? await playOverLink(driver, transcript) : playToCodec(driver, transcript);
  return {
    driver: driver.id,
    version: driver.version,
    through: play.through,
    tookMs: Math.round(performance.now() - sinceMs),
    steps: steps.map(stepView),
  };
}

function stepView({ input, got, wrong }: PlayedStep): ReplayResult['steps'][number] {
  return {
    input,
    readings: got.readings.map(({ kind, data }) => ({ kind, data })),
    writes: [showBytes(got.writes), ...got.published.map((each) => JSON.stringify(each))]
      .filter(Boolean)
      .join(' '),
    outcome: got.outcome,
    state: got.state,
    wrong,
  };
}

function lineOf({ at, direction, hex }: DeviceFrame): RecordedLine | null {
  const bytes = Buffer.from(hex, 'hex');
  const atMs = Date.parse(at);
  if (direction === 'in' || direction === 'out') return { atMs, kind: direction, bytes };
  if (direction === 'command')
    return { atMs, kind: 'command', order: JSON.parse(bytes.toString()) as DeviceOrder };
  const text = bytes.toString();
  if (text === 'link open') return { atMs, kind: 'opened' };
  return text.startsWith('link closed') ? { atMs, kind: 'closed' } : null;
}

function slug(title: string): string {
  const word = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return word.slice(0, 60) || 'recorded';
}
