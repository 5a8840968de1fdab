import { Anchor, List, Popover, Stack, Text } from '@mantine/core';
import { IconHelpCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ChoiceView, ExplanationView, ReasonView } from '#lib/contracts';
import { api } from '../../api/client.js';
import { useTranslation } from '../../lib/i18n.js';
import { dayAndTime } from './format.js';
import { QueryState } from './query-state.js';
import { useReasonWords } from './reason-words.js';

type Subject = ExplanationView['subject']['kind'];

/** "Why?" beside a thing: the choices that were made about it, oldest first, and what it waits for. */
export function Why({ kind, id, label }: { kind: Subject; id: string; label: string }) {
  const { t } = useTranslation();
  return (
    <Popover position="bottom" withinPortal width={380} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Anchor component="button" type="button" className="why" aria-label={t('Why? {{label}}', { label })}>
          <IconHelpCircle size={16} aria-hidden />
          {t('Why?')}
        </Anchor>
      </Popover.Target>
      <Popover.Dropdown className="why-words">
        <Explanation kind={kind} id={id} />
      </Popover.Dropdown>
    </Popover>
  );
}

/** The choices themselves; also shown open on a wave's own page. */
export function Explanation({ kind, id }: { kind: Subject; id: string }) {
  const { t } = useTranslation();
  const why = useQuery({
    queryKey: ['explain', kind, id],
    queryFn: ({ signal }) => api.get<ExplanationView>(`/waves/explain?${kind}=${id}`, signal),
  });
  return (
    <QueryState query={why}>
      {({ choices, waiting }) => (
        <Stack gap="xs">
          {waiting.length > 0 && (
            <div>
              <Text fw={700}>{t('It waits because')}</Text>
              <Reasons reasons={waiting} />
            </div>
          )}
          {choices.length === 0 && waiting.length === 0 && (
            <Text>{t('No choice has been made about it yet.')}</Text>
          )}
          {kindsOf(choices).map(([name, made]) => (
            <div key={name}>
              <Text fw={700}>{t(`choice ${name}`)}</Text>
              <Choices choices={made.slice(0, SHOWN)} />
              {made.length > SHOWN && (
                <details>
                  <summary>{t('and {{count}} more', { count: made.length - SHOWN })}</summary>
                  <Choices choices={made.slice(SHOWN)} />
                </details>
              )}
            </div>
          ))}
        </Stack>
      )}
    </QueryState>
  );
}

/** A wave has hundreds of choices of a kind: the first ones show what they are like. */
const SHOWN = 4;

function kindsOf(choices: readonly ChoiceView[]): [string, ChoiceView[]][] {
  const kinds = new Map<string, ChoiceView[]>();
  for (const choice of choices) kinds.set(choice.kind, [...(kinds.get(choice.kind) ?? []), choice]);
  return [...kinds];
}

function Choices({ choices }: { choices: readonly ChoiceView[] }) {
  const { t } = useTranslation();
  return (
    <ul className="choices">
      {choices.map((choice) => (
        <li key={keyOf(choice)}>
          <Text component="span" fw={600}>
            {choice.chosen}
          </Text>{' '}
          <Text component="span" size="sm" c="dimmed">
            {dayAndTime(choice.at)}
            {choice.waveNumber === null ? '' : ` · ${t('Wave {{number}}', { number: choice.waveNumber })}`}
          </Text>
          <Reasons reasons={choice.reasons} />
        </li>
      ))}
    </ul>
  );
}

function keyOf({ kind, at, chosen, orderId, orderLineId, runId }: ChoiceView): string {
  return [kind, at, chosen, orderId, orderLineId, runId].join('|');
}

export function Reasons({ reasons }: { reasons: readonly ReasonView[] }) {
  const words = useReasonWords();
  return (
    <List size="sm">
      {reasons.map((reason) => (
        <List.Item key={reason.text}>{words(reason)}</List.Item>
      ))}
    </List>
  );
}
