import { concatBytes, type Framer, matched } from '#lib/device-kit';

/**
 * SSI packets (Zebra "Simple Serial Interface Programmer's Guide", chapter "SSI commands", "Packet format"): length (all but the
 * checksum), opcode, source, status, data, and a checksum of two bytes, the high one first: the two's complement of the
 * sum of all bytes before it.
 */
export const OPCODE = {
  requestRevision: 0xa3,
  replyRevision: 0xa4,
  ack: 0xd0,
  nak: 0xd1,
  startSession: 0xe4,
  beep: 0xe6,
  decodeData: 0xf3,
  event: 0xf6,
} as const;

export const SOURCE = { decoder: 0x00, host: 0x04 } as const;

export const STATUS = {
  /** The packet was sent before: its answer got lost. */
  resent: 0x01,
  /** More packets of the same message follow. */
  continues: 0x02,
} as const;

/** Why a packet was refused (CMD_NAK). */
export const NAK_CAUSE: Record<number, string> = {
  1: 'the packet was damaged: the scanner asks for it again',
  2: 'not possible in its present state',
  6: 'the scanner denies it',
};
export const NAK_RESEND = 1;

export interface Packet {
  opcode: number;
  status: number;
  data: Uint8Array;
}

const HEAD = 4;

/** A packet as bytes. At most 251 bytes of data. */
export function encodePacket(source: number, packet: Packet): Uint8Array {
  const body = concatBytes(
    Uint8Array.of(HEAD + packet.data.length, packet.opcode, source, packet.status),
    packet.data,
  );
  const sum = checksum(body);
  return concatBytes(body, Uint8Array.of(sum >> 8, sum & 0xff));
}

/** Whole packets of this source with a right checksum; anything else is dropped byte by byte. */
export function packetFramer(source: number): Framer {
  return matched((data, at) => {
    const length = data[at]!;
    if (length < HEAD) return 'no';
    if (data.length - at >= 3 && data[at + 2] !== source) return 'no';
    if (data.length - at < length + 2) return 'more';
    const sum = checksum(data.subarray(at, at + length));
    return sum === (data[at + length]! << 8) + data[at + length + 1]! ? { take: length + 2 } : 'no';
  }, 257);
}

export function decodePacket(frame: Uint8Array): Packet {
  return { opcode: frame[1]!, status: frame[3]!, data: frame.slice(HEAD, -2) };
}

export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return -sum & 0xffff;
}
