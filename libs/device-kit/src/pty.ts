import { closeSync, write as fsWrite } from 'node:fs';
import { createRequire } from 'node:module';
import { ReadStream } from 'node:tty';

/**
 * A pseudo-terminal whose far end is a path that any program can open as a serial port. Simulators sit on the near end.
 *
 * Uses the prebuilt binding of node-pty alone: its own JavaScript reads the far end too (bytes would be stolen from the port's
 * owner) and writes to the near end in a blocking way (more than 4 kB to a reader in the same process stops it for ever).
 */
export interface Pty {
  /** The far end, for example /dev/pts/7. */
  readonly path: string;
  onData(listener: (bytes: Uint8Array) => void): void;
  /**
   * Queued and written in order; resolves when the kernel has taken all of it, or the pty was closed. With `patienceMs`, what nobody
   * has read by then is dropped, as on a real line.
   */
  write(bytes: Uint8Array, patienceMs?: number): Promise<void>;
  /** Idempotent. Whoever has the far end open sees an unplug. */
  close(): void;
}

interface NativePty {
  open(columns: number, rows: number): { master: number; slave: number; pty: string };
}

const RETRY_MS = 1;

/** Opens a pty in raw mode. Throws where the platform has none (Windows) or the binding is missing. */
export function openPty(): Pty {
  const ends = nativePty().open(80, 24);
  const far = new ReadStream(ends.slave);
  // Raw until a program sets its own mode: no echo, no line editing. Kept open, but never read, so that programs may come and
  // go without a hang-up on the near end.
  far.setRawMode(true);
  // libuv opened the far end a second time for itself and leaves the first descriptor to us.
  const farFd = (far as ReadStream & { _handle?: { fd?: number } })._handle?.fd;
  if (farFd !== undefined && farFd !== ends.slave) closeSync(ends.slave);
  const near = new ReadStream(ends.master);
  const listeners: ((bytes: Uint8Array) => void)[] = [];
  let closed = false;
  near.on('data', (chunk: Buffer) => {
    for (const listener of listeners) listener(chunk);
  });
  // EIO at close: the far end hung up.
  near.on('error', () => undefined);
  let last: Promise<void> = Promise.resolve();
  return {
    path: ends.pty,
    onData: (listener) => void listeners.push(listener),
    write(bytes, patienceMs = Number.POSITIVE_INFINITY) {
      const until = performance.now() + patienceMs;
      const givenUp = () => closed || performance.now() > until;
      last = last.then(() => writeAll(ends.master, Buffer.from(bytes), givenUp));
      return last;
    },
    close() {
      if (closed) return;
      closed = true;
      far.destroy();
      // A write may be in the thread pool: the descriptor must not be reused under it.
      void last.then(() => near.destroy());
    },
  };
}

function nativePty(): NativePty {
  const require = createRequire(import.meta.url);
  const { requireBinary } = require('@lydell/node-pty/requireBinary.js') as {
    requireBinary(file: string): NativePty;
  };
  return requireBinary('pty.node');
}

function writeAll(fd: number, bytes: Buffer, givenUp: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const next = (rest: Buffer) => {
      if (rest.length === 0 || givenUp()) return resolve();
      fsWrite(fd, rest, 0, rest.length, null, (error, written) => {
        if (error && error.code !== 'EAGAIN') return resolve();
        if (error || written === 0) setTimeout(next, RETRY_MS, rest);
        else next(rest.subarray(written));
      });
    };
    next(bytes);
  });
}
