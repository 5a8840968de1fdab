import { Progress } from '@mantine/core';
import type { WaveView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';

/** How far a wave on the floor is: lines picked, orders packed, orders shipped. */
export function WaveProgress({ wave }: { wave: WaveView }) {
  const { t } = useTranslation();
  const bars = [
    { name: t('Picked'), done: wave.pickedLines, of: wave.lineCount },
    { name: t('Packed'), done: wave.packedOrders, of: wave.orderCount },
    { name: t('Shipped'), done: wave.shippedOrders, of: wave.orderCount },
  ];
  return (
    <div className="wave-progress">
      {bars.map((bar) => (
        <div key={bar.name}>
          <span>{bar.name}</span>
          <Progress
            value={bar.of === 0 ? 0 : (100 * bar.done) / bar.of}
            aria-label={t('{{name}} of wave {{number}}', { name: bar.name, number: wave.number })}
          />
          <span>
            {bar.done}/{bar.of}
          </span>
        </div>
      ))}
    </div>
  );
}
