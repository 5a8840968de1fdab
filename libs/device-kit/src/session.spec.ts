import type { DeviceState, Reading } from '#lib/contracts';
import { toBytes, toText } from './bytes.js';
import { COMMAND_LIMIT, type Codec, defineDevice, effect } from './driver.js';
import { FakeLink } from './links/fake.js';
import type { Link } from './links/link.js';
import { DeviceSession, type SessionOptions } from './session.js';
import { ManualTimers } from './timers.js';

/** A device that says "ok" or a code, and is asked to weigh. */
interface EchoState {
  heard: string;
}

const codec: Codec<unknown, EchoState> = {
  open: () => ({ state: { heard: '' }, effects: [effect.write(toBytes('hi')), effect.ready()] }),
  onData(state, chunk) {
    const heard = state.heard + toText(chunk);
    if (heard.includes('boom')) throw new Error('the codec is broken');
    if (heard === 'ok') return { state: { heard: '' }, effects: [effect.done()] };
    if (!heard.endsWith('.')) return { state: { heard } };
    const reading: Reading = { kind: 'scan.read', data: { code: heard.slice(0, -1) } };
    const acknowledge = effect.afterStored(effect.write(toBytes('stored')));
    return { state: { heard: '' }, readings: [reading], effects: [acknowledge] };
  },
  onCommand: (state) => ({ state, effects: [effect.write(toBytes('weigh'))] }),
  onTimer: (state, name) => ({ state, effects: name === COMMAND_LIMIT ? [effect.failed('silent')] : [] }),
  onLost: (state) => ({
    state,
    readings: [{ kind: 'device.fault', data: { code: 'gone', detail: state.heard } }],
  }),
};

const driver = defineDevice({
  vendor: 'test',
  model: 'echo',
  title: 'Echo',
  version: '1.0.0',
  kind: 'scanner',
  links: ['fake'],
  capabilities: ['scan.read'],
  commands: ['weigh'],
  ratePerSecond: 1,
  commandLimitMs: 1_000,
  configSchema: { type: 'object', additionalProperties: false, properties: {} },
  codec,
});

const settled = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

function stage(options: Partial<SessionOptions> = {}) {
  const link = new FakeLink();
  const timers = new ManualTimers();
  const states: DeviceState[] = [];
  const readings: Reading[] = [];
  const session = new DeviceSession({
    driver,
    config: {},
    link,
    timers,
    spread: () => 0,
    onReading: (reading) => void readings.push(reading),
    onState: (state) => void states.push(state),
    ...options,
  });
  const sent = () => link.sent.map((each) => (each.do === 'write' ? toText(each.bytes) : each.do));
  return { link, timers, states, readings, session, sent };
}

test('the constructor does nothing; start opens and stop settles', async () => {
  const { link, session, states, sent } = stage();
  await settled();
  expect(link.opened).toBe(0);
  session.start();
  await settled();
  expect(sent()).toEqual(['hi']);
  await session.stop();
  expect(states).toEqual(['ready', 'disabled']);
});

test('an acknowledgement leaves only when the reading is stored', async () => {
  let store = () => {};
  const { link, session, sent } = stage({
    onReading: () => new Promise<void>((resolve) => (store = resolve)),
  });
  session.start();
  await settled();
  link.device().onData(toBytes('A.'));
  await settled();
  expect(sent()).toEqual(['hi']);
  store();
  await settled();
  expect(sent()).toEqual(['hi', 'stored']);
});

test('a reading that could not be stored is not acknowledged, and the conversation begins anew', async () => {
  const { link, session, timers, sent, states } = stage({
    onReading: () => Promise.reject(new Error('disk full')),
  });
  session.start();
  await settled();
  link.device().onData(toBytes('A.'));
  await settled();
  expect(session.reason).toContain('disk full');
  timers.advance(10_000);
  await settled();
  expect(sent()).toEqual(['hi', 'hi']);
  expect(states).toEqual(['ready', 'lost', 'ready']);
});

test('a lost link is opened again with back-off and a fresh state', async () => {
  const { link, session, timers, readings, states } = stage();
  session.start();
  await settled();
  link.device().onData(toBytes('half a fra'));
  link.refuse = 'no such device';
  link.device().onClosed('unplugged');
  expect(readings.at(-1)).toEqual({ kind: 'device.fault', data: { code: 'gone', detail: 'half a fra' } });
  for (let i = 0; i < 5; i++) {
    timers.advance(5_000);
    await settled();
  }
  expect(session.state).toBe('lost');
  link.refuse = null;
  timers.advance(5_000);
  await settled();
  link.device().onData(toBytes('B.'));
  await settled();
  expect(readings.at(-1)).toEqual({ kind: 'scan.read', data: { code: 'B' } });
  expect(states).toEqual(['ready', 'lost', 'lost', 'ready']);
});

test('what a device says while its link is being opened is heard after the opening', async () => {
  const eager: Link = {
    kind: 'fake',
    label: 'eager',
    async open(events) {
      events.onData(toBytes('EARLY.'));
      events.onClosed('hung up at once');
      return { send: () => undefined, close: async () => undefined };
    },
  };
  const { session, readings, states } = stage({ link: eager });
  session.start();
  await settled();
  expect(readings[0]).toEqual({ kind: 'scan.read', data: { code: 'EARLY' } });
  expect(states).toEqual(['ready', 'lost']);
  expect(session.reason).toBe('hung up at once');
});

