import { type AddressInfo, createServer, type Socket } from 'node:net';
import { bigEndian, concatBytes } from '../bytes.js';
import { type Framer, matched } from '../framers.js';
import type { Wire } from './wire.js';

/** The registers of a simulated Modbus server. `read` answers null for addresses it does not have. */
export interface RegisterBank {
  read(address: number, count: number): number[] | null;
  /** False refuses (illegal data address). */
  write(address: number, values: number[]): boolean;
  /** The coils (1 or 0), for devices that have some; as above. */
  readCoils?(address: number, count: number): number[] | null;
  writeCoils?(address: number, values: number[]): boolean;
}

export interface ModbusServer {
  readonly linkConfig:
    | { kind: 'modbus-tcp'; host: string; port: number; unitId: number }
    | { kind: 'modbus-rtu'; path: string; baudRate: number; unitId: number };
  /** TCP: resets every connection; the server goes on. RTU: unplugs. */
  cut(): void;
  close(): Promise<void>;
}

const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;
/** Read coils, holding and input registers; write one coil or register, several coils, several registers. */
const FUNCTIONS = [1, 3, 4, 5, 6, 15, 16];
/** These say how many bytes follow. */
const carriesList = (fn: number) => fn === 15 || fn === 16;

/**
 * Serves a bank over Modbus TCP (MODBUS Messaging on TCP/IP V1.0b: 7 bytes of MBAP head, then the PDU), any number of clients.
 */
export async function serveModbusTcp(
  bank: RegisterBank,
  options: { port?: number; host?: string; unitId?: number } = {},
): Promise<ModbusServer> {
  const host = options.host ?? '127.0.0.1';
  const unitId = options.unitId ?? 1;
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    let state = MBAP.empty;
    socket.on('data', (chunk) => {
      const framed = MBAP.push(state, chunk);
      state = framed.state;
      for (const frame of framed.frames) socket.write(answerTcp(bank, frame));
    });
    // The client's reset: `close` follows.
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    linkConfig: { kind: 'modbus-tcp', host, port, unitId },
    cut,
    close: () =>
      new Promise((resolve) => {
        if (!server.listening) return resolve();
        server.close(() => resolve());
        cut();
      }),
  };
}

const MBAP_HEAD = 6;
const MBAP = matched((data, at) => {
  if (data.length - at < MBAP_HEAD) return 'more';
  const length = (data[at + 4]! << 8) + data[at + 5]!;
  const protocol = (data[at + 2]! << 8) + data[at + 3]!;
  return protocol === 0 && length >= 3 && length <= 254 ? { take: MBAP_HEAD + length } : 'no';
}, 260);

function answerTcp(bank: RegisterBank, frame: Uint8Array): Uint8Array {
  const body = answerPdu(bank, frame.subarray(MBAP_HEAD));
  return concatBytes(frame.subarray(0, 4), Uint8Array.of(body.length >> 8, body.length & 0xff), body);
}

/** Serves a bank over Modbus RTU on a wire (a pty): functions 1, 3 to 6, 15 and 16, CRC checked, other units ignored. */
export function serveModbusRtu(
  bank: RegisterBank,
  wire: Wire,
  options: { unitId?: number } = {},
): ModbusServer {
  const unitId = options.unitId ?? 1;
  const framer = rtuRequestFramer(unitId);
  let state = framer.empty;
  wire.onReceive((bytes) => {
    const framed = framer.push(state, bytes);
    state = framed.state;
    for (const frame of framed.frames) wire.send(withCrc(answerPdu(bank, frame.subarray(0, -2))));
  });
  const { linkConfig } = wire;
  if (linkConfig.kind !== 'serial') throw new TypeError('Modbus RTU needs a pty');
  return {
    linkConfig: { kind: 'modbus-rtu', path: linkConfig.path, baudRate: 19200, unitId },
    cut: () => wire.cut(),
    close: () => wire.close(),
  };
}

function rtuRequestFramer(unitId: number): Framer {
  return matched((data, at) => {
    if (data[at] !== unitId) return 'no';
    if (data.length - at < 7) return 'more';
    const fn = data[at + 1]!;
    if (!FUNCTIONS.includes(fn)) return 'no';
    const take = carriesList(fn) ? 9 + data[at + 6]! : 8;
    if (data.length - at < take) return 'more';
    const frame = data.subarray(at, at + take);
    return crc16(frame.subarray(0, -2)) === (frame[take - 1]! << 8) + frame[take - 2]! ? { take } : 'no';
  }, 264);
}

/** Unit id and PDU of a request to unit id and PDU of the answer (MODBUS Application Protocol V1.1b3). */
function answerPdu(bank: RegisterBank, request: Uint8Array): Uint8Array {
  const view = new DataView(request.buffer, request.byteOffset, request.byteLength);
  const unit = request[0]!;
  const fn = request[1]!;
  const exception = (code: number) => Uint8Array.of(unit, fn | 0x80, code);
  if (!FUNCTIONS.includes(fn)) return exception(ILLEGAL_FUNCTION);
  if (request.length < (carriesList(fn) ? 7 + request[6]! : 6)) return exception(ILLEGAL_VALUE);
  const address = view.getUint16(2);
  const count = fn === 5 || fn === 6 ? 1 : view.getUint16(4);
  if (fn === 1 || fn === 3 || fn === 4) {
    const body = fn === 1 ? coilBytes(bank, address, count) : registerBytes(bank, address, count);
    return body ? concatBytes(Uint8Array.of(unit, fn, body.length), body) : exception(ILLEGAL_ADDRESS);
  }
  const values = fn === 5 || fn === 15 ? coilsOf(request, count) : registersOf(view, fn, count);
  if (!values) return exception(ILLEGAL_VALUE);
  const taken = fn === 5 || fn === 15 ? bank.writeCoils?.(address, values) : bank.write(address, values);
  return taken ? request.slice(0, 6) : exception(ILLEGAL_ADDRESS);
}

function registerBytes(bank: RegisterBank, address: number, count: number): Uint8Array | null {
  const values = count >= 1 && count <= 125 ? bank.read(address, count) : null;
  return values && bigEndian(values);
}

/** Eight coils a byte, the first in its lowest bit. */
function coilBytes(bank: RegisterBank, address: number, count: number): Uint8Array | null {
  const coils = count >= 1 && count <= 2000 ? bank.readCoils?.(address, count) : null;
  if (!coils) return null;
  const bytes = new Uint8Array(Math.ceil(count / 8));
  for (const [i, coil] of coils.entries()) bytes[i >> 3]! |= coil << (i & 7);
  return bytes;
}

function registersOf(view: DataView, fn: number, count: number): number[] | null {
  if (fn === 16 && view.getUint8(6) !== count * 2) return null;
  return Array.from({ length: count }, (_, i) => view.getUint16(fn === 6 ? 4 : 7 + 2 * i));
}

function coilsOf(request: Uint8Array, count: number): number[] | null {
  if (request[1] === 5) return [request[4] === 0xff ? 1 : 0];
  if (request[6] !== Math.ceil(count / 8)) return null;
  return Array.from({ length: count }, (_, i) => (request[7 + (i >> 3)]! >> (i & 7)) & 1);
}

function withCrc(body: Uint8Array): Uint8Array {
  const crc = crc16(body);
  return concatBytes(body, Uint8Array.of(crc & 0xff, crc >> 8));
}

/** CRC-16/MODBUS (Modbus over Serial Line V1.02, section 6.2.2). */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}
