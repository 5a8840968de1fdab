import { pino } from 'pino';
import { Outbox } from '../src/outbox.js';
import { Store } from '../src/store.js';

/** Appends as fast as it can and prints each sequence once it is durable: `<device> <seq> <code>`. The parent kills it. */
const dir = process.argv[2]!;
const log = pino({ level: 'silent' });
const store = await Store.open(dir, log);
const outbox = await Outbox.open({ store, log, diskLevel: () => 'ok', onDurable: () => {} });

async function scanForEver(device: string): Promise<never> {
  for (let count = 0; ; count += 1) {
    const code = `${device}-${process.pid}-${count}`;
    const { seq } = await outbox.append({ device, kind: 'scan.read', data: { code } });
    process.stdout.write(`${device} ${seq} ${code}\n`);
  }
}

await Promise.all([scanForEver('scan-1'), scanForEver('scan-2'), scanForEver('scan-2')]);
