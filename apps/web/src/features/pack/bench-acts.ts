import type { CloseOutcome, PackView, Reprint } from '#lib/contracts';
import { api } from '../../api/client.js';
import type { Translate } from '../../lib/i18n.js';
import { newEventId } from '../../lib/ids.js';
import type { Say } from '../../ui/floor/use-turns.js';
import { type Bench, emptyBench, unitsLeft } from './pack-stage.js';

/** What the acts work on: the bench as it is now (not as it was drawn), and how to show and say what came of them. */
export interface BenchDesk {
  now: () => Bench;
  show: (next: Bench) => void;
  say: Say;
  t: Translate;
}

/** What may be done at a bench. Each asks the core and shows its answer; a refusal is thrown and changes nothing. */
export function benchActs({ now, show, say, t }: BenchDesk) {
  const see = (pack: PackView): void => show({ ...now(), pack });
  const parcelPath = (act: string): string => `/packing/parcels/${now().pack?.parcelId}/${act}`;
  const send = (act: string, body: object): Promise<PackView> =>
    api.post<PackView>(parcelPath(act), { eventId: newEventId(), ...body });

  return {
    see,
    async open(containerScan: string, stationCode: string): Promise<void> {
      const pack = await api.post<PackView>('/packing/open', { containerScan, stationCode });
      show({ ...emptyBench, pack });
      say('good', t('Order {{order}}: scan the items.', { order: pack.externalRef }));
    },
    async packItem(itemScan: string): Promise<void> {
      const pack = await send('items', { itemScan });
      see(pack);
      const left = unitsLeft(pack);
      if (left === 0) say('done', t('All in. Put the carton on the scale.'));
      else say('good', t('{{count}} to go', { count: left }));
    },
    async confirmLabel(labelScan: string): Promise<void> {
      const pack = await send('confirm-label', { labelScan });
      show({ ...now(), pack, labelSeen: true });
      say('done', t('Label confirmed. Onto the conveyor.'));
    },
    async closeWith(readingId: string, overrideReason?: string): Promise<void> {
      const override = overrideReason ? { override: { reason: overrideReason } } : {};
      const body = { eventId: newEventId(), readingId, ...override };
      const answer = await api.post<CloseOutcome>(parcelPath('close'), body);
      if (answer.outcome === 'closed') {
        show({ ...emptyBench, pack: answer.pack });
        return say('done', t('Weight is right. The label is being printed.'));
      }
      const mismatch = { expected: answer.expectedGrams, weighed: answer.weightGrams };
      show({ ...now(), pack: answer.pack, mismatch });
      say('wrong', t('Weighs {{weighed}} g, expected {{expected}} g.', { ...mismatch }));
    },
    async reprint(reason: Reprint['reason']): Promise<void> {
      see(await send('reprint', { reason }));
      say('note', t('A new label is being printed. The old one is void.'));
    },
    async changeCarton(cartonCode: string): Promise<void> {
      see(await api.post<PackView>(parcelPath('carton'), { cartonCode }));
      say('good', t('Take the other carton.'));
    },
    async look(): Promise<void> {
      const id = now().pack?.parcelId;
      if (id) see(await api.get<PackView>(`/packing/parcels/${id}`));
    },
  };
}

export type BenchActs = ReturnType<typeof benchActs>;
