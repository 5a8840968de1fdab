import { PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import type {
  ChangeWorkLimits,
  ChannelState,
  CreateChannel,
  MergeWaves,
  ReleaseWave,
  UndoWave,
  WorkStage,
} from '#lib/contracts';
import { IsLine } from '../platform/http/is-line.js';
import { OrderFilterDto } from './waves.dto.js';

export class CreateChannelDto implements CreateChannel {
  @IsString()
  @IsLine()
  @Length(1, 80)
  name: string;

  @IsUUID()
  templateId: string;

  @IsOptional()
  @IsIn(['open', 'locked', 'asleep'])
  state?: ChannelState;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => OrderFilterDto)
  filter?: OrderFilterDto;

  /** Most orders of this channel on the floor, not packed yet. */
  @IsInt()
  @Min(1)
  @Max(100_000)
  maxInFlight: number;

  /** Orders that go together. */
  @IsInt()
  @Min(1)
  @Max(10_000)
  batchOrders: number;
}

export class ChangeChannelDto extends PartialType(CreateChannelDto) {}

/** The word of a supervisor that something goes on although it is held; it is kept. */
export class OverrideDto {
  @IsString()
  @IsLine()
  @Length(3, 200)
  reason: string;
}

export class ReleaseWaveDto implements ReleaseWave {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => OverrideDto)
  override?: OverrideDto;
}

export class ChangeWorkLimitsDto implements ChangeWorkLimits {
  @IsIn(['pick', 'put-wall', 'pack'])
  stage: WorkStage;

  /** Null: as many as come. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  ordersMax: number | null = null;

  /** Null: people don't count. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10_000)
  ordersPerPerson: number | null = null;
}

export class MergeWavesDto implements MergeWaves {
  /** The others join the first. */
  @IsArray()
  @ArrayMinSize(2)
  @ArrayMaxSize(50)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  waveIds: string[];
}

export class UndoWaveDto implements UndoWave {
  @IsOptional()
  @IsBoolean()
  dryRun?: boolean;

  @IsOptional()
  @IsString()
  @IsLine()
  @Length(1, 200)
  reason?: string;
}
