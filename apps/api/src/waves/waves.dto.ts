import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import type { CancelWaveBody, OrderFilter } from '#lib/contracts';
import { IsLine } from '../platform/http/is-line.js';

/** Query of the slotting advice. */
export class SlottingAskDto {
  /** Picks of this many days count. */
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(90) days?: number;
  /** Most goods to move. */
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(200) moves?: number;
}

export class OrderFilterDto implements OrderFilter {
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(500)
  @IsString({ each: true })
  @IsLine({ each: true })
  @MaxLength(64, { each: true })
  merchantCodes?: string[];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @IsLine({ each: true })
  @MaxLength(64, { each: true })
  carriers?: string[];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @IsLine({ each: true })
  @MaxLength(64, { each: true })
  services?: string[];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(250)
  @Matches(/^[A-Z]{2}$/, { each: true, message: 'must be two capital letters each (ISO 3166-1)' })
  countries?: string[];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @IsLine({ each: true })
  @MaxLength(64, { each: true })
  zones?: string[];

  @IsOptional()
  @IsIn(['single-unit', 'single-line', 'multi-line'])
  shape?: 'single-unit' | 'single-line' | 'multi-line';

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(20_160)
  cutOffWithinMinutes?: number;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(20_160)
  cutOffAfterMinutes?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(200)
  linesMin?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(200)
  linesMax?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  unitsMin?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  unitsMax?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100_000_000)
  volumeMlMin?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100_000_000)
  volumeMlMax?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100_000_000)
  weightGramsMin?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100_000_000)
  weightGramsMax?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(9)
  priorityMin?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(9)
  priorityMax?: number;
}

export class PlanWaveDto {
  @IsUUID()
  templateId: string;
}

export class CancelWaveDto implements CancelWaveBody {
  @IsOptional()
  @IsString()
  @IsLine()
  @Length(1, 200)
  reason?: string;

  /** While planning: the best plan found so far becomes the plan. */
  @IsOptional()
  @IsBoolean()
  keepBest?: boolean;
}
