import type { MqttPort } from '../links/mqtt.js';
import type { PeerDown } from '../parts/kept-events.js';

/** How long an unacknowledged event waits before it is sent again. */
const REPEAT_MS = 1_000;

/**
 * The device's side of kept events over MQTT (the counterpart of `Peer`): numbers events, keeps each until it is stored, repeats them, beats.
 * `D` are the driver's own telegrams, which go to `hear`.
 */
export class KeptEvents<E extends object, D extends { t: string }> {
  private session = 1;
  private nextSeq = 1;
  private kept: (E & { seq: number })[] = [];
  private beats = true;
  private life: NodeJS.Timeout | null = null;
  private unsubscribe: (() => Promise<void>) | null = null;

  constructor(
    private readonly line: { base: string; mqtt: MqttPort; lifeMs: number },
    private readonly hear: (telegram: D) => void,
  ) {}

  async start(): Promise<void> {
    const { base, mqtt, lifeMs } = this.line;
    this.unsubscribe = await mqtt.subscribe(`${base}/down`, (payload) => {
      if (this.beats) this.obey(JSON.parse(new TextDecoder().decode(payload)) as PeerDown | D);
    });
    let beats = 0;
    this.life = setInterval(() => {
      this.say({ t: 'life' });
      if (++beats * lifeMs < REPEAT_MS) return;
      beats = 0;
      this.sendFrom(0);
    }, lifeMs);
  }

  async stop(): Promise<void> {
    if (this.life) clearInterval(this.life);
    await this.unsubscribe?.();
  }

  get unacknowledged(): number {
    return this.kept.length;
  }

  /** Fault: the sign of life and all answers stop (false) and come back (true). */
  heartbeat(beats: boolean): void {
    this.beats = beats;
  }

  /** Another session, nothing kept. */
  restart(): void {
    this.session++;
    this.kept = [];
    this.nextSeq = 1;
    this.sayHello();
  }

  /** Numbers an event and keeps it until it is stored. */
  add(body: E): number {
    const event = { seq: this.nextSeq++, ...body };
    this.kept.push(event);
    this.say(event);
    return event.seq;
  }

  /** Without a broker nothing is said: events stay kept and are sent again. */
  say(telegram: object): void {
    const { base, mqtt } = this.line;
    if (!this.beats || !mqtt.connected) return;
    mqtt.publish(`${base}/up`, JSON.stringify(telegram), 1).catch(() => undefined);
  }

  private obey(telegram: PeerDown | D): void {
    if (telegram.t === 'sync') {
      this.sayHello();
      this.sendFrom((telegram as { after: number | null }).after ?? 0);
    } else if (telegram.t === 'stored') {
      const { seq } = telegram as { seq: number };
      this.kept = this.kept.filter((event) => event.seq > seq);
    } else if (telegram.t !== 'life') {
      this.hear(telegram as D);
    }
  }

  private sayHello(): void {
    this.say({ t: 'hello', session: String(this.session), next: this.kept[0]?.seq ?? this.nextSeq });
  }

  private sendFrom(after: number): void {
    for (const event of this.kept) if (event.seq > after) this.say(event);
  }
}
