/**
 * Follows the framing of an MQTT 3.1.1 byte stream (section 2.2: one byte, then the remaining length in 1 to 4 bytes of 7
 * bits) without keeping anything, so that an oversized packet is refused at its header and not after it has been
 * collected in memory.
 */
export class PacketMeter {
  private state: 'type' | 'length' | 'body' = 'type';
  private length = 0;
  private shift = 0;
  private skip = 0;

  constructor(private readonly maxBytes: number) {}

  /** Takes the next bytes; false when a packet is larger than allowed or its length is malformed. */
  accepts(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.state === 'body') {
        const step = Math.min(this.skip, chunk.length - at);
        this.skip -= step;
        at += step;
        if (this.skip === 0) this.state = 'type';
      } else if (!this.header(chunk[at++] ?? 0)) {
        return false;
      }
    }
    return true;
  }

  private header(byte: number): boolean {
    if (this.state === 'type') {
      this.state = 'length';
      this.length = 0;
      this.shift = 0;
      return true;
    }
    this.length += (byte & 0x7f) * 2 ** this.shift;
    this.shift += 7;
    if (byte & 0x80) return this.shift < 28;
    this.skip = this.length;
    this.state = this.skip === 0 ? 'type' : 'body';
    return this.length <= this.maxBytes;
  }
}
