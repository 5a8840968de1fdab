import {
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import type { FlowSettings, NewOverride, OverrideKind } from '#lib/contracts';
import { IsLine } from '../platform/http/is-line.js';

export class CloseLaneDto {
  /** Why, for the story and the next shift. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  @IsLine()
  reason?: string;
}

export class ReinductDto {
  /** Made once by the sender; the same scan sent twice counts once. */
  @IsUUID()
  eventId: string;

  /** The parcel's label as scanned. */
  @IsString()
  @Length(1, 512)
  parcelScan: string;
}

const KINDS: OverrideKind[] = ['lane-closed', 'lane-open', 'parcel-lane', 'point-safe'];
const DAY_MINUTES = 24 * 60;

export class NewOverrideDto implements NewOverride {
  @IsIn(KINDS)
  kind: OverrideKind;

  /** Lane or point by its code; a parcel by what its label says. */
  @IsString()
  @Length(1, 512)
  subject: string;

  /** Where a parcel is sent. */
  @IsOptional()
  @IsString()
  @Length(1, 64)
  lane?: string;

  /** Why, for whoever finds it in force. */
  @IsString()
  @Length(3, 200)
  @IsLine()
  reason: string;

  /** It ends by itself after so long; at most a day. */
  @IsInt()
  @Min(1)
  @Max(DAY_MINUTES)
  minutes: number;
}

export class EndOverrideDto {
  @IsString()
  @Length(3, 200)
  @IsLine()
  reason: string;
}

export class FlowSettingsDto implements FlowSettings {
  /** Thousandths of the weight at the bench. */
  @IsInt() @Min(0) @Max(500) weightPermille: number;
  @IsInt() @Min(0) @Max(10_000) weightLeastGrams: number;
  @IsInt() @Min(0) @Max(1_000) sizeMm: number;
  @IsBoolean() rebalancing: boolean;
  @IsInt() @Min(0) @Max(600_000) blockedAfterMs: number;
  @IsInt() @Min(0) @Max(3_600_000) holdMs: number;
  @IsInt() @Min(0) @Max(1_000) worthwhile: number;
}
