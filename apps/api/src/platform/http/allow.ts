import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { ApiScope, RoleName } from '#lib/contracts';

/** Who may call a route. Nothing said means nobody: the guard refuses a route that declares neither. */
export interface Allowed {
  roles?: RoleName[];
  /** A merchant's API key with any of these scopes. */
  scopes?: ApiScope[];
}

export const ALLOWED = 'wavehouse:allowed';
/** The same in `openapi.json`, for whoever reads it. */
export const OPENAPI_ALLOWED = 'x-allowed';

/** Opens a route (or all routes of a controller) to people with one of the roles and to keys with one of the scopes. */
export const Allow = (allowed: Allowed) =>
  applyDecorators(SetMetadata(ALLOWED, allowed), ApiExtension(OPENAPI_ALLOWED, allowed));

/** Opens a route to everyone, signed in or not. */
export const Public = () =>
  applyDecorators(SetMetadata(ALLOWED, 'public'), ApiExtension(OPENAPI_ALLOWED, 'public'));
