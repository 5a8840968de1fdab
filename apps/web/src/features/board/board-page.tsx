import { Alert, Center, Loader, Stack, Title } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { reasonOf } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { CutOffs } from './cut-offs.js';
import { DevicesStrip } from './devices-strip.js';
import { ExceptionsStrip } from './exceptions-strip.js';
import { Funnel } from './funnel.js';
import { LanesPanel } from './lanes-panel.js';
import { Throughput } from './throughput.js';
import { useBoard } from './use-board.js';
import { WavesPanel } from './waves-panel.js';

/** Will we make the cut-off, and what do I do now? */
export function BoardPage() {
  const { t } = useTranslation();
  const { data: board, error } = useBoard();
  const isTv = 'tv' in useSearch({ strict: false });
  if (!board) {
    return error ? (
      <Alert color="red" title={t('The board cannot be shown')}>
        {reasonOf(error)}
      </Alert>
    ) : (
      <Center h={240}>
        <Loader aria-label={t('Loading')} />
      </Center>
    );
  }
  return (
    <Stack gap="sm">
      <Title order={1} className="visually-hidden">
        {t('Board')}
      </Title>
      <Funnel board={board} />
      <div className={isTv ? 'board tv' : 'board'}>
        <section className="tile half">
          <CutOffs cutOffs={board.cutOffs} />
        </section>
        <section className="tile half">
          <Throughput minutes={board.throughput} people={board.people} />
        </section>
        <section className="tile">
          <LanesPanel lanes={board.lanes} sorter={board.sorter} shown={isTv ? 2 : 4} />
        </section>
        <section className="tile half">
          <WavesPanel waves={board.waves} shown={isTv ? 4 : 8} />
        </section>
        <section className="tile half">
          <ExceptionsStrip exceptions={board.exceptions} shown={isTv ? 5 : 6} />
        </section>
        <section className="tile">
          <DevicesStrip agents={board.agents} onlyTrouble={isTv} />
        </section>
      </div>
    </Stack>
  );
}
