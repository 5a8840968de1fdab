import { PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
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
  CopyTemplateBody,
  MatchBody,
  MatchChannel,
  TemplateStep,
  WaveLimits,
  WaveTemplateBody,
  WaveThresholds,
} from '#lib/contracts';
import { IsLine } from '../platform/http/is-line.js';
import { OrderFilterDto } from './waves.dto.js';

const AMOUNT_MAX = 1_000_000;
const SIZE_MAX = 2_000_000_000;

class LimitsDto implements WaveLimits {
  @IsInt()
  @Min(1)
  @Max(AMOUNT_MAX)
  ordersMax: number;

  @IsInt()
  @Min(1)
  @Max(AMOUNT_MAX)
  linesMax: number;

  @IsInt()
  @Min(1)
  @Max(AMOUNT_MAX)
  unitsMax: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(SIZE_MAX)
  volumeMlMax?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(SIZE_MAX)
  weightGramsMax?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(AMOUNT_MAX)
  pickMinutesMax?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(AMOUNT_MAX)
  packMinutesMax?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(AMOUNT_MAX)
  laneOrdersMax?: number;
}

/** Limits of a draft, as far as they are typed. */
class PartLimitsDto extends PartialType(LimitsDto) {}

class ThresholdsDto implements WaveThresholds {
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(AMOUNT_MAX)
  ordersMin?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(AMOUNT_MAX)
  linesMin?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(AMOUNT_MAX)
  unitsMin?: number;
}

export class TemplateDto implements WaveTemplateBody {
  @IsString()
  @IsLine()
  @Length(1, 100)
  name: string;

  @IsObject()
  @ValidateNested()
  @Type(() => OrderFilterDto)
  filter: OrderFilterDto;

  @IsObject()
  @ValidateNested()
  @Type(() => LimitsDto)
  limits: LimitsDto;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ThresholdsDto)
  thresholds?: ThresholdsDto;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(600)
  planningSecondsMax?: number | null;

  /** Judged step by step by the pipeline's own rules, which name each fault by its field. */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @IsObject({ each: true })
  pipeline?: TemplateStep[];

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(SIZE_MAX)
  version?: number;
}

export class CopyTemplateDto implements CopyTemplateBody {
  @IsString()
  @IsLine()
  @Length(1, 100)
  name: string;
}

/** The channel whose filter it is, as far as it is typed. */
class MatchChannelDto implements MatchChannel {
  @IsOptional()
  @IsUUID()
  id?: string;

  @IsString()
  @Length(0, 80)
  name: string;

  @IsUUID()
  templateId: string;

  @IsInt()
  @Min(1)
  @Max(10_000)
  batchOrders: number;
}

export class MatchDto implements MatchBody {
  @IsObject()
  @ValidateNested()
  @Type(() => OrderFilterDto)
  filter: OrderFilterDto;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => MatchChannelDto)
  channel?: MatchChannelDto;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ThresholdsDto)
  thresholds?: ThresholdsDto;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => PartLimitsDto)
  limits?: PartLimitsDto;
}
