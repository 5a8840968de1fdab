/**
 * The next moment at which the site's clock shows this time of day.
 * @param timeOfDay `17:30`, in the site's zone.
 * @param timeZone IANA name such as `Asia/Kuala_Lumpur`.
 */
export function nextCutOff(now: Date, timeOfDay: string, timeZone: string): Date {
  const [hours, minutes] = timeOfDay.split(':').map(Number) as [number, number];
  const today = localDay(now, timeZone);
  for (let days = 0; days <= 2; days++) {
    const wallMs = Date.UTC(today.year, today.month - 1, today.day + days, hours, minutes);
    const at = momentOfWallClock(wallMs, timeZone);
    if (at > now) return at;
  }
  throw new RangeError(`There is no ${timeOfDay} in ${timeZone}.`);
}

interface Day {
  year: number;
  month: number;
  day: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(timeZone: string): Intl.DateTimeFormat {
  let known = formats.get(timeZone);
  if (!known) {
    known = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(timeZone, known);
  }
  return known;
}

function wallClock(at: Date, timeZone: string): Record<string, number> {
  const parts = format(timeZone).formatToParts(at);
  return Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
}

function localDay(at: Date, timeZone: string): Day {
  const { year, month, day } = wallClock(at, timeZone);
  return { year: year!, month: month!, day: day! };
}

/** How far the zone's clock is ahead of UTC at this moment. */
function offsetMs(at: Date, timeZone: string): number {
  const { year, month, day, hour, minute, second } = wallClock(at, timeZone);
  return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) - Math.floor(at.getTime() / 1000) * 1000;
}

/** The moment that a wall clock names; within the hour that spring skips, the moment an hour later on that clock. */
function momentOfWallClock(wallMs: number, timeZone: string): Date {
  const guess = new Date(wallMs - offsetMs(new Date(wallMs), timeZone));
  return new Date(wallMs - offsetMs(guess, timeZone));
}
