/** Cuts a byte stream into MQTT control packets (MQTT 3.1.1, 2.2: type byte, remaining length in at most four bytes, body). */
export class MqttPackets {
  private rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Buffer[] {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const packets: Buffer[] = [];
    for (let length = lengthOf(this.rest); length !== null; length = lengthOf(this.rest)) {
      packets.push(this.rest.subarray(0, length));
      this.rest = this.rest.subarray(length);
    }
    return packets;
  }
}

/** Bytes of the first packet, or null while they are not all there. */
function lengthOf(bytes: Buffer): number | null {
  let value = 0;
  for (let at = 1; at <= 4; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 128 ** (at - 1);
    if (byte < 0x80) return bytes.length >= at + 1 + value ? at + 1 + value : null;
  }
  throw new RangeError('no MQTT: a remaining length of more than four bytes');
}

const PUBLISH = 3;

/** The topic of a PUBLISH packet; null for every other packet. */
export function publishTopic(packet: Buffer): string | null {
  if ((packet[0] ?? 0) >> 4 !== PUBLISH) return null;
  let at = 1;
  while ((packet[at] ?? 0) >= 0x80) at += 1;
  const length = packet.readUInt16BE(at + 1);
  return packet.toString('utf8', at + 3, at + 3 + length);
}
