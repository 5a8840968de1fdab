import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import type { ClaimRun, ConfirmPick, ConfirmReplenishment, DropRun, ShortReason } from '#lib/contracts';

const SCAN_MAX = 512;
const REASONS: ShortReason[] = ['empty', 'fewer', 'damaged', 'wrong-item', 'blocked'];

export class ClaimRunDto implements ClaimRun {
  @IsString()
  @Length(1, SCAN_MAX)
  cartScan: string;
}

export class ShortDto {
  @IsIn(REASONS)
  reason: ShortReason;
}

export class ConfirmPickDto implements ConfirmPick {
  /** Made once by the sender: the same one again has the same answer. */
  @IsUUID()
  eventId: string;

  @IsString()
  @MaxLength(SCAN_MAX)
  locationScan: string;

  @IsArray()
  @ArrayMaxSize(10_000)
  @IsString({ each: true })
  @MaxLength(SCAN_MAX, { each: true })
  itemScans: string[];

  @IsString()
  @MaxLength(SCAN_MAX)
  containerScan: string;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ShortDto)
  short?: ShortDto;

  @IsISO8601()
  at: string;
}

export class DropRunDto implements DropRun {
  @IsUUID()
  eventId: string;

  @IsString()
  @Length(1, SCAN_MAX)
  stationScan: string;
}

export class ConfirmPutBackDto {
  @IsUUID()
  eventId: string;

  @IsString()
  @Length(1, SCAN_MAX)
  containerScan: string;

  @IsArray()
  @ArrayMaxSize(10_000)
  @IsString({ each: true })
  @MaxLength(SCAN_MAX, { each: true })
  itemScans: string[];

  @IsString()
  @Length(1, SCAN_MAX)
  locationScan: string;
}

export class ReplenishShortDto {
  @IsString()
  @Length(1, 100)
  @Matches(/^[^\p{Cc}\p{Cf}\p{Co}\p{Cs}]*$/u, { message: 'must be one line of text' })
  reason: string;
}

export class ConfirmReplenishmentDto implements ConfirmReplenishment {
  @IsUUID()
  eventId: string;

  @IsString()
  @Length(1, SCAN_MAX)
  fromScan: string;

  /** Empty when nothing was there. */
  @IsString()
  @MaxLength(SCAN_MAX)
  itemScan: string;

  /** Units counted by the person. */
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  quantity: number;

  /** Empty when nothing was there. */
  @IsString()
  @MaxLength(SCAN_MAX)
  toScan: string;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ReplenishShortDto)
  short?: ReplenishShortDto;
}

export class ReportProblemDto {
  @IsIn(['damaged', 'wrong-label', 'blocked', 'help'])
  kind: 'damaged' | 'wrong-label' | 'blocked' | 'help';

  @IsOptional()
  @MaxLength(200)
  @Matches(/^[^\p{Cc}\p{Cf}\p{Co}\p{Cs}]*$/u, { message: 'must be one line of text' })
  note?: string;
}
