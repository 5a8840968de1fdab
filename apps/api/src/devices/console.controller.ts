import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import type {
  CommandView,
  Diagnostics,
  DriverList,
  FramePage,
  PortView,
  RecordedTranscript,
  ReplayResult,
  RevisionView,
  SetupCheck,
  SetupView,
} from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import {
  DriverChoiceDto,
  FramesQuery,
  NewDeviceDto,
  RecordingDto,
  ReplayDto,
  RevertDto,
  SetupChangeDto,
  SetupCheckDto,
  SimulatorActDto,
} from './console.dto.js';
import { ConsoleService } from './console.service.js';
import { DeviceSetupsService } from './device-setups.service.js';

const FRAMES_DEFAULT = 500;
/** A transcript played over a link takes the time of its pauses. */
const REPLAY_LIMIT_MS = 14_000;

/** The integrator's console: setups, frames, recordings, drivers, diagnostics. */
@Controller('api/v1/devices')
@Allow({ roles: ['integrator', 'admin'] })
export class ConsoleController {
  constructor(
    private readonly setups: DeviceSetupsService,
    private readonly console: ConsoleService,
  ) {}

  /** The drivers of an agent, with the JSON Schemas that make their forms. */
  @Get('agents/:agent/drivers')
  drivers(@Param('agent') agent: string): Promise<DriverList> {
    return this.console.askAgent(agent, 'drivers.list', {});
  }

  @Get('agents/:agent/ports')
  async ports(@Param('agent') agent: string): Promise<{ items: PortView[]; next: null }> {
    return { items: (await this.console.askAgent(agent, 'ports.list', {})).ports, next: null };
  }

  /** Versions, setups, rings and logs of an agent, without secrets. */
  @Get('agents/:agent/diagnostics')
  diagnostics(@Param('agent') agent: string): Promise<Diagnostics> {
    return this.console.askAgent(agent, 'diagnostics', {});
  }

  /** Puts another kept version of a driver to work. */
  @Post('agents/:agent/drivers')
  @HttpCode(200)
  useDriver(
    @Param('agent') agent: string,
    @Body() { driver, hash }: DriverChoiceDto,
  ): Promise<{ version: string }> {
    return this.console.useDriver(agent, driver, hash);
  }

  @Get('commands/:id')
  @Allow({ roles: ['integrator', 'supervisor', 'admin'] })
  command(@Param('id', ParseUUIDPipe) id: string): Promise<CommandView> {
    return this.console.command(id);
  }

  /** Attaches a device to an agent. */
  @Post()
  add(@Body() body: NewDeviceDto): Promise<RevisionView> {
    return this.setups.add(body);
  }

  /** Takes a device out of its agent. */
  @Delete(':code')
  remove(@Param('code') code: string): Promise<RevisionView> {
    return this.setups.remove(code);
  }

  @Get(':code/setup')
  setup(@Param('code') code: string): Promise<SetupView> {
    return this.setups.view(code);
  }

  /** What the agent thinks of a setup; changes nothing. */
  @Post(':code/setup/check')
  @HttpCode(200)
  check(@Param('code') code: string, @Body() { setup, agentCode }: SetupCheckDto): Promise<SetupCheck> {
    return this.setups.check(code, setup, agentCode);
  }

  /** Wants another setup: a new revision, which the agent tries and takes back unless it is healthy in 30 seconds. */
  @Post(':code/setup')
  change(@Param('code') code: string, @Body() body: SetupChangeDto): Promise<RevisionView> {
    return this.setups.change(code, body);
  }

  @Post(':code/setup/revert')
  revert(@Param('code') code: string, @Body() { revision, desired }: RevertDto): Promise<RevisionView> {
    return this.setups.revert(code, revision, desired);
  }

  /** A part of the device's ring, from the newest or before a number. */
  @Get(':code/frames')
  @Allow({ roles: ['integrator', 'supervisor', 'admin'] })
  frames(@Param('code') code: string, @Query() { before, limit }: FramesQuery): Promise<FramePage> {
    return this.console.askDevice(code, 'frames.read', {
      limit: limit ?? FRAMES_DEFAULT,
      ...(before === undefined ? {} : { before }),
    });
  }

  /** Closes the device's link and opens it again, so that a recording begins with its first words. */
  @Post(':code/reopen')
  @HttpCode(200)
  reopen(@Param('code') code: string): Promise<{ newest: number }> {
    return this.console.askDevice(code, 'link.reopen', {});
  }

  /** A part of the ring as a transcript of the device kit. */
  @Post(':code/recordings')
  @HttpCode(200)
  record(@Param('code') code: string, @Body() body: RecordingDto): Promise<RecordedTranscript> {
    return this.console.askDevice(code, 'transcript.record', body);
  }

  /** Plays a transcript to the device's driver. What it reads is answered here and goes nowhere else. */
  @Post(':code/replays')
  @HttpCode(200)
  replay(@Param('code') code: string, @Body() body: ReplayDto): Promise<ReplayResult> {
    return this.console.askDevice(code, 'transcript.replay', body, REPLAY_LIMIT_MS);
  }

  /** Does to a simulated device what a person would do to a real one. */
  @Post(':code/simulator')
  @HttpCode(200)
  act(@Param('code') code: string, @Body() body: SimulatorActDto): Promise<{ said: unknown }> {
    return this.console.askDevice(code, 'simulator.act', body);
  }
}
