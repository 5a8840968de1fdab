import { SetMetadata } from '@nestjs/common';
import type { ApiScope, RoleName } from '#lib/contracts';

/** Who may call a route. Nothing said means nobody: the guard refuses a route that declares neither. */
export interface Allowed {
  roles?: RoleName[];
  /** A merchant's API key with any of these scopes. */
  scopes?: ApiScope[];
}

export const ALLOWED = 'wavehouse:allowed';

/** Opens a route (or all routes of a controller) to people with one of the roles and to keys with one of the scopes. */
export const Allow = (allowed: Allowed) => SetMetadata(ALLOWED, allowed);

/** Opens a route to everyone, signed in or not. */
export const Public = () => SetMetadata(ALLOWED, 'public');
