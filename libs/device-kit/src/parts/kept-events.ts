import { type Effect, effect, type Step } from '../driver.js';

/**
 * The agent's side of a peer (a PLC, a rack of lights) that keeps its events over MQTT until each is stored: a session that changes when
 * the peer has forgotten its events, a sequence without gaps, a sign of life both ways. MQTT only carries.
 */
export interface Peer {
  /** The peer's session; null until its hello. */
  session: string | null;
  lastSeq: number;
  /** A gap was seen and asked for: one question is enough. */
  asked: boolean;
  heardAt: number;
  alive: boolean;
}

/** What the agent says besides the commands of the driver, on `down`. */
export type PeerDown =
  /** "Say hello and send everything after `after` again"; null: after what you have seen acknowledged. */
  | { t: 'sync'; after: number | null }
  | { t: 'life' }
  /** Everything up to and including `seq` is stored. */
  | { t: 'stored'; seq: number };

const DEAD_AFTER = 3;

const say = (telegram: PeerDown): Effect => effect.publish('down', telegram, telegram.t === 'life' ? 0 : 1);

export function openPeer(lifeMs: number, now: number): { peer: Peer; effects: Effect[] } {
  return {
    peer: { session: null, lastSeq: 0, asked: true, heardAt: now, alive: false },
    effects: [say({ t: 'sync', after: null }), effect.startTimer('life', lifeMs)],
  };
}

/** Our sign of life, and a look at the peer's. While it is silent it is asked to say hello. `name` is for the sentence. */
export function beatPeer<S extends Peer>(state: S, lifeMs: number, now: number, name: string): Step<S> {
  const effects: Effect[] = [say({ t: 'life' }), effect.startTimer('life', lifeMs)];
  const alive = state.alive && now - state.heardAt <= DEAD_AFTER * lifeMs;
  if (!alive) effects.push(say({ t: 'sync', after: state.session === null ? null : state.lastSeq }));
  if (!alive && state.alive) effects.push(effect.degraded(`${name} shows no sign of life`));
  return { state: { ...state, alive, asked: !alive }, effects };
}

/** Something was heard: a peer that was given up is back. */
export function revivePeer<S extends Peer>(state: S): Step<S> {
  return state.alive ? { state } : { state: { ...state, alive: true }, effects: [effect.ready()] };
}

/**
 * The peer's hello. `fresh` says that its session is new (it counts from `next`), `restarted` that it had another one before: what was in
 * flight is then unknown.
 */
export function helloFrom<S extends Peer>(
  state: S,
  hello: { session: string; next: number },
): { step: Step<S>; fresh: boolean; restarted: boolean } {
  const live = revivePeer({ ...state, asked: false });
  if (hello.session === state.session) return { step: live, fresh: false, restarted: false };
  const begun = { ...live.state, session: hello.session, lastSeq: hello.next - 1 };
  return { step: { ...live, state: begun }, fresh: true, restarted: state.session !== null };
}

/** Takes an event with its sequence: new ones are acknowledged once stored, old ones again, and a gap is asked for once. */
export function takeEvent<S extends Peer>(
  state: S,
  seq: number,
): { is: 'new' | 'old' | 'gap'; step: Step<S> } {
  if (seq <= state.lastSeq) {
    return {
      is: 'old',
      step: { state, effects: [effect.afterStored(say({ t: 'stored', seq: state.lastSeq }))] },
    };
  }
  if (seq > state.lastSeq + 1) {
    const effects = state.asked ? [] : [say({ t: 'sync', after: state.lastSeq })];
    return { is: 'gap', step: { state: { ...state, asked: true }, effects } };
  }
  const effects = [effect.afterStored(say({ t: 'stored', seq }))];
  return { is: 'new', step: { state: { ...state, lastSeq: seq }, effects } };
}
