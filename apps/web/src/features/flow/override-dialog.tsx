import { Button, Group, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { NewOverride, SorterLane } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { Dialog } from '../../ui/tower/dialog.js';
import { useAct } from '../../ui/tower/use-act.js';
import type { Wanted } from './wanted.js';

const MINUTES_USUAL = 30;
const MINUTES_MAX = 24 * 60;
const REASON_MIN = 3;

/** Asks for what an override always has: a reason and an end. */
export function OverrideDialog(props: { wanted: Wanted; lanes: SorterLane[]; onClose: () => void }) {
  const { wanted, lanes, onClose } = props;
  const { t } = useTranslation();
  const [subject, setSubject] = useState(wanted.subject);
  const [lane, setLane] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [minutes, setMinutes] = useState<number | string>(MINUTES_USUAL);
  const set = useAct((given: NewOverride) => api.post('/flow/overrides', given).then(onClose), {
    done: t('Set. It ends by itself.'),
    refresh: ['sorter', 'board'],
  });
  const isParcel = wanted.kind === 'parcel-lane';
  const complete =
    subject.trim() !== '' && reason.trim().length >= REASON_MIN && (!isParcel || lane !== null);
  const submit = (): void =>
    set.mutate({
      kind: wanted.kind,
      subject: subject.trim(),
      reason: reason.trim(),
      minutes: Number(minutes) || MINUTES_USUAL,
      ...(isParcel && lane ? { lane } : {}),
    });
  return (
    <Dialog
      title={isParcel ? t(`override ${wanted.kind}`) : `${t(`override ${wanted.kind}`)}: ${subject}`}
      onClose={onClose}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (complete) submit();
        }}
      >
        <Stack>
          <Text size="sm">{t(`effect ${wanted.kind}`)}</Text>
          {isParcel && (
            <>
              <TextInput
                label={t('Parcel (scan its label or type the SSCC)')}
                value={subject}
                onChange={(event) => setSubject(event.currentTarget.value)}
                data-autofocus
                required
              />
              <Select
                label={t('Lane')}
                data={lanes
                  .filter(({ kind }) => kind !== 'recirculation')
                  .map(({ code, name }) => ({
                    value: code,
                    label: `${code} · ${name}`,
                  }))}
                value={lane}
                onChange={setLane}
                searchable
                required
              />
            </>
          )}
          <TextInput
            label={t('Why, for whoever finds it in force')}
            value={reason}
            maxLength={200}
            onChange={(event) => setReason(event.currentTarget.value)}
            data-autofocus={isParcel ? undefined : true}
            required
          />
          <NumberInput
            label={t('Minutes until it ends by itself')}
            value={minutes}
            min={1}
            max={MINUTES_MAX}
            allowDecimal={false}
            onChange={setMinutes}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('Cancel')}
            </Button>
            <Button type="submit" disabled={!complete} loading={set.isPending}>
              {t('Set it')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
