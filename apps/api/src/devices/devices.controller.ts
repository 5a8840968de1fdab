import { Body, Controller, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import type { AgentClaim, AgentView, Page } from '#lib/contracts';
import { Allow, Public } from '../platform/http/allow.js';
import { AnswersSecret } from '../platform/http/idempotency.interceptor.js';
import { type AgentCredential, AgentsService } from './agents.service.js';
import { ClaimDto, DeviceChangeDto, NewAgentDto, TestCommandDto } from './devices.dto.js';
import type { DeviceWithConfig } from './devices.queries.js';
import { DevicesService } from './devices.service.js';

@Controller('api/v1/devices')
@Allow({ roles: ['integrator', 'supervisor', 'admin'] })
export class DevicesController {
  constructor(
    private readonly agents: AgentsService,
    private readonly devices: DevicesService,
  ) {}

  @Get('agents')
  async listAgents(): Promise<Page<AgentView>> {
    return { items: await this.agents.list(), next: null };
  }

  /** Registers an agent; the answer shows the one-time claim code. */
  @Post('agents')
  @Allow({ roles: ['integrator', 'admin'] })
  @AnswersSecret()
  invite(@Body() body: NewAgentDto): Promise<AgentClaim> {
    return this.agents.invite(body);
  }

  /** An agent exchanges its claim code for its credential; the code itself is what it has to show. */
  @Post('agents/claim')
  @HttpCode(200)
  @Public()
  claim(@Body() { claimCode, certificateRequest }: ClaimDto): Promise<AgentCredential> {
    return this.agents.claim(claimCode, certificateRequest ?? null);
  }

  @Get()
  async list(): Promise<Page<DeviceWithConfig>> {
    return { items: await this.devices.list(), next: null };
  }

  @Patch(':code')
  @Allow({ roles: ['integrator', 'admin'] })
  change(@Param('code') code: string, @Body() body: DeviceChangeDto): Promise<DeviceWithConfig> {
    return this.devices.change(code, body);
  }

  /** Tries a device out: test label, weigh, zero, beep, trigger, status. */
  @Post(':code/commands')
  @HttpCode(202)
  @Allow({ roles: ['integrator', 'supervisor', 'admin'] })
  command(@Param('code') code: string, @Body() body: TestCommandDto): Promise<{ commandId: string }> {
    return this.devices.try(code, body);
  }
}
