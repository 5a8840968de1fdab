import {
  ArrayMaxSize,
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import type { OrderFilter } from '#lib/contracts';
import { IsLine } from '../platform/http/is-line.js';

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
  @IsInt()
  @Min(1)
  @Max(20_160)
  cutOffWithinMinutes?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(200)
  linesMax?: number;

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

export class CancelWaveDto {
  @IsOptional()
  @IsString()
  @IsLine()
  @Length(1, 200)
  reason?: string;
}

/** What a wave would be if it were planned now; nothing is reserved for it. */
export interface WavePreview {
  orders: number;
  lines: number;
  units: number;
  runs: number;
  walkMetres: number;
  naiveWalkMetres: number;
  /** Lines that would stay behind, with the reason; at most 100. */
  shorts: { orderId: string; sku: string; missing: number; reason: string }[];
  /** Orders that do not fit into the wave. */
  left: number;
}
