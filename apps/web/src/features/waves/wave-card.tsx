import { ActionIcon, Badge, Button, Checkbox, Group, Menu, Text } from '@mantine/core';
import { IconAlertTriangle, IconDots, IconLock } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { WaveView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import { count, span } from '../../ui/tower/format.js';
import { useReasonWords } from '../../ui/tower/reason-words.js';
import { PlanningBar } from './planning-bar.js';
import { TimeLeft } from './time-left.js';
import { type ActName, actsOf, mayMerge } from './wave-acts.js';
import { WaveProgress } from './wave-progress.js';

const OVER = new Set(['completed', 'cancelled']);
/** States that share a column: the card says which. */
const ENDINGS = new Set(['failed', 'undoing', 'cancelled']);

export interface CardProps {
  wave: WaveView;
  now: number;
  /** The act that is on its way for this wave. */
  busy: ActName | null;
  chosen: boolean;
  onChoose: (chosen: boolean) => void;
  onAct: (act: ActName) => void;
}

/** One wave on the board: what is in it, how far it is, what holds it up, what may be done. */
export function WaveCard(props: CardProps) {
  const { wave, now } = props;
  const { t } = useTranslation();
  const isOver = OVER.has(wave.state);
  const blocker = wave.blocker ?? wave.reason;
  const title = t('Wave {{number}}', { number: wave.number });
  return (
    <article className="wave-card" data-wave={wave.id} data-state={wave.state} aria-label={title}>
      <Group gap="0 6px">
        <Text fw={700} size="lg" component="h3" style={{ flex: 1, whiteSpace: 'nowrap' }}>
          <Link to="/waves/$waveId" params={{ waveId: wave.id }} data-wave-link>
            {title}
          </Link>
        </Text>
        {wave.state === 'locked' && <IconLock size={18} aria-hidden />}
        {ENDINGS.has(wave.state) && (
          <Badge variant="light" tt="none" color={wave.state === 'failed' ? 'red' : 'gray'}>
            {t(`wave ${wave.state}`)}
          </Badge>
        )}
        <Text size="sm" c="dimmed" title={t('age')}>
          {span(wave.createdAt, now)}
        </Text>
        {mayMerge(wave.state) && (
          <Checkbox
            className="wave-acts"
            checked={props.chosen}
            onChange={(event) => props.onChoose(event.currentTarget.checked)}
            aria-label={t('Choose wave {{number}} to merge it', { number: wave.number })}
          />
        )}
      </Group>
      <Text size="sm" c="dimmed" truncate>
        {wave.channel ?? wave.template}
      </Text>
      {wave.cutOffAt && <TimeLeft cutOffAt={wave.cutOffAt} now={now} over={isOver} />}
      <Counts wave={wave} />
      {wave.state === 'planning' && <PlanningBar wave={wave} />}
      {wave.releasedAt && wave.state !== 'cancelled' && <WaveProgress wave={wave} />}
      {wave.faultCount > 0 && (
        <Text size="sm" c="var(--mantine-color-orange-light-color)">
          {t('{{count}} lines left behind', { count: wave.faultCount })}
        </Text>
      )}
      {blocker && <Blocker wave={wave} words={blocker} />}
      <CardActs {...props} />
    </article>
  );
}

/** States in which the sentence is no trouble: it waits for its release, or it is over. */
const CALM = new Set(['planned', 'locked', 'completed', 'cancelled']);

/** States that have one sentence for every wave, told in the reader's language. */
const SAME_FOR_ALL = new Set(['planned', 'locked']);

/** What holds a wave up, or how it ended. */
export function Blocker({ wave, words }: { wave: WaveView; words: string }) {
  const { state, number, held = [] } = wave;
  const told = useReasonWords();
  if (held.length > 0) return <Warning words={held.map(told).join(' ')} />;
  if (CALM.has(state)) {
    const reason = { code: `wave-${state}`, facts: { wave: number }, text: words };
    return (
      <Text size="sm" c="dimmed">
        {SAME_FOR_ALL.has(state) ? told(reason) : words}
      </Text>
    );
  }
  return <Warning words={words} bad={state === 'failed'} />;
}

function Warning({ words, bad = false }: { words: string; bad?: boolean }) {
  return (
    <Text size="sm" className="blocker" data-bad={bad || undefined}>
      <IconAlertTriangle size={16} aria-hidden />
      <span>{words}</span>
    </Text>
  );
}

function Counts({ wave }: { wave: WaveView }) {
  const { t } = useTranslation();
  const figures: [string, number][] = [
    [t('orders'), wave.orderCount],
    [t('lines'), wave.lineCount],
    [t('units'), wave.unitCount],
  ];
  return (
    <dl className="wave-counts">
      {figures.map(([name, figure]) => (
        <div key={name}>
          <dd>{count(figure)}</dd>
          <dt>{name}</dt>
        </div>
      ))}
    </dl>
  );
}

/** The act that is wanted next and a second one as buttons, the others in a menu: the card stays readable. */
function CardActs({ wave, busy, onAct }: CardProps) {
  const { t } = useTranslation();
  const acts = actsOf(wave.state);
  if (acts.length === 0) return null;
  const shown = acts.slice(0, 2);
  const more = acts.slice(2);
  return (
    <Group gap={4} mt={8} className="wave-acts">
      {shown.map((act) => (
        <Button
          key={act.name}
          size="compact-sm"
          variant={act.primary ? 'filled' : 'default'}
          loading={busy === act.name}
          disabled={busy !== null && busy !== act.name}
          aria-keyshortcuts={act.key}
          onClick={() => onAct(act.name)}
        >
          {t(act.label)}
        </Button>
      ))}
      {more.length > 0 && (
        <Menu withinPortal position="bottom-end">
          <Menu.Target>
            <ActionIcon
              variant="default"
              size={26}
              ml="auto"
              aria-label={t('More for wave {{number}}', { number: wave.number })}
            >
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {more.map((act) => (
              <Menu.Item
                key={act.name}
                rightSection={act.key && <kbd aria-hidden>{act.key}</kbd>}
                color={act.name === 'cancel' ? 'red' : undefined}
                onClick={() => onAct(act.name)}
              >
                {t(act.label)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </Group>
  );
}
