import { defineSimulator, type SimulatedDevice, toBytes, type Wire, wireAt } from '#lib/device-kit';
import {
  decodePacket,
  encodePacket,
  NAK_RESEND,
  OPCODE,
  type Packet,
  packetFramer,
  SOURCE,
  STATUS,
} from './packet.js';

export interface SsiSimulatorOptions {
  /** Limit for the host's answer before a packet is sent again. */
  answerMs?: number;
  revision?: string;
}

export interface SimulatedSsiScanner extends SimulatedDevice {
  /** A person pulls the trigger on a code; resolves when the host has acknowledged it (true) or three tries were in vain. */
  scan(code: string, type?: number): Promise<boolean>;
  /** What was beeped, as the guide's beep codes. */
  readonly beeps: readonly number[];
  /** Fault: the next acknowledgements of the host get lost on their way. */
  loseAcks(count: number): void;
  /** Fault: the next packet is damaged on its way. */
  damageNext(): void;
  /** Fault: the scanner answers nothing (true), and answers again (false). */
  silence(silent: boolean): void;
  raw(bytes: Uint8Array): void;
}

const CODE_128 = 0x03;
const TRIES = 3;

export const simulator = defineSimulator<SimulatedSsiScanner, SsiSimulatorOptions>({
  places: ['pty', 'tcp'],
  verbs: ['scan', 'loseAcks', 'damageNext', 'silence'],
  config: {},
  start: async (place, options) => new ScannerModel(await wireAt(place), options ?? {}),
  exercises: [
    {
      title: 'a scan, one whose acknowledgement gets lost, and one that is damaged on its way',
      async act(scanner) {
        const good = [await scanner.scan(']C100106141412345678908')];
        scanner.loseAcks(1);
        good.push(await scanner.scan('TOTE-0001'));
        scanner.damageNext();
        good.push(await scanner.scan('TOTE-0002'));
        if (good.includes(false)) throw new Error('a scan was not acknowledged');
      },
      expect: ['device.status', 'scan.read', 'scan.read', 'scan.read'],
    },
    {
      title: 'a beep and the revision',
      async act(scanner, command) {
        const beep = await command({ op: 'beep', args: { pattern: 'wrong' } });
        const status = await command({ op: 'status', args: {} });
        if (beep.outcome !== 'done' || status.outcome !== 'done' || scanner.beeps.length !== 1)
          throw new Error(`beep ${beep.outcome}, status ${status.outcome}`);
      },
      expect: ['device.status'],
    },
  ],
});

class ScannerModel implements SimulatedSsiScanner {
  readonly beeps: number[] = [];
  private readonly options: Required<SsiSimulatorOptions>;
  private lost = 0;
  private damaged = false;
  private silent = false;
  private waiting: ((acknowledged: boolean) => void) | null = null;

  constructor(
    private readonly wire: Wire,
    options: SsiSimulatorOptions,
  ) {
    this.options = { answerMs: 400, revision: 'NBRFMAAC SIM', ...options };
    const framer = packetFramer(SOURCE.host);
    let state = framer.empty;
    wire.onReceive((bytes) => {
      const framed = framer.push(state, bytes);
      state = framed.state;
      for (const frame of framed.frames) this.obey(decodePacket(frame));
    });
  }

  get linkConfig() {
    return this.wire.linkConfig;
  }

  async scan(code: string, type = CODE_128): Promise<boolean> {
    const data = Uint8Array.of(type, ...new TextEncoder().encode(code));
    for (let attempt = 0; attempt < TRIES; attempt++) {
      this.send({ opcode: OPCODE.decodeData, status: attempt === 0 ? 0 : STATUS.resent, data });
      if (await this.answer()) return true;
    }
    return false;
  }

  loseAcks(count: number): void {
    this.lost = count;
  }

  damageNext(): void {
    this.damaged = true;
  }

  silence(silent: boolean): void {
    this.silent = silent;
  }

  raw(bytes: Uint8Array): void {
    this.wire.send(bytes);
  }

  close(): Promise<void> {
    this.waiting?.(false);
    return this.wire.close();
  }

  private send(packet: Packet): void {
    const bytes = encodePacket(SOURCE.decoder, packet);
    if (this.damaged) {
      this.damaged = false;
      bytes[bytes.length - 3]! ^= 0x40;
    }
    this.wire.send(bytes);
  }

  private answer(): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (acknowledged: boolean) => {
        clearTimeout(limit);
        this.waiting = null;
        resolve(acknowledged);
      };
      const limit = setTimeout(end, this.options.answerMs, false);
      this.waiting = end;
    });
  }

  private obey(packet: Packet): void {
    if (packet.opcode === OPCODE.ack) {
      if (this.lost > 0) this.lost--;
      else this.waiting?.(true);
      return;
    }
    if (packet.opcode === OPCODE.nak) this.waiting?.(false);
    if (packet.opcode === OPCODE.nak || this.silent) return;
    if (packet.opcode === OPCODE.requestRevision) {
      const data = toBytes(this.options.revision);
      this.send({ opcode: OPCODE.replyRevision, status: 0, data });
    } else if (packet.opcode === OPCODE.beep || packet.opcode === OPCODE.startSession) {
      if (packet.opcode === OPCODE.beep) this.beeps.push(packet.data[0]!);
      this.send({ opcode: OPCODE.ack, status: 0, data: new Uint8Array(0) });
    } else {
      this.send({ opcode: OPCODE.nak, status: 0, data: Uint8Array.of(NAK_RESEND + 1) });
    }
  }
}
