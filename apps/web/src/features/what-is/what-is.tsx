import { useState } from 'react';
import { identifyScan } from '#lib/barcodes';
import type { Me, WhatIs } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { useScans } from '../../lib/scans.js';
import { Instruction, Screen } from '../../ui/floor/kit.js';
import { QuestionPicture } from '../../ui/floor/pictograms.js';
import { TopBar } from '../../ui/floor/top-bar.js';
import { useTurns } from '../../ui/floor/use-turns.js';

/** Scan anything, read what it is and what to do with it. */
export function WhatIsThis({ me, onLeave }: { me: Me; onLeave: () => void }) {
  const { t } = useTranslation();
  const { message, say, inTurn } = useTurns();
  const [answer, setAnswer] = useState<WhatIs | null>(null);
  const scanned = async (raw: string): Promise<void> => {
    const { kind, value } = identifyScan(raw);
    if (kind === 'command') return value === 'done' || value === 'back' ? onLeave() : undefined;
    const found = await api.get<WhatIs>(`/floor/what-is?scan=${encodeURIComponent(raw)}`);
    setAnswer(found);
    say('good', found.next ?? t('That is all.'));
  };
  useScans((scan) => void inTurn(() => scanned(scan.raw)));
  return (
    <Screen
      bar={<TopBar me={me} title={t('What is this?')} />}
      message={message}
      actions={
        <button type="button" className="button grow" onClick={onLeave}>
          {t('Leave')}
        </button>
      }
    >
      {answer ? (
        <>
          <Instruction now label={t(`kind ${answer.kind}`)}>
            <span className="clamp">{answer.title}</span>
          </Instruction>
          <section
            className="list"
            aria-label={t('What is known')}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that can scroll must be reachable by keyboard
            tabIndex={0}
          >
            {answer.facts.map((fact) => (
              <div key={fact.label + fact.value} className="entry">
                <span className="sub">{fact.label}</span>
                <span className="name">{fact.value}</span>
              </div>
            ))}
          </section>
        </>
      ) : (
        <div className="center">
          <QuestionPicture />
          <h2>{t('Scan anything')}</h2>
          <p>{t('An item, a place, a tote or a parcel.')}</p>
        </div>
      )}
    </Screen>
  );
}
