/** Times in the site's zone on a 24-hour clock, numbers in the reader's way of writing. */
let zone: string | undefined;

/** From now on all times are shown as the clocks of this site show them. An unknown zone leaves the browser's. */
export function setSiteZone(timezone: string): void {
  try {
    new Intl.DateTimeFormat(undefined, { timeZone: timezone });
    zone = timezone;
  } catch {
    zone = undefined;
  }
}

export function siteZone(): string | undefined {
  return zone;
}

export function clockTime(iso: string | null, withSeconds = false): string {
  if (!iso) return '–';
  return new Date(iso).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: withSeconds ? '2-digit' : undefined,
    hourCycle: 'h23',
    timeZone: zone,
  });
}

export function dayAndTime(iso: string | null): string {
  if (!iso) return '–';
  return new Date(iso).toLocaleString(undefined, {
    day: '2-digit',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: zone,
  });
}

/** "12 s", "4 min", "2 h 10 min": from then to now, or `until` minus `from`. */
export function span(fromIso: string | null, until = Date.now()): string {
  if (!fromIso) return '–';
  const seconds = Math.max(0, Math.round((until - Date.parse(fromIso)) / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} d`;
}

export function count(value: number): string {
  return value.toLocaleString();
}

export function share(value: number | null): string {
  return value === null ? '–' : `${(100 * value).toFixed(1)} %`;
}
