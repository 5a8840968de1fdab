import { access } from 'node:fs/promises';
import { SerialPort } from 'serialport';
import { type Connection, cannotSend, type Link, type LinkEvents, onceClosed } from './link.js';

export interface SerialOptions {
  /** A stable path: /dev/serial/by-id/... rather than /dev/ttyUSB0, whose number changes with the plug order. */
  path: string;
  baudRate: number;
  dataBits?: 5 | 6 | 7 | 8;
  parity?: 'none' | 'even' | 'odd';
  stopBits?: 1 | 2;
  flowControl?: 'none' | 'rtscts' | 'xonxoff';
}

const OPEN_LIMIT_MS = 3_000;
const PRESENCE_MS = 500;
/** Bytes that may wait for a stuck port (flow control, unplugged cable) before the link is given up. */
const WRITE_BACKLOG_MAX = 1 << 20;

/** A serial port. Opens exactly the port it was given; never probes others (a printer would print the probe). */
export function serialLink(options: SerialOptions): Link {
  const parity = { none: 'N', even: 'E', odd: 'O' }[options.parity ?? 'none'];
  const link: Link = {
    kind: 'serial',
    label: `${options.path} at ${options.baudRate} ${options.dataBits ?? 8}${parity}${options.stopBits ?? 1}`,
    open: (events) => openSerial(link, options, events),
  };
  return link;
}

async function openSerial(link: Link, options: SerialOptions, events: LinkEvents): Promise<Connection> {
  const mine = onceClosed(events);
  const port = new SerialPort({
    path: options.path,
    baudRate: options.baudRate,
    dataBits: options.dataBits ?? 8,
    parity: options.parity ?? 'none',
    stopBits: options.stopBits ?? 1,
    rtscts: options.flowControl === 'rtscts',
    xon: options.flowControl === 'xonxoff',
    xoff: options.flowControl === 'xonxoff',
    hupcl: false,
    autoOpen: false,
  });
  // A port without a data listener does not notice an unplug, and close may come twice: hence `mine`.
  port.on('data', (chunk: Buffer) => mine.onData(chunk));
  port.on('error', (error) => mine.onClosed(`${options.path}: ${error.message}`));
  port.on('close', () => mine.onClosed(`${options.path} was unplugged or closed`));
  await openPort(port, options.path);
  const stopWatching = watchPresence(options.path, () => {
    mine.onClosed(`${options.path} is gone: unplugged`);
    closePort(port);
  });
  const writer = new Writer(port, mine.onClosed);
  return {
    send(outgoing) {
      if (outgoing.do === 'write') writer.write(outgoing.bytes);
      else if (outgoing.do === 'discard-input') writer.discardInput();
      // A pty has no modem lines; a port that refuses them keeps what it has.
      else if (outgoing.do === 'set-lines')
        port.set({ dtr: outgoing.dtr, rts: outgoing.rts }, () => undefined);
      else cannotSend(link, outgoing);
    },
    async close() {
      mine.silence();
      stopWatching();
      await closePort(port);
    },
  };
}

/**
 * Writes in order. The operating system throws away input in its own thread, and what is written meanwhile, or its quick answer,
 * may be thrown away too: so writes wait until the input is gone.
 */
class Writer {
  private waiting: Uint8Array[] = [];
  private flushes = 0;

  constructor(
    private readonly port: SerialPort,
    private readonly onClosed: (reason: string) => void,
  ) {}

  discardInput(): void {
    this.flushes++;
    this.port.flush(() => {
      this.flushes--;
      if (this.flushes > 0) return;
      for (const bytes of this.waiting.splice(0)) this.write(bytes);
    });
  }

  write(bytes: Uint8Array): void {
    const queued = this.waiting.reduce((sum, each) => sum + each.length, this.port.writableLength);
    if (queued + bytes.length > WRITE_BACKLOG_MAX) {
      this.onClosed(`${this.port.path} takes no more bytes: flow control or a dead device`);
    } else if (this.flushes > 0) {
      this.waiting.push(bytes);
    } else {
      this.port.write(Buffer.from(bytes), (error) => {
        if (error) this.onClosed(`${this.port.path}: ${error.message}`);
      });
    }
  }
}

function openPort(port: SerialPort, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      reject(new Error(`${path} did not open within ${OPEN_LIMIT_MS / 1000} s`));
      port.once('open', () => closePort(port));
    }, OPEN_LIMIT_MS);
    port.open((error) => {
      clearTimeout(limit);
      if (error) reject(new Error(sayOpenError(path, error.message)));
      else port.flush(() => resolve());
    });
  });
}

function sayOpenError(path: string, message: string): string {
  if (/ENOENT|No such file/i.test(message)) return `${path} does not exist: is the device plugged in?`;
  if (/EACCES|Permission denied/i.test(message))
    return `${path}: no permission; add this user to the group "dialout"`;
  if (/lock|EBUSY|busy/i.test(message)) return `${path} is in use by another program`;
  return `${path}: ${message}`;
}

function closePort(port: SerialPort): Promise<void> {
  return new Promise((resolve) => {
    if (!port.isOpen) resolve();
    else port.close(() => resolve());
  });
}

/**
 * serialport 13 reads a hung-up tty as zero bytes and tries again for ever when the hang-up meets a read in progress (seen
 * on ptys; usb-serial hangs up the same way): no close event, a core at 100 %. So the path itself is watched.
 */
function watchPresence(path: string, onGone: () => void): () => void {
  const timer = setInterval(() => {
    access(path).catch(() => {
      clearInterval(timer);
      onGone();
    });
  }, PRESENCE_MS);
  timer.unref();
  return () => clearInterval(timer);
}
