import { Group, SegmentedControl, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FloorMapView, RunRouteView, WaveRunView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { FloorMap, type MapStop } from '../../ui/tower/floor-map.js';
import { count } from '../../ui/tower/format.js';
import { Heads } from '../../ui/tower/heads.js';
import { QueryState } from '../../ui/tower/query-state.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';
import { Reasons } from '../../ui/tower/why.js';

/** The floor does not move: its plan is asked for once an hour. */
const MAP_STALE_MS = 3_600_000;
const DONE = new Set(['picked', 'dropped', 'done']);

/** One run's walk on the floor map, and the same as a table. */
export function RunRoute({ waveId, run }: { waveId: string; run: WaveRunView }) {
  const { t } = useTranslation();
  const map = useQuery({
    queryKey: ['floor-map'],
    queryFn: ({ signal }) => api.get<FloorMapView>('/waves/floor-map', signal),
    staleTime: MAP_STALE_MS,
  });
  const route = useQuery({
    queryKey: ['route', run.id],
    queryFn: ({ signal }) => api.get<RunRouteView>(`/waves/${waveId}/runs/${run.id}/route`, signal),
    refetchInterval: 5_000,
  });
  const [view, setView] = useState<'floor' | 'route'>('floor');
  const [marked, setMarked] = useState<number | null>(null);
  return (
    <>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          {t('Way of run {{number}}', { number: run.number })}
        </Title>
        <SegmentedControl
          aria-label={t('What the map shows')}
          value={view}
          onChange={(next) => setView(next as 'floor' | 'route')}
          data={[
            { value: 'floor', label: t('Whole floor') },
            { value: 'route', label: t('The way') },
          ]}
        />
      </Group>
      <QueryState query={map}>
        {(floor) => (
          <QueryState query={route}>
            {(way) => (
              <>
                <FloorMap
                  map={floor}
                  route={{ ...way, stops: way.stops.map((stop) => asMapStop(stop)) }}
                  view={view}
                  marked={marked}
                  label={t(
                    '{{stops}} stops, {{metres}} m from {{start}} to {{end}}; the table below says the same',
                    {
                      stops: way.stops.length,
                      metres: count(Math.round(way.walkMm / 1000)),
                      start: way.start.code ?? '–',
                      end: way.end.code ?? '–',
                    },
                  )}
                />
                <Text size="sm" c="dimmed">
                  {t('{{metres}} m to walk, S is the start and E the end.', {
                    metres: count(Math.round(way.walkMm / 1000)),
                  })}
                </Text>
                <StopTable route={way} onMark={setMarked} />
              </>
            )}
          </QueryState>
        )}
      </QueryState>
    </>
  );
}

function asMapStop(stop: RunRouteView['stops'][number]): MapStop {
  const state = stop.state === 'short' ? 'short' : DONE.has(stop.state) ? 'done' : 'open';
  return { ...stop, state, label: `${stop.stop}. ${stop.location}: ${stop.quantity} × ${stop.sku}` };
}

function StopTable({ route, onMark }: { route: RunRouteView; onMark: (stop: number | null) => void }) {
  const { t } = useTranslation();
  return (
    <details>
      <summary>{t('As a table')}</summary>
      <ScrollTable label={t('Stops in the order of the walk')} minWidth={520}>
        <Table.Thead>
          <Table.Tr>
            <Heads
              titles={[t('Stop'), t('Place'), t('Item'), t('Quantity'), t('Slot'), t('State'), t('Why')]}
            />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {route.stops.map((stop) => (
            <Table.Tr
              key={stop.taskId ?? `${stop.stop}${stop.location}${stop.sku}${stop.slot}`}
              onPointerEnter={() => onMark(stop.stop)}
              onPointerLeave={() => onMark(null)}
            >
              <Table.Td>{stop.stop}</Table.Td>
              <Table.Td>{stop.location}</Table.Td>
              <Table.Td>{stop.sku}</Table.Td>
              <Table.Td>{stop.quantity}</Table.Td>
              <Table.Td>{stop.slot}</Table.Td>
              <Table.Td>{t(`task ${stop.state}`)}</Table.Td>
              <Table.Td>
                <Reasons reasons={stop.reasons} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollTable>
    </details>
  );
}
