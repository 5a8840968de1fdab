import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me, WhatIs } from '#lib/contracts';
import { api, reasonOf } from '../../api/client.js';
import { giveFeedback } from '../../lib/feedback.js';
import { useScans } from '../../lib/scans.js';
import { Flash, type FlashMessage, Instruction, Screen } from '../../ui/floor/kit.js';
import { QuestionPicture } from '../../ui/floor/pictograms.js';
import { TopBar } from '../../ui/floor/top-bar.js';

/** Scan anything, read what it is and what to do with it. */
export function WhatIsThis({ me, onLeave }: { me: Me; onLeave: () => void }) {
  const { t } = useTranslation();
  const [answer, setAnswer] = useState<WhatIs | null>(null);
  const [message, setMessage] = useState<FlashMessage | null>(null);
  useScans((scan) => {
    api
      .get<WhatIs>(`/floor/what-is?scan=${encodeURIComponent(scan.raw)}`)
      .then((found) => {
        giveFeedback('good');
        setMessage(null);
        setAnswer(found);
      })
      .catch((error) => {
        giveFeedback('wrong');
        setMessage({ kind: 'wrong', text: reasonOf(error) });
      });
  });
  return (
    <Screen
      bar={<TopBar me={me} title={t('What is this?')} />}
      actions={
        <button type="button" className="button" style={{ flex: 1 }} onClick={onLeave}>
          {t('Leave')}
        </button>
      }
    >
      {answer ? (
        <>
          <Instruction label={t(answer.kind)} size="big">
            {answer.title}
          </Instruction>
          <ul className="list">
            {answer.facts.slice(0, 6).map((fact) => (
              <li key={fact.label + fact.value}>
                <span className="sub">{fact.label}</span>
                <span className="name" style={{ gridColumn: 1 }}>
                  {fact.value}
                </span>
              </li>
            ))}
          </ul>
          {answer.next && <Flash message={{ kind: 'note', text: answer.next }} />}
        </>
      ) : (
        <div className="center">
          <QuestionPicture />
          <h1>{t('Scan anything')}</h1>
          <p>{t('An item, a place, a tote or a parcel.')}</p>
        </div>
      )}
      <Flash message={message} />
    </Screen>
  );
}
