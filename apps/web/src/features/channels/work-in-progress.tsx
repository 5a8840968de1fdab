import { Alert, Button, Group, List, Popover, Stack, Table, Text, Title } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useState } from 'react';
import type { ChangeWorkLimits, WorkInProgressView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { errorAt, fieldErrorsOf } from '../../ui/tower/field-errors.js';
import { Heads } from '../../ui/tower/heads.js';
import { NumberField } from '../../ui/tower/number-field.js';
import { useReasonWords } from '../../ui/tower/reason-words.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';
import { useAct } from '../../ui/tower/use-act.js';

type Stage = WorkInProgressView['stages'][number];

/** The room on the floor stage by stage, and what presses back. */
export function WorkInProgress({ view }: { view: WorkInProgressView }) {
  const { t } = useTranslation();
  const words = useReasonWords();
  return (
    <>
      <Title order={2} size="h4" mb="xs">
        {t('Room on the floor')}
      </Title>
      {view.pressures.map((pressure) => (
        <Alert
          key={pressure.code + pressure.text}
          mb="xs"
          color={pressure.effect === 'stop' ? 'red' : 'orange'}
          title={t(`pressure ${pressure.effect}`)}
        >
          {words(pressure)}
          {pressure.services.length > 0 && (
            <List size="sm">
              {pressure.services.map((each) => (
                <List.Item key={`${each.carrier}|${each.service}`}>
                  {each.carrier} {each.service}
                </List.Item>
              ))}
            </List>
          )}
        </Alert>
      ))}
      <ScrollTable label={t('Room on the floor')} minWidth={480}>
        <Table.Thead>
          <Table.Tr>
            <Heads titles={[t('Stage'), t('Orders'), t('Room'), t('People'), t('At most')]} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {view.stages.map((stage) => (
            <Table.Tr key={stage.stage}>
              <Table.Td>{t(`work ${stage.stage}`)}</Table.Td>
              <Table.Td>{stage.orders}</Table.Td>
              <Table.Td>{stage.room ?? t('no limit')}</Table.Td>
              <Table.Td>{stage.people}</Table.Td>
              <Table.Td>
                <LimitsOf stage={stage} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollTable>
    </>
  );
}

function LimitsOf({ stage }: { stage: Stage }) {
  const { t } = useTranslation();
  const words = [
    stage.ordersMax === null ? null : t('{{count}} orders', { count: stage.ordersMax }),
    stage.ordersPerPerson === null ? null : t('{{count}} a person', { count: stage.ordersPerPerson }),
  ].filter((word) => word !== null);
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" withinPortal trapFocus returnFocus>
      <Popover.Target>
        <Button
          size="compact-sm"
          variant="default"
          aria-label={t('{{limits}}: limits of {{stage}}', {
            limits: words.length > 0 ? words.join(', ') : t('no limit'),
            stage: t(`work ${stage.stage}`),
          })}
          rightSection={<IconPencil size={14} aria-hidden />}
          onClick={() => setOpen(!open)}
        >
          {words.length > 0 ? words.join(', ') : t('no limit')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <LimitForm stage={stage} onDone={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

function LimitForm({ stage, onDone }: { stage: Stage; onDone: () => void }) {
  const { t } = useTranslation();
  const [ordersMax, setOrdersMax] = useState<number | null>(stage.ordersMax);
  const [ordersPerPerson, setPerPerson] = useState<number | null>(stage.ordersPerPerson);
  const body: ChangeWorkLimits = { stage: stage.stage, ordersMax, ordersPerPerson };
  const save = useAct(() => api.put('/waves/work-in-progress/limits', body).then(onDone), {
    done: t('Saved.'),
    refresh: ['channels'],
    showsFaults: true,
  });
  const errors = fieldErrorsOf(save.error);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(undefined);
      }}
    >
      <Stack gap="sm" w={230}>
        <NumberField
          label={t('Orders, at most')}
          min={1}
          value={ordersMax}
          error={errorAt(errors, 'ordersMax')}
          onChange={(next) => setOrdersMax(next ?? null)}
        />
        <NumberField
          label={t('Orders a person, at most')}
          min={1}
          value={ordersPerPerson}
          error={errorAt(errors, 'ordersPerPerson')}
          onChange={(next) => setPerPerson(next ?? null)}
        />
        <Text size="sm" c="dimmed">
          {t('Empty: no limit.')}
        </Text>
        <Group justify="flex-end">
          <Button type="submit" size="sm" loading={save.isPending}>
            {t('Save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
