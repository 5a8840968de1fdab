import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Patch,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Me, Page, SignedIn } from '#lib/contracts';
import { Allow, Public } from '../platform/http/allow.js';
import { SESSION_COOKIE } from '../platform/http/credentials.js';
import { AnswersSecret } from '../platform/http/idempotency.interceptor.js';
import {
  ChooseStationDto,
  NewApiKeyDto,
  NewPersonDto,
  PersonChangeDto,
  SetupDto,
  SignInByBadgeDto,
  SignInByPasswordDto,
} from './access.dto.js';
import { ApiKeysService, type ApiKeyView } from './api-keys.service.js';
import { PeopleService, type PersonView } from './people.service.js';
import { SetupService } from './setup.service.js';
import { SignInService } from './sign-in.service.js';

const EVERYONE = ['admin', 'supervisor', 'operator', 'integrator'] as const;

@Controller('api/v1/access')
export class AccessController {
  constructor(
    private readonly signIns: SignInService,
    private readonly people: PeopleService,
    private readonly keys: ApiKeysService,
    private readonly setups: SetupService,
  ) {}

  /** Signs an office person in; sets the session cookie and answers the token as well. */
  @Post('sign-in')
  @HttpCode(200)
  @Public()
  async signIn(
    @Body() body: SignInByPasswordDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedIn> {
    return withCookie(request, reply, await this.signIns.byPassword(body));
  }

  /** Signs a floor person in by badge and PIN, at a station if one is named. */
  @Post('badge-sign-in')
  @HttpCode(200)
  @Public()
  async badgeSignIn(
    @Body() body: SignInByBadgeDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedIn> {
    return withCookie(request, reply, await this.signIns.byBadge(body));
  }

  @Post('sign-out')
  @HttpCode(204)
  @Allow({ roles: [...EVERYONE] })
  async signOut(@Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.signIns.signOut();
    void reply.header('set-cookie', `${SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`);
  }

  /** Uses the one-time link of the first start. */
  @Post('setup')
  @Public()
  setup(@Body() body: SetupDto): Promise<{ siteCode: string; email: string }> {
    return this.setups.setUp(body);
  }

  @Get('me')
  @Allow({ roles: [...EVERYONE] })
  me(): Promise<Me> {
    return this.signIns.me();
  }

  /** Moves the person to another station of the site. */
  @Post('station')
  @HttpCode(200)
  @Allow({ roles: [...EVERYONE] })
  station(@Body() { stationCode }: ChooseStationDto): Promise<Me> {
    return this.signIns.chooseStation(stationCode);
  }

  @Get('people')
  @Allow({ roles: ['admin', 'supervisor'] })
  async listPeople(): Promise<Page<PersonView>> {
    return { items: await this.people.list(), next: null };
  }

  @Post('people')
  @Allow({ roles: ['admin', 'supervisor'] })
  createPerson(@Body() body: NewPersonDto): Promise<PersonView> {
    return this.people.create(body);
  }

  @Patch('people/:id')
  @Allow({ roles: ['admin', 'supervisor'] })
  changePerson(@Param('id', ParseUUIDPipe) id: string, @Body() body: PersonChangeDto): Promise<PersonView> {
    return this.people.change(id, body);
  }

  @Get('api-keys')
  @Allow({ roles: ['admin'] })
  async listKeys(): Promise<Page<ApiKeyView>> {
    return { items: await this.keys.list(), next: null };
  }

  /** The answer shows the key, this once. */
  @Post('api-keys')
  @AnswersSecret()
  @Allow({ roles: ['admin'] })
  createKey(@Body() body: NewApiKeyDto): Promise<ApiKeyView & { key: string }> {
    return this.keys.create(body);
  }

  @Delete('api-keys/:id')
  @HttpCode(204)
  @Allow({ roles: ['admin'] })
  revokeKey(@Param('id', ParseUUIDPipe) id: string): Promise<void> {
    return this.keys.revoke(id);
  }
}

/** The cookie lives as long as the browser; its end is the session's, which the core knows. */
function withCookie(request: FastifyRequest, reply: FastifyReply, signedIn: SignedIn): SignedIn {
  const secure = request.protocol === 'https' ? '; Secure' : '';
  void reply.header(
    'set-cookie',
    `${SESSION_COOKIE}=${signedIn.token}; Path=/; HttpOnly; SameSite=Lax${secure}`,
  );
  return signedIn;
}
