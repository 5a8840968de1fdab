/** RFC 9457 problem+json as every error answer carries it. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  /** `module.reason`: stable, for programs. */
  code: string;
  /** One sentence for people. */
  detail: string;
  errors?: { field: string; message: string }[];
  facts?: Record<string, unknown>;
  traceId: string;
}

/** One page of a list; `next` is the cursor of the next page (`?cursor=`), null at the end. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

export type RoleName = 'admin' | 'supervisor' | 'operator' | 'integrator';

export type ApiScope =
  | 'orders:write'
  | 'orders:read'
  | 'items:write'
  | 'items:read'
  | 'stock:read'
  | 'receipts:write';

/** Who is signed in. */
export interface Me {
  personId: string;
  name: string;
  roles: RoleName[];
  site: { id: number; code: string; name: string; timezone: string };
  face: 'office' | 'floor';
  station: StationView | null;
  language: string;
  expiresAt: string;
}

export interface SignInByPassword {
  email: string;
  password: string;
  siteCode?: string;
}

export interface SignInByBadge {
  /** The badge barcode (`B-...`) or its number. */
  badge: string;
  pin: string;
  siteCode?: string;
  /** The station whose devices serve this person (scanner, scale, printer); may be chosen later. */
  stationCode?: string;
}

/** The session cookie is set as well; `token` serves programs (`Authorization: Bearer`) and socket.io's `auth.token`. */
export interface SignedIn {
  token: string;
  me: Me;
}

export interface StationView {
  id: string;
  code: string;
  kind: string;
  name: string;
  devices: { code: string; kind: string; state: string }[];
}

export interface Health {
  status: 'ok' | 'degraded' | 'down';
  parts: Record<string, { status: 'ok' | 'degraded' | 'down'; detail?: string }>;
}
