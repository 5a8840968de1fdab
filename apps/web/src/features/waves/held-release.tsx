import { Button, Group, List, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from '../../lib/i18n.js';
import { Dialog } from '../../ui/tower/dialog.js';
import { useReasonWords } from '../../ui/tower/reason-words.js';
import type { useWaveAct } from './use-wave-act.js';

/** The floor has no room: why, and the supervisor's word that it goes all the same, which is kept. */
export function HeldReleaseDialog({ acts }: { acts: ReturnType<typeof useWaveAct> }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const words = useReasonWords();
  const { held } = acts;
  const close = (): void => {
    setReason('');
    acts.letBe();
  };
  if (!held) return null;
  return (
    <Dialog onClose={close} title={t('Wave {{number}} is held back', { number: held.wave.number })}>
      <List mb="sm">
        {held.reasons.map((each) => (
          <List.Item key={each.text}>{words(each)}</List.Item>
        ))}
      </List>
      <Text c="dimmed" mb="sm">
        {t('It can be released as soon as there is room. A release all the same is kept with its reason.')}
      </Text>
      <TextInput
        label={t('Why all the same')}
        value={reason}
        maxLength={200}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={close} data-autofocus>
          {t('Wait for room')}
        </Button>
        <Button
          color="red"
          disabled={reason.trim() === ''}
          loading={acts.isOverriding}
          onClick={() => acts.override(held.wave, reason.trim())}
        >
          {t('Release all the same')}
        </Button>
      </Group>
    </Dialog>
  );
}
