import type { EventEmitter } from 'node:events';
import modbusSerial from 'modbus-serial';
import type { ModbusAnswer, ModbusRequest } from '../driver.js';
import { type Connection, cannotSend, type Link, type LinkEvents, onceClosed } from './link.js';

const { default: ModbusRTU } = modbusSerial as unknown as { default: typeof import('modbus-serial').default };
type Client = InstanceType<typeof ModbusRTU>;

export interface ModbusCommon {
  unitId?: number;
  /** One request: the answer, or the link is dropped and opened anew. */
  replyTimeoutMs?: number;
}

export interface ModbusTcpOptions extends ModbusCommon {
  host: string;
  port?: number;
}

export interface ModbusRtuOptions extends ModbusCommon {
  path: string;
  baudRate: number;
  parity?: 'none' | 'even' | 'odd';
  stopBits?: 1 | 2;
}

const CONNECT_LIMIT_MS = 3_000;
const CLOSE_LIMIT_MS = 1_000;
const REPLY_LIMIT_MS = 500;
const QUEUE_MAX = 64;

/** Modbus TCP, big-endian registers as on the wire; one request in flight. */
export function modbusTcpLink(options: ModbusTcpOptions): Link {
  const port = options.port ?? 502;
  const label = `modbus tcp ${options.host}:${port} unit ${options.unitId ?? 1}`;
  const link: Link = {
    kind: 'modbus-tcp',
    label,
    open: (events) =>
      openModbus(link, options, events, (client) => client.connectTCP(options.host, { port })),
  };
  return link;
}

/** Modbus RTU on a serial port. */
export function modbusRtuLink(options: ModbusRtuOptions): Link {
  const { path, baudRate, parity = 'none', stopBits = 1 } = options;
  const link: Link = {
    kind: 'modbus-rtu',
    label: `modbus rtu ${path} at ${baudRate} unit ${options.unitId ?? 1}`,
    open: (events) =>
      openModbus(link, options, events, (client) =>
        client.connectRTUBuffered(path, { baudRate, parity, stopBits, dataBits: 8 }),
      ),
  };
  return link;
}

async function openModbus(
  link: Link,
  options: ModbusCommon,
  events: LinkEvents,
  dial: (client: Client) => Promise<void>,
): Promise<Connection> {
  const client = new ModbusRTU();
  client.setID(options.unitId ?? 1);
  client.setTimeout(options.replyTimeoutMs ?? REPLY_LIMIT_MS);
  const mine = onceClosed(events);
  client.on('error', (error: unknown) => mine.onClosed(`${link.label}: ${messageOf(error)}`));
  client.on('close', () => mine.onClosed(`${link.label} closed the connection`));
  await dialWithin(link, client, dial);
  const requests = new RequestQueue(client, mine);
  return {
    send(outgoing) {
      if (outgoing.do === 'modbus') requests.add(outgoing.request);
      else if (outgoing.do !== 'discard-input') cannotSend(link, outgoing);
    },
    async close() {
      mine.silence();
      requests.clear();
      await drop(link, client);
    },
  };
}

async function dialWithin(
  link: Link,
  client: Client,
  dial: (client: Client) => Promise<void>,
): Promise<void> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    limit = setTimeout(
      () => reject(new Error(`no answer within ${CONNECT_LIMIT_MS / 1000} s`)),
      CONNECT_LIMIT_MS,
    );
  });
  const dialled = dial(client);
  try {
    await Promise.race([dialled, late]);
  } catch (error) {
    dialled.catch(() => undefined);
    await drop(link, client);
    throw new Error(`${link.label}: ${messageOf(error)}`);
  } finally {
    clearTimeout(limit);
  }
}

/**
 * Closes the port under the client; its callback is not certain to come, hence the limit. A TCP port is destroyed; modbus-serial
 * has no such thing for serial ports, and `destroy` would leave the port open for ever.
 */
function drop(link: Link, client: Client): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, CLOSE_LIMIT_MS);
    const dropped = () => {
      clearTimeout(limit);
      resolve();
    };
    // modbus-serial takes its listeners off the port first; a write that then fails would end the process as an unheard error.
    (client as Client & { _port?: EventEmitter })._port?.on('error', () => undefined);
    try {
      if (link.kind === 'modbus-rtu') client.close(dropped);
      else client.destroy(dropped);
    } catch {
      // No port was made yet: there is nothing to close.
      dropped();
    }
  });
}

/** One request in flight; urgent ones go before those that wait. */
class RequestQueue {
  private readonly waiting: ModbusRequest[] = [];
  private busy = false;
  private cleared = false;

  constructor(
    private readonly client: Client,
    private readonly events: Pick<LinkEvents, 'onAnswer' | 'onClosed'>,
  ) {}

  add(request: ModbusRequest): void {
    if (this.waiting.length >= QUEUE_MAX) {
      this.events.onClosed('too many Modbus requests are waiting');
      return;
    }
    const ordinary = request.urgent ? this.waiting.findIndex((other) => !other.urgent) : -1;
    if (ordinary >= 0) this.waiting.splice(ordinary, 0, request);
    else this.waiting.push(request);
    if (!this.busy) void this.run();
  }

  clear(): void {
    this.cleared = true;
    this.waiting.length = 0;
  }

  private async run(): Promise<void> {
    this.busy = true;
    for (let next = this.waiting.shift(); next && !this.cleared; next = this.waiting.shift()) {
      try {
        this.events.onAnswer(await ask(this.client, next));
      } catch (error) {
        // A time-out leaves the line out of step: what comes late would answer the next question.
        this.clear();
        this.events.onClosed(`Modbus request "${next.tag}": ${messageOf(error)}`);
      }
    }
    this.busy = false;
  }
}

async function ask(client: Client, request: ModbusRequest): Promise<ModbusAnswer> {
  const { tag } = request;
  try {
    if (request.fn === 'write' || request.fn === 'write-coils') {
      if (request.fn === 'write') await client.writeRegisters(request.address, request.values);
      else await client.writeCoils(request.address, request.values.map(Boolean));
      return { tag, registers: [] };
    }
    if (request.fn === 'read-coils') {
      const { data } = await client.readCoils(request.address, request.count);
      // Coils come in whole bytes: the rest of the last one is padding.
      return { tag, registers: data.slice(0, request.count).map(Number) };
    }
    const read = request.fn === 'read-holding' ? client.readHoldingRegisters : client.readInputRegisters;
    const { data } = await read.call(client, request.address, request.count);
    if (data.length !== request.count)
      throw new Error(`asked for ${request.count} registers, got ${data.length}`);
    return { tag, registers: data };
  } catch (error) {
    if (isException(error)) return { tag, registers: [], refused: messageOf(error) };
    throw error;
  }
}

function isException(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    typeof (error as { modbusCode?: unknown }).modbusCode === 'number'
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String((error as { message?: unknown })?.message ?? error);
}
