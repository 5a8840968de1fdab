import type { FloorMapView, MapPoint } from '#lib/contracts';
import { useTranslation } from '../../lib/i18n.js';

export interface MapStop extends MapPoint {
  stop: number;
  state: 'open' | 'done' | 'short';
  /** Read aloud, and shown when pointed at. */
  label: string;
}

export interface MapRoute {
  start: MapPoint & { code: string | null };
  end: MapPoint & { code: string | null };
  path: readonly MapPoint[];
  stops: readonly MapStop[];
}

export interface FloorMapProps {
  map: FloorMapView;
  route: MapRoute | null;
  /** What is shown of the floor: all of it, or where the route goes. */
  view: 'floor' | 'route';
  /** The stop that is pointed at in the table beside. */
  marked: number | null;
  label: string;
}

const ROOM_MM = 3_000;

/** The floor from above: bins, walkways and stations, and on it one run's walk with its numbered stops. */
export function FloorMap({ map, route, view, marked, label }: FloorMapProps) {
  const box =
    view === 'route' && route ? boxOf([...route.path, ...route.stops, route.start, route.end]) : map;
  const width = Math.max(1, box.max.xMm - box.min.xMm) + 2 * ROOM_MM;
  const height = Math.max(1, box.max.yMm - box.min.yMm) + 2 * ROOM_MM;
  // What is drawn keeps its size on the screen whatever part of the floor is shown.
  const unit = Math.max(width, height) / 100;
  return (
    <svg
      className="floor-map"
      role="img"
      aria-label={label}
      viewBox={`${box.min.xMm - ROOM_MM} ${-box.max.yMm - ROOM_MM} ${width} ${height}`}
    >
      <Walkways map={map} />
      <Bins map={map} />
      <Stations map={map} unit={unit} />
      {route && <Walk route={route} unit={unit} marked={marked} />}
    </svg>
  );
}

/** Everything is drawn with y upward, as on the site's plan. */
const at = ({ xMm, yMm }: MapPoint): string => `${xMm} ${-yMm}`;

function boxOf(points: readonly MapPoint[]): { min: MapPoint; max: MapPoint } {
  const xs = points.map(({ xMm }) => xMm);
  const ys = points.map(({ yMm }) => yMm);
  return {
    min: { xMm: Math.min(...xs), yMm: Math.min(...ys) },
    max: { xMm: Math.max(...xs), yMm: Math.max(...ys) },
  };
}

function Walkways({ map }: { map: FloorMapView }) {
  const lines = map.walkways.map(({ from, to }) => `M${at(from)}L${at(to)}`).join('');
  return <path className="walkways" d={lines} />;
}

const BIN_MM = 1_000;

/** One path for each kind of place: two thousand bins are two elements. */
function Bins({ map }: { map: FloorMapView }) {
  const kinds = [...new Set(map.marks.map(({ type }) => type))];
  return kinds.map((kind) => (
    <path
      key={kind}
      className="bins"
      data-kind={kind}
      d={map.marks
        .filter(({ type }) => type === kind)
        .map(({ xMm, yMm }) => `M${xMm - BIN_MM / 2} ${-yMm - BIN_MM / 2}h${BIN_MM}v${BIN_MM}h${-BIN_MM}z`)
        .join('')}
    />
  ));
}

function Stations({ map, unit }: { map: FloorMapView; unit: number }) {
  return map.stations.map((station) => (
    <g key={station.code} className="station" transform={`translate(${at(station)})`}>
      <title>{`${station.code} ${station.name}`}</title>
      <rect x={-unit} y={-unit} width={2 * unit} height={2 * unit} rx={unit / 4} />
    </g>
  ));
}

function Walk({ route, unit, marked }: { route: MapRoute; unit: number; marked: number | null }) {
  const { t } = useTranslation();
  return (
    <>
      <defs>
        <marker
          id="walk-arrow"
          viewBox="0 0 8 8"
          refX="4"
          refY="4"
          markerWidth="4.5"
          markerHeight="4.5"
          orient="auto"
        >
          <path className="walk-arrow" d="M0 0 8 4 0 8z" />
        </marker>
      </defs>
      <polyline
        className="walk"
        strokeWidth={unit * 0.5}
        markerMid="url(#walk-arrow)"
        points={route.path.map(({ xMm, yMm }) => `${xMm},${-yMm}`).join(' ')}
      />
      <Place
        point={route.start}
        unit={unit}
        letter="S"
        title={t('Start {{code}}', { code: route.start.code ?? '' })}
      />
      <Place
        point={route.end}
        unit={unit}
        letter="E"
        title={t('End {{code}}', { code: route.end.code ?? '' })}
      />
      {placesOf(route.stops).map((place) => (
        <Stop key={place.label} place={place} unit={unit} isMarked={place.stops.includes(marked ?? -1)} />
      ))}
    </>
  );
}

function Place(props: { point: MapPoint; unit: number; letter: string; title: string }) {
  const { unit } = props;
  return (
    <g className="walk-end" transform={`translate(${at(props.point)})`}>
      <title>{props.title}</title>
      <rect x={-unit * 1.3} y={-unit * 1.3} width={unit * 2.6} height={unit * 2.6} rx={unit * 0.5} />
      <text fontSize={unit * 2} dominantBaseline="central">
        {props.letter}
      </text>
    </g>
  );
}

interface StopPlace extends MapPoint {
  stops: number[];
  label: string;
  title: string;
  state: MapStop['state'];
}

/** Stops at one place of the floor (levels of one bay) share a mark: "4-6". */
function placesOf(stops: readonly MapStop[]): StopPlace[] {
  const places = new Map<string, MapStop[]>();
  for (const stop of stops) {
    const key = at(stop);
    places.set(key, [...(places.get(key) ?? []), stop]);
  }
  return [...places.values()].map((here) => {
    const stopNumbers = [...new Set(here.map(({ stop }) => stop))].sort((one, two) => one - two);
    const state = here.some((each) => each.state === 'short')
      ? 'short'
      : here.every((each) => each.state === 'done')
        ? 'done'
        : 'open';
    return {
      ...here[0]!,
      stops: stopNumbers,
      label: rangeOf(stopNumbers),
      title: here.map(({ label }) => label).join('\n'),
      state,
    };
  });
}

function rangeOf(numbers: readonly number[]): string {
  const [first, last] = [numbers[0]!, numbers.at(-1)!];
  if (first === last) return String(first);
  return last - first === numbers.length - 1 ? `${first}-${last}` : numbers.join(',');
}

function Stop({ place, unit, isMarked }: { place: StopPlace; unit: number; isMarked: boolean }) {
  const size = unit * (isMarked ? 2 : 1.4);
  const half = (size * Math.max(2, place.label.length * 0.95)) / 2;
  return (
    <g
      className="stop-mark"
      data-state={place.state}
      data-marked={isMarked || undefined}
      transform={`translate(${at(place)})`}
    >
      <title>{place.title}</title>
      <rect x={-half} y={-size} width={2 * half} height={2 * size} rx={size} strokeWidth={unit * 0.25} />
      <text fontSize={size * 1.25} dominantBaseline="central">
        {place.label}
      </text>
    </g>
  );
}