test('commands wait for one another, and a silent device costs its limit', async () => {
  const { link, session, timers, sent } = stage();
  session.start();
  await settled();
  const first = session.command({ op: 'weigh', args: {} });
  const second = session.command({ op: 'weigh', args: {} });
  expect(sent()).toEqual(['hi', 'weigh']);
  link.device().onData(toBytes('ok'));
  expect((await first).outcome).toBe('done');
  expect(sent()).toEqual(['hi', 'weigh', 'weigh']);
  timers.advance(1_000);
  expect(await second).toMatchObject({ outcome: 'failed', reason: 'silent' });
});

test('a command in flight at a loss is unknown; those behind it, and those without a link, failed', async () => {
  const { link, session } = stage();
  expect((await session.command({ op: 'weigh', args: {} })).outcome).toBe('failed');
  session.start();
  await settled();
  const flying = session.command({ op: 'weigh', args: {} });
  const waiting = session.command({ op: 'weigh', args: {} });
  link.device().onClosed('cut');
  expect((await flying).outcome).toBe('unknown');
  expect((await waiting).outcome).toBe('failed');
  expect((await session.command({ op: 'zero', args: {} })).reason).toContain('does not know');
});

test('at most queueMax commands wait', async () => {
  const { session } = stage({ queueMax: 2 });
  session.start();
  await settled();
  const outcomes = Array.from({ length: 4 }, () => session.command({ op: 'weigh', args: {} }));
  expect((await outcomes[3]!).reason).toContain('too many');
});

test('a codec that throws is quarantined with its reason, and the link is closed', async () => {
  const { link, session, timers } = stage();
  session.start();
  await settled();
  link.device().onData(toBytes('boom'));
  expect(session.state).toBe('fault');
  expect(session.reason).toContain('test/echo 1.0.0 is quarantined: the codec is broken');
  timers.advance(60_000);
  await settled();
  expect(link.opened).toBe(1);
});

test('another version of the driver takes over with a fresh state', async () => {
  const { link, session, timers, readings } = stage();
  session.start();
  await settled();
  session.swapDriver({ ...driver, version: '1.1.0' });
  timers.advance(1_000);
  await settled();
  link.device().onData(toBytes('C.'));
  await settled();
  expect(link.opened).toBe(2);
  expect(readings.at(-1)).toEqual({ kind: 'scan.read', data: { code: 'C' } });
});

test('another version waits for the end of a frame and of the command in flight', async () => {
  const { link, session, timers, readings } = stage();
  session.start();
  await settled();
  const weighing = session.command({ op: 'weigh', args: {} });
  session.swapDriver({ ...driver, version: '1.1.0' });
  timers.advance(500);
  await settled();
  expect(link.opened).toBe(1);
  link.device().onData(toBytes('ok'));
  expect((await weighing).outcome).toBe('done');
  link.device().onData(toBytes('AB'));
  timers.advance(60);
  link.device().onData(toBytes('C.'));
  timers.advance(60);
  await settled();
  expect(readings).toEqual([{ kind: 'scan.read', data: { code: 'ABC' } }]);
  expect(link.opened).toBe(1);
  timers.advance(1_000);
  await settled();
  expect(link.opened).toBe(2);
});

test('a device that never pauses is not waited for longer than two seconds', async () => {
  const { link, session, timers } = stage();
  session.start();
  await settled();
  link.device().onData(toBytes('A'));
  session.swapDriver({ ...driver, version: '1.1.0' });
  for (let i = 0; i < 60 && link.opened === 1; i++) {
    link.device().onData(toBytes('A'));
    timers.advance(50);
    await settled();
  }
  expect(link.opened).toBe(2);
});

test('a driver that fails is quarantined alone, and its old version brings it back', async () => {
  const failing = stage();
  const other = stage();
  failing.session.start();
  other.session.start();
  await settled();
  failing.link.device().onData(toBytes('boom'));
  other.link.device().onData(toBytes('ABC.'));
  await settled();
  expect([failing.session.state, other.session.state]).toEqual(['fault', 'ready']);
  expect(other.readings).toEqual([{ kind: 'scan.read', data: { code: 'ABC' } }]);
  failing.session.swapDriver(driver);
  await settled();
  expect(failing.session.state).toBe('ready');
});

test('another version given while the link is lost opens it once', async () => {
  const { link, session, timers } = stage();
  link.refuse = 'no such device';
  session.start();
  await settled();
  session.swapDriver({ ...driver, version: '1.1.0' });
  link.refuse = null;
  timers.advance(60_000);
  await settled();
  expect(link.opened).toBe(1);
  expect(session.state).toBe('ready');
});

test('thousands of faults are told as ten and a count', async () => {
  const noisy = defineDevice({
    ...driver,
    codec: {
      ...codec,
      onData: (state: EchoState) => ({
        state,
        readings: [{ kind: 'device.fault' as const, data: { code: 'x', detail: 'd' } }],
      }),
    },
  });
  const { link, session, timers, readings } = stage({ driver: noisy });
  session.start();
  await settled();
  for (let i = 0; i < 1_000; i++) link.device().onData(toBytes('?'));
  expect(readings).toHaveLength(10);
  timers.advance(10_000);
  link.device().onData(toBytes('?'));
  expect(readings.at(-1)).toMatchObject({ data: { detail: 'd (990 more faults were left out)' } });
});
