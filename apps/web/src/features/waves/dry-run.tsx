import { Badge, Group, List, Stack, Table, Text, Title } from '@mantine/core';
import type { DryRunView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { Bars } from '../../ui/tower/bars.js';
import { clockTime, count } from '../../ui/tower/format.js';
import { Heads } from '../../ui/tower/heads.js';
import { useReasonWords } from '../../ui/tower/reason-words.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';
import { CutOffOutlooks } from './cut-off-outlooks.js';

/** What a dry run found, the figures that decide first. */
export function DryRun({ view }: { view: DryRunView }) {
  return (
    <>
      <Figures view={view} />
      <Difference view={view} />
      <CutOffOutlooks cutOffs={view.cutOffs} at={view.at} />
      <LeftBehind view={view} />
      <Loads view={view} />
    </>
  );
}

function Figures({ view }: { view: DryRunView }) {
  const { t } = useTranslation();
  const labour = view.labour.pickMinutes + view.labour.packMinutes;
  const figures: { name: string; label: string; value: number; unit?: string }[] = [
    { name: 'orders', label: t('orders'), value: view.orders },
    { name: 'lines', label: t('lines'), value: view.lines },
    { name: 'units', label: t('units'), value: view.units },
    { name: 'runs', label: t('runs'), value: view.runs },
    { name: 'walkMetres', label: t('metres to walk'), value: Math.round(view.walkMetres) },
    { name: 'labourMinutes', label: t('minutes of work'), value: Math.round(labour) },
    { name: 'shortLines', label: t('lines short'), value: view.shortLines },
    { name: 'left', label: t('orders left over'), value: view.left },
  ];
  const changed = new Map(view.difference?.figures.map((each) => [each.name, each]));
  return (
    <dl className="dry-figures">
      {figures.map((figure) => {
        const change = changed.get(figure.name);
        return (
          <div
            key={figure.name}
            data-bad={figure.name === 'shortLines' && figure.value > 0 ? true : undefined}
          >
            <dd>
              {count(figure.value)}
              {change && <small>{signed(Math.round(change.after - change.before))}</small>}
            </dd>
            <dt>{figure.label}</dt>
          </div>
        );
      })}
    </dl>
  );
}

function signed(value: number): string {
  return value > 0 ? `+${count(value)}` : value < 0 ? `−${count(-value)}` : '±0';
}

function Difference({ view }: { view: DryRunView }) {
  const { t } = useTranslation();
  const { difference } = view;
  if (!difference) return null;
  const { lanes = [], cutOffs = [] } = difference;
  const isSame =
    [...difference.figures, ...lanes, ...cutOffs].length === 0 &&
    difference.ordersAdded === 0 &&
    difference.ordersGone === 0;
  return (
    <section>
      <Title order={3} size="h5">
        {t('Since the dry run of {{time}}', { time: clockTime(difference.since, true) })}
      </Title>
      {isSame ? (
        <Text size="sm">{t('Nothing has changed.')}</Text>
      ) : (
        <List size="sm">
          {(difference.ordersAdded > 0 || difference.ordersGone > 0) && (
            <List.Item>
              {t('{{added}} orders came in, {{gone}} went', {
                added: difference.ordersAdded,
                gone: difference.ordersGone,
              })}
            </List.Item>
          )}
          {difference.figures.map((each) => (
            <List.Item key={each.name}>
              {t(`figure ${each.name}`)}: {count(Math.round(each.before))} → {count(Math.round(each.after))} (
              {signed(Math.round(each.after - each.before))})
            </List.Item>
          ))}
          {lanes.map(({ code, before, after }) => (
            <List.Item key={`lane ${code}`}>
              {t('Parcels for lane {{lane}}: {{before}} → {{after}}', {
                lane: code,
                before: count(before),
                after: count(after),
              })}
            </List.Item>
          ))}
          {cutOffs.map(({ carrier, service, cutOffAt, before, after }) => (
            <List.Item key={`${carrier} ${service} ${cutOffAt}`}>
              {t('{{service}}, cut-off {{cutOff}}: ready at {{after}}, before at {{before}}', {
                service: `${carrier} ${service}`,
                cutOff: clockTime(cutOffAt),
                before: clockTime(before),
                after: clockTime(after),
              })}
            </List.Item>
          ))}
        </List>
      )}
    </section>
  );
}

function LeftBehind({ view }: { view: DryRunView }) {
  const { t } = useTranslation();
  const words = useReasonWords();
  const rows = [
    ...view.shorts.map((short) => ({ ...short, key: `${short.orderId}${short.sku}` })),
    ...view.faults.map((fault) => ({
      key: `${fault.orderId}${fault.orderLineId}${fault.reason.code}`,
      sku: fault.sku ?? fault.externalRef,
      missing: fault.missing,
      reason: words(fault.reason),
    })),
  ];
  if (rows.length === 0 && view.unfitOrders === 0) return null;
  return (
    <section>
      <Group gap="xs">
        <Title order={3} size="h5">
          {t('What stays behind')}
        </Title>
        <Badge color="orange" variant="light" tt="none">
          {t('{{count}} lines short', { count: view.shortLines })}
        </Badge>
      </Group>
      {view.unfitOrders > 0 && (
        <Text size="sm">{t('{{count}} orders fit into no carton', { count: view.unfitOrders })}</Text>
      )}
      {rows.length > 0 && (
        <ScrollTable label={t('What stays behind')} minWidth={380}>
          <Table.Thead>
            <Table.Tr>
              <Heads titles={[t('Item'), t('Missing'), t('Why')]} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.slice(0, 20).map((row) => (
              <Table.Tr key={row.key}>
                <Table.Td>{row.sku}</Table.Td>
                <Table.Td>{row.missing ?? ''}</Table.Td>
                <Table.Td>{row.reason}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </ScrollTable>
      )}
      {rows.length > 20 && (
        <Text size="sm" c="dimmed">
          {t('and {{count}} more', { count: rows.length - 20 })}
        </Text>
      )}
    </section>
  );
}

/** Walk, work, cartons, lanes and replenishment as bars. */
function Loads({ view }: { view: DryRunView }) {
  const { t } = useTranslation();
  const metres = (value: number): string => t('{{metres}} m', { metres: count(Math.round(value)) });
  const minutes = (value: number): string => t('{{minutes}} min', { minutes: count(Math.round(value)) });
  const basis =
    view.labour.basis === 'measured'
      ? t('as measured on this floor')
      : t('standard times: nothing measured yet');
  return (
    <Stack gap="md">
      <section>
        <Title order={3} size="h5">
          {t('Walk')}
        </Title>
        <Bars
          label={t('Walk')}
          bars={[
            {
              key: 'planned',
              label: t('as planned'),
              value: view.walkMetres,
              figure: metres(view.walkMetres),
            },
            {
              key: 'naive',
              label: t('first come, S-shape'),
              value: view.naiveWalkMetres,
              figure: metres(view.naiveWalkMetres),
              tone: 'warn',
            },
          ]}
        />
      </section>
      <section>
        <Title order={3} size="h5">
          {t('Work')}
        </Title>
        <Bars
          label={t('Work')}
          bars={[
            {
              key: 'pick',
              label: t('stage picking'),
              value: view.labour.pickMinutes,
              figure: minutes(view.labour.pickMinutes),
            },
            {
              key: 'pack',
              label: t('stage packing'),
              value: view.labour.packMinutes,
              figure: minutes(view.labour.packMinutes),
            },
          ]}
        />
        <Text size="sm" c="dimmed">
          {basis}
        </Text>
      </section>
      {view.cartons.length > 0 && (
        <section>
          <Title order={3} size="h5">
            {t('Cartons')}
          </Title>
          <Bars
            label={t('Cartons')}
            bars={view.cartons.map((carton) => ({
              key: carton.code,
              label: carton.name,
              value: carton.count,
              figure: count(carton.count),
            }))}
          />
        </section>
      )}
      {view.lanes.length > 0 && (
        <section>
          <Title order={3} size="h5">
            {t('Lanes')}
          </Title>
          <Bars
            label={t('Lanes')}
            bars={view.lanes.map((lane) => ({
              key: lane.code,
              label: lane.name,
              value: lane.parcels,
              more: lane.onTheWay,
              figure: lane.onTheWay > 0 ? `${lane.parcels} + ${lane.onTheWay}` : String(lane.parcels),
            }))}
          />
          <Text size="sm" c="dimmed">
            {t('Parcels of this wave, and those on their way already.')}
          </Text>
        </section>
      )}
      {view.replenishments.length > 0 && (
        <section>
          <Title order={3} size="h5">
            {t('To be brought to pick faces')}
          </Title>
          <List size="sm">
            {view.replenishments.slice(0, 12).map((each) => (
              <List.Item key={each.id}>
                {each.quantity} × {each.sku}: {each.from} → {each.to}
              </List.Item>
            ))}
          </List>
        </section>
      )}
    </Stack>
  );
}
