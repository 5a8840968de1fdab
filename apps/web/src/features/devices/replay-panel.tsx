import { Alert, Button, Code, FileButton, Group, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { type Reading, type ReplayResult, type ReplayWay, readingText } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { Heads } from '../../ui/tower/heads.js';
import { ScrollTable } from '../../ui/tower/scroll-table.js';
import { useAct } from '../../ui/tower/use-act.js';

/** A saved transcript against the driver as it is now. Nothing of it becomes business data. */
export function ReplayPanel({ device }: { device: string }) {
  const { t } = useTranslation();
  const [through, setThrough] = useState<ReplayWay>('codec');
  const [result, setResult] = useState<ReplayResult | null>(null);
  const replay = useAct(
    async (file: File) => {
      setResult(null);
      const body = { yaml: await file.text(), through };
      setResult(await api.post<ReplayResult>(`/devices/${encodeURIComponent(device)}/replays`, body));
    },
    { refresh: [] },
  );
  return (
    <Stack gap="xs">
      <Text size="sm">
        {t(
          'Plays a saved transcript to the driver and shows what it reads. None of it reaches orders or stock.',
        )}
      </Text>
      <Group>
        <SegmentedControl
          size="xs"
          aria-label={t('Played to')}
          value={through}
          onChange={(value) => setThrough(value as ReplayWay)}
          data={[
            { value: 'codec', label: t('the driver alone') },
            { value: 'link', label: t('a simulated device on a real link') },
          ]}
        />
        <FileButton accept=".yaml,.yml" onChange={(file) => file && replay.mutate(file)}>
          {(props) => (
            <Button size="xs" loading={replay.isPending} {...props}>
              {t('Choose a transcript')}
            </Button>
          )}
        </FileButton>
      </Group>
      {result && <Steps result={result} />}
    </Stack>
  );
}

function Steps({ result }: { result: ReplayResult }) {
  const { t } = useTranslation();
  const wrong = result.steps.filter((step) => step.wrong).length;
  return (
    <>
      <Alert color={wrong ? 'red' : 'teal'}>
        {wrong
          ? t('{{count}} steps are not as expected.', { count: wrong })
          : t('All as expected: {{driver}} {{version}}, {{ms}} ms.', {
              driver: result.driver,
              version: result.version,
              ms: result.tookMs,
            })}
      </Alert>
      <ScrollTable label={t('Steps')} minWidth={520}>
        <Table.Thead>
          <Table.Tr>
            <Heads titles={[t('Step'), t('Readings'), t('Answers')]} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {result.steps.map((step, i) => (
            <Table.Tr key={i}>
              <Table.Td>
                <Code>{step.input}</Code>
                {step.wrong && (
                  <Text size="xs" c="red.8">
                    {step.wrong}
                  </Text>
                )}
              </Table.Td>
              <Table.Td className="mono">
                {step.readings.map((reading) => readingText(reading as Reading)).join(' ')}
              </Table.Td>
              <Table.Td className="mono">{[step.writes, step.outcome].filter(Boolean).join(' · ')}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollTable>
    </>
  );
}
