import { Button, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { WaveView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { holdPlaces, movesHeld, type Places } from '../../ui/tower/hold-places.js';
import { useHold } from '../../ui/tower/use-hold.js';
import { useNow } from '../../ui/tower/use-now.js';
import { COLUMNS, type Column, placesOf } from './board-columns.js';
import { MergeBar } from './merge-bar.js';
import { useBoardKeys } from './use-board-keys.js';
import { useWaveAct } from './use-wave-act.js';
import { WaveActDialogs } from './wave-act-dialogs.js';
import { mayMerge } from './wave-acts.js';
import { WaveCard } from './wave-card.js';

/** Waves as columns by state. What somebody points at stays where it is; what moved meanwhile is said above the columns. */
export function WaveBoard({ waves }: { waves: WaveView[] }) {
  const { t } = useTranslation();
  const now = useNow();
  const { held, letGo, hold } = useHold();
  const acts = useWaveAct(letGo);
  const { act, busyOf } = acts;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const board = useRef<HTMLElement>(null);
  const waveOf = new Map(waves.map((wave) => [wave.id, wave]));
  const { places, moved } = usePlaces(placesOf(waves), held);
  const merging = waves.filter(({ id, state }) => chosen.has(id) && mayMerge(state));
  const choose = (id: string, isChosen: boolean): void =>
    setChosen((before) => new Set(isChosen ? [...before, id] : [...before].filter((each) => each !== id)));
  useBoardKeys(board, (target, name) => {
    const wave = waveOf.get(target.id);
    if (!wave) return;
    if (name !== 'choose') act(wave, name);
    else if (mayMerge(wave.state)) choose(wave.id, !chosen.has(wave.id));
  });
  return (
    <>
      <div className="board-said" role="status">
        {moved > 0 && (
          <Button size="compact-sm" variant="light" onClick={letGo}>
            {t('{{count}} waves moved on: show', { count: moved })}
          </Button>
        )}
      </div>
      <section ref={board} className="wave-board" aria-label={t('Waves by state')} {...hold}>
        {COLUMNS.map((column) => (
          <BoardColumn key={column.key} column={column} size={(places[column.key] ?? []).length}>
            {(places[column.key] ?? []).map((id) => {
              const wave = waveOf.get(id);
              return (
                wave && (
                  <WaveCard
                    key={id}
                    wave={wave}
                    now={now}
                    busy={busyOf(wave)}
                    chosen={chosen.has(id)}
                    onChoose={(isChosen) => choose(id, isChosen)}
                    onAct={(name) => act(wave, name)}
                  />
                )
              );
            })}
          </BoardColumn>
        ))}
      </section>
      <WaveActDialogs acts={acts} />
      <MergeBar waves={merging} onDone={() => setChosen(new Set())} onMerged={letGo} />
    </>
  );
}

function BoardColumn(props: { column: Column; size: number; children: ReactNode }) {
  const { t } = useTranslation();
  const { column, size } = props;
  return (
    <section
      data-column={column.key}
      data-empty={size === 0 || undefined}
      data-main={column.isMain || undefined}
      aria-label={t(column.title)}
    >
      <Title order={2} size="h5">
        <span>{t(column.title)}</span>{' '}
        <Text component="span" inherit c="dimmed">
          {size}
        </Text>
      </Title>
      {size === 0 ? (
        <Text size="sm" c="dimmed" className="column-empty">
          {t(column.empty)}
        </Text>
      ) : (
        <Stack gap="xs">{props.children}</Stack>
      )}
    </section>
  );
}

/** Where the cards stand: as wanted, or as they stood when somebody began to point at them. */
function usePlaces(wanted: Places, held: boolean): { places: Places; moved: number } {
  const standing = useRef<Places>({});
  const places = held ? holdPlaces(standing.current, wanted) : wanted;
  useEffect(() => {
    standing.current = places;
  });
  return { places, moved: held ? movesHeld(places, wanted) : 0 };
}
