import type { LaneDifference, LanePlan, LanePlanBody, LanePlanView, LaneTake } from '#lib/contracts';
import type { Translate } from '../../lib/i18n.js';

/** What a lane takes as it is edited: the carrier service in one, fields that are still empty. */
export interface DraftTake {
  lane: string;
  /** Carrier and service, parted by a blank; null until chosen. */
  service: string | null;
  rank: number | null;
  /** As typed; empty: every truck. */
  cutOffTime: string;
}

export interface LanePlanDraft {
  takes: readonly DraftTake[];
  points: LanePlan['points'];
}

export function draftOf(view: LanePlanView): LanePlanDraft {
  return {
    takes: view.takes.map(({ lane, carrier, service, rank, cutOffTime }) => ({
      lane,
      service: `${carrier} ${service}`,
      rank,
      cutOffTime: cutOffTime ?? '',
    })),
    points: view.points,
  };
}

/** The draft as the core takes it; a place in it is the same place there, so that faults lead back to their fields. */
export function planOf({ takes, points }: LanePlanDraft): LanePlan {
  return { takes: takes.map(takeOf), points };
}

export function bodyOf(draft: LanePlanDraft, revision: number): LanePlanBody {
  return { revision, ...planOf(draft) };
}

function takeOf({ lane, service, rank, cutOffTime }: DraftTake): LaneTake {
  const [carrier = '', name = ''] = (service ?? '').split(' ');
  const time = cutOffTime.trim();
  // What is not filled in is refused at its field.
  return { lane, carrier, service: name, rank: rank ?? 0, cutOffTime: time === '' ? null : wholeTime(time) };
}

/** 9:30 and 0930 are 09:30; what is no time stays as typed and is refused. */
function wholeTime(typed: string): string {
  const [, hours, minutes] = /^(\d{1,2})[:.]?(\d{2})$/.exec(typed) ?? [];
  return hours === undefined ? typed : `${hours.padStart(2, '0')}:${minutes}`;
}

/** The parcels that a lane takes by the cut-off of their order: from one time until before another; null: no limit. */
export interface Window {
  from: string | null;
  before: string | null;
}

/**
 * Which parcels of its carrier service a lane takes, by when their orders must leave: they ride the last truck that leaves no later, and
 * the first one where all leave later. Null where it takes every truck's.
 */
export function windowOf(takes: readonly DraftTake[], take: DraftTake): Window | null {
  const time = takeOf(take).cutOffTime;
  if (time === null) return null;
  const own = takes.filter(({ service }) => service === take.service).map((each) => takeOf(each).cutOffTime);
  const times = [...new Set(own.flatMap((each) => each ?? []))].sort();
  const at = times.indexOf(time);
  return { from: at <= 0 ? null : time, before: times[at + 1] ?? null };
}

/** In which order lanes are asked for the parcels of one truck of a carrier service; those of one rank are equals. */
export interface Order {
  service: string;
  truck: string | null;
  lanes: string[][];
}

/** The order of lanes for every carrier service, those that no lane takes among them. */
export function ordersOf(takes: readonly DraftTake[], services: readonly string[]): Order[] {
  return services.flatMap((service): Order[] => {
    const own = takes.filter((take) => take.service === service).map(takeOf);
    const times = [...new Set(own.flatMap(({ cutOffTime }) => cutOffTime ?? []))].sort();
    return (times.length > 0 ? times : [null]).map((truck) => {
      const serving = own.filter(({ cutOffTime }) => cutOffTime === null || cutOffTime === truck);
      const ranks = [...new Set(serving.map(({ rank }) => rank))].sort((one, two) => one - two);
      const lanes = ranks.map((rank) => serving.filter((each) => each.rank === rank).map(({ lane }) => lane));
      return { service, truck, lanes };
    });
  });
}

/** A take that a lane is given: the first place that the carrier service has not filled. */
export function newTake(lane: string): DraftTake {
  return { lane, service: null, rank: 1, cutOffTime: '' };
}

/** One difference as a sentence. */
export function differenceWords(each: LaneDifference, t: Translate): string {
  if (each.kind !== 'take') {
    const words = { point: each.point, lane: each.to ?? '–' };
    return each.kind === 'exception-lane'
      ? t('{{point}}: exceptions go to {{lane}}', words)
      : t('{{point}}: no-reads go to {{lane}}', words);
  }
  const { lane, carrier, service, cutOffTime, from, to } = each;
  const what = [carrier, service, cutOffTime].filter(Boolean).join(' ');
  if (to === null) return t('{{lane}} no longer takes {{what}}', { lane, what });
  if (from === null) return t('{{lane}} takes {{what}} as choice {{rank}}', { lane, what, rank: to });
  return t('{{lane}} takes {{what}} as choice {{rank}}, not {{before}}', {
    lane,
    what,
    rank: to,
    before: from,
  });
}
