import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { ApiScope } from '#lib/contracts';
import { type Actor, become } from '../platform/context.js';
import { ALLOWED, type Allowed } from '../platform/http/allow.js';
import { Authenticator } from '../platform/http/authenticator.js';
import { isSameOrigin, presentedCredential } from '../platform/http/credentials.js';
import { foreignOrigin, notAllowed, notSignedIn } from './access.errors.js';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Stands before every route. A route that declares nobody is open to nobody. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const allowed = this.reflector.getAllAndOverride<Allowed | 'public' | undefined>(ALLOWED, [
      context.getHandler(),
      context.getClass(),
    ]);
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const credential = presentedCredential(request.headers);
    if (allowed === 'public') return true;
    if (!credential) throw notSignedIn();
    if (credential.by === 'cookie' && !READING.has(request.method) && !isSameOrigin(request.headers)) {
      throw foreignOrigin();
    }
    const found = await this.authenticator.check(credential.token);
    if (!found) throw notSignedIn();
    if (!mayCall(found.actor, allowed ?? {})) throw notAllowed();
    become(found.actor);
    return true;
  }
}

/** Whether the actor has one of the roles or one of the scopes. */
export function mayCall(actor: Actor, { roles = [], scopes = [] }: Allowed): boolean {
  switch (actor.kind) {
    case 'person':
      return roles.some((role) => actor.roles.includes(role));
    case 'merchant':
      return scopes.some((scope: ApiScope) => actor.scopes.includes(scope));
    case 'system':
      return false;
  }
}
