import { Button, List, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from '../../lib/i18n.js';
import { Confirm } from '../../ui/tower/confirm.js';
import { Dialog } from '../../ui/tower/dialog.js';
import { useReasonWords } from '../../ui/tower/reason-words.js';
import type { useWaveAct } from './use-wave-act.js';

type Acts = ReturnType<typeof useWaveAct>;

/** What must be asked before an act goes on. */
export function WaveActDialogs({ acts }: { acts: Acts }) {
  return (
    <>
      <HeldReleaseDialog acts={acts} />
      <CancelDialog acts={acts} />
    </>
  );
}

function CancelDialog({ acts }: { acts: Acts }) {
  const { t } = useTranslation();
  const { cancelling: wave } = acts;
  if (!wave) return null;
  return (
    <Confirm
      question={t('Cancel wave {{number}}?', { number: wave.number })}
      yes={t('Cancel the wave')}
      isPending={acts.isBusy}
      onYes={() => acts.cancel(wave)}
      onNo={acts.letBe}
    >
      {t('Its plan is lost, {{count}} orders go back to waiting.', { count: wave.orderCount })}
    </Confirm>
  );
}

/** The floor has no room: why, and the supervisor's word that it goes all the same, which is kept. */
function HeldReleaseDialog({ acts }: { acts: Acts }) {
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
    <Dialog
      onClose={close}
      title={t('Wave {{number}} is held back', { number: held.wave.number })}
      footer={
        <>
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
        </>
      }
    >
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
        required
        value={reason}
        maxLength={200}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Dialog>
  );
}
