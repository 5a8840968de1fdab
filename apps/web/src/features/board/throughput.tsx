import { Group, Text, Title, useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import type { BoardView } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';
import 'uplot/dist/uPlot.min.css';
import { clockTime, siteZone } from '../../ui/tower/format.js';

const HEIGHT_PX = 150;

function inSiteZone(seconds: number): Date {
  const at = new Date(seconds * 1000);
  const zone = siteZone();
  return zone ? uPlot.tzDate(at, zone) : at;
}

function clockOf(seconds: number): string {
  return clockTime(new Date(seconds * 1000).toISOString());
}

/** Lines picked, orders packed and shipped per minute; the table behind it says the same in figures. */
export function Throughput(props: { minutes: BoardView['throughput']; people: BoardView['people'] }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const dark = useComputedColorScheme('light') === 'dark';
  const names = [t('picked lines'), t('packed'), t('shipped')].join('|');
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const [picked, packed, shipped] = names.split('|');
    const axis = { stroke: dark ? '#c9d4e0' : '#415269', grid: { stroke: dark ? '#2b3a4d' : '#e5eaf0' } };
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT_PX,
        legend: { show: true, live: false },
        tzDate: (seconds) => inSiteZone(seconds),
        cursor: { show: false },
        scales: { y: { range: (_u, _min, max) => [0, Math.max(5, max)] } },
        axes: [
          { ...axis, values: (_plot, at) => at.map(clockOf) },
          { ...axis, size: 40 },
        ],
        series: [
          {},
          { label: picked, stroke: dark ? '#66b2ff' : '#0b4f9e', width: 2 },
          { label: packed, stroke: dark ? '#ffd58a' : '#b36b00', width: 2 },
          { label: shipped, stroke: dark ? '#37d0b0' : '#0a6b5a', width: 2 },
        ],
      },
      [[], [], [], []],
      element,
    );
    plot.current = chart;
    const observer = new ResizeObserver(() =>
      chart.setSize({ width: element.clientWidth, height: HEIGHT_PX }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
      plot.current = null;
    };
  }, [dark, names]);
  useEffect(() => {
    plot.current?.setData([
      props.minutes.map((minute) => Date.parse(minute.minute) / 1000),
      props.minutes.map((minute) => minute.picked),
      props.minutes.map((minute) => minute.packed),
      props.minutes.map((minute) => minute.shipped),
    ]);
  });
  return (
    <>
      <Group justify="space-between">
        <Title order={2} size="h4">
          {t('Per minute')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('{{active}} people: {{picking}} picking, {{packing}} packing', props.people)}
        </Text>
      </Group>
      <div ref={box} aria-hidden="true" style={{ minHeight: HEIGHT_PX }} />
      <details>
        <summary>{t('As a table')}</summary>
        <table className="figures">
          <thead>
            <tr>
              <th>{t('Minute')}</th>
              <th>{t('picked lines')}</th>
              <th>{t('packed')}</th>
              <th>{t('shipped')}</th>
            </tr>
          </thead>
          <tbody>
            {props.minutes.slice(-10).map((minute) => (
              <tr key={minute.minute}>
                <td>{clockTime(minute.minute)}</td>
                <td>{minute.picked}</td>
                <td>{minute.packed}</td>
                <td>{minute.shipped}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}
