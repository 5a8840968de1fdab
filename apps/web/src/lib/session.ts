import type { Me, SignedIn } from '#lib/contracts';
import { ApiError, api } from '../api/client.js';
import { closeLive } from '../api/live.js';

/** Asks the core who is signed in here; null when nobody is. */
export async function whoAmI(): Promise<Me | null> {
  try {
    return await api.get<Me>('/access/me');
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

let known: Promise<Me | null> | null = null;

/** As `whoAmI`, asked once until somebody signs in or out: moving between pages costs no request. */
export function knownPerson(): Promise<Me | null> {
  known ??= whoAmI().catch((error) => {
    known = null;
    throw error;
  });
  return known;
}

/** The next page asks again, and no socket goes on as the person before. */
export function forgetPerson(): void {
  known = null;
  closeLive();
}

export async function signInByPassword(email: string, password: string): Promise<Me> {
  forgetPerson();
  return (await api.post<SignedIn>('/access/sign-in', { email, password })).me;
}

const STATION = 'wavehouse.station';

/** The station this handheld or bench stands at: from the link that enrolled it (`/floor?station=S-PACK-01`), then remembered. */
export function enrolledStation(): string | null {
  const asked = new URLSearchParams(window.location.search).get('station');
  if (asked) localStorage.setItem(STATION, asked);
  return asked ?? localStorage.getItem(STATION);
}

export async function signInByBadge(badge: string, pin: string): Promise<Me> {
  forgetPerson();
  const stationCode = enrolledStation() ?? undefined;
  return (await api.post<SignedIn>('/access/badge-sign-in', { badge, pin, stationCode })).me;
}

export async function chooseStation(stationCode: string): Promise<Me> {
  const me = await api.post<Me>('/access/station', { stationCode });
  localStorage.setItem(STATION, stationCode);
  // A new socket joins the new station's room at once.
  closeLive();
  return me;
}

export async function signOut(): Promise<void> {
  forgetPerson();
  await api.post('/access/sign-out');
}
