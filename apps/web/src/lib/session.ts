import type { Me, SignedIn } from '#lib/contracts';
import { ApiError, api } from '../api/client.js';
import { closeLive } from '../api/live.js';

export async function whoAmI(): Promise<Me | null> {
  try {
    return await api.get<Me>('/access/me');
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

export async function signInByPassword(email: string, password: string): Promise<Me> {
  closeLive();
  return (await api.post<SignedIn>('/access/sign-in', { email, password })).me;
}

const STATION = 'wavehouse.station';

/** The station this handheld or bench stands at: from the link that enrolled it (`/floor?station=PACK-01`), then remembered. */
export function enrolledStation(): string | null {
  const asked = new URLSearchParams(window.location.search).get('station');
  if (asked) localStorage.setItem(STATION, asked);
  return asked ?? localStorage.getItem(STATION);
}

export function rememberStation(code: string): void {
  localStorage.setItem(STATION, code);
}

export async function signInByBadge(badge: string, pin: string): Promise<Me> {
  closeLive();
  const stationCode = enrolledStation() ?? undefined;
  return (await api.post<SignedIn>('/access/badge-sign-in', { badge, pin, stationCode })).me;
}

export async function chooseStation(stationCode: string): Promise<Me> {
  closeLive();
  const me = await api.post<Me>('/access/station', { stationCode });
  rememberStation(stationCode);
  return me;
}

export async function signOut(): Promise<void> {
  closeLive();
  await api.post('/access/sign-out');
}
