import type { DeviceFrame } from '#lib/contracts';

export type FrameKind = DeviceFrame['direction'];

interface Line {
  n: number;
  atMs: number;
  kind: FrameKind;
  bytes: Uint8Array;
  decoded: string;
}

interface Segment {
  buffer: Buffer;
  used: number;
  firstN: number;
  count: number;
}

const KINDS: readonly FrameKind[] = ['in', 'out', 'command', 'note'];
/** time (8), kind (1), length of the bytes (2), length of what they mean (2) */
const HEAD_BYTES = 13;
const SEGMENT_BYTES = 64 * 1024;
/** A longer frame is cut: a label's picture is for the printer, its beginning tells a person which one it was. */
const FRAME_BYTES_MAX = 4 * 1024;
const DECODED_MAX = 1_000;

/**
 * The last lines of one device, always on. Lines are packed into segments of 64 KiB, and whole segments are let go, so that twenty
 * devices that talk without pause stay within their bound: 10,000 lines or 1 MiB each, whichever is reached first.
 */
export class FrameRing {
  private readonly segments: Segment[] = [];
  /** The newest line, still open: what it means is known only after the driver has read it. */
  private last: Line | null = null;
  private counter = 0;

  constructor(
    private readonly linesMax = 10_000,
    private readonly bytesMax = 1024 * 1024,
  ) {}

  get newest(): number {
    return this.counter;
  }

  /** 0 while the ring is empty. */
  get oldest(): number {
    const first = this.segments[0]?.firstN ?? this.last?.n ?? 0;
    return Math.max(first, this.counter - this.linesMax + 1, Math.min(this.counter, 1));
  }

  /** Memory that the ring holds, bytes. */
  get heldBytes(): number {
    return this.segments.length * SEGMENT_BYTES;
  }

  add(kind: FrameKind, bytes: Uint8Array, atMs: number): void {
    if (this.last) this.pack(this.last);
    this.counter += 1;
    // A copy: a serial port may use its buffer again.
    const kept = Uint8Array.from(bytes.subarray(0, FRAME_BYTES_MAX));
    this.last = { n: this.counter, atMs, kind, bytes: kept, decoded: '' };
  }

  /** Says what the newest line meant; several readings of one line stand behind each other. */
  decode(text: string): void {
    if (!this.last) return;
    this.last.decoded = `${this.last.decoded ? `${this.last.decoded}; ` : ''}${text}`.slice(0, DECODED_MAX);
  }

  /** At most `limit` lines after number `n`, oldest first. */
  after(n: number, limit: number): DeviceFrame[] {
    const found: DeviceFrame[] = [];
    for (const line of this.lines(Math.max(n + 1, this.oldest))) {
      if (found.length >= limit) break;
      found.push(frameOf(line));
    }
    return found;
  }

  /** The newest `limit` lines before number `n`, oldest first. */
  before(n: number, limit: number): DeviceFrame[] {
    const from = Math.max(this.oldest, Math.min(n, this.counter + 1) - limit);
    return this.after(from - 1, Math.max(0, Math.min(n, this.counter + 1) - from));
  }

  private *lines(from: number): Generator<Line> {
    for (const segment of this.segments) {
      if (segment.firstN + segment.count <= from) continue;
      yield* unpack(segment, from);
    }
    if (this.last && this.last.n >= from) yield this.last;
  }

  private pack(line: Line): void {
    const decoded = Buffer.from(line.decoded);
    const size = HEAD_BYTES + line.bytes.length + decoded.length;
    const { buffer, used } = this.roomFor(size, line.n);
    let at = buffer.writeDoubleLE(line.atMs, used);
    at = buffer.writeUInt8(KINDS.indexOf(line.kind), at);
    at = buffer.writeUInt16LE(line.bytes.length, at);
    at = buffer.writeUInt16LE(decoded.length, at);
    buffer.set(line.bytes, at);
    buffer.set(decoded, at + line.bytes.length);
  }

  private roomFor(size: number, n: number): { buffer: Buffer; used: number } {
    let segment = this.segments.at(-1);
    if (!segment || segment.used + size > SEGMENT_BYTES) {
      segment = { buffer: Buffer.allocUnsafeSlow(SEGMENT_BYTES), used: 0, firstN: n, count: 0 };
      this.segments.push(segment);
      this.letGo();
    }
    const { buffer, used } = segment;
    segment.used += size;
    segment.count += 1;
    return { buffer, used };
  }

  private letGo(): void {
    const second = () => this.segments[1];
    while (
      this.segments.length * SEGMENT_BYTES > this.bytesMax ||
      (second() && this.counter - second()!.firstN >= this.linesMax)
    ) {
      this.segments.shift();
    }
  }
}

function* unpack({ buffer, used, firstN }: Segment, from: number): Generator<Line> {
  let at = 0;
  for (let n = firstN; at < used; n += 1) {
    const bytesAt = at + HEAD_BYTES;
    const decodedAt = bytesAt + buffer.readUInt16LE(at + 9);
    const end = decodedAt + buffer.readUInt16LE(at + 11);
    if (n >= from) {
      yield {
        n,
        atMs: buffer.readDoubleLE(at),
        kind: KINDS[buffer.readUInt8(at + 8)]!,
        bytes: buffer.subarray(bytesAt, decodedAt),
        decoded: buffer.toString('utf8', decodedAt, end),
      };
    }
    at = end;
  }
}

function frameOf({ n, atMs, kind, bytes, decoded }: Line): DeviceFrame {
  return {
    n,
    at: new Date(atMs).toISOString(),
    direction: kind,
    hex: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex'),
    ...(decoded ? { decoded } : {}),
  };
}
