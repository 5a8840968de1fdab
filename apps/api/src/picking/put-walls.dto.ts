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
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import type { ConfigurePutWall, ConfirmPut, ReportWallShort, SortItem, UndoPut } from '#lib/contracts';
import { IsLine } from '../platform/http/is-line.js';

const SCAN_MAX = 512;
const PLACE_MAX = 10_000_000;

export class WallParamsDto {
  @Matches(/^S-(?=.{1,32}$)[A-Z0-9]+(-[A-Z0-9]+)*$/, { message: 'must be a station such as S-WALL-01' })
  station: string;
}

export class SlotLightDto {
  @IsString()
  @Length(1, 64)
  device: string;

  @IsLine()
  @Length(1, 64)
  address: string;
}

export class PutWallSlotDto {
  /** A plate as totes have them. */
  @Matches(/^T-\d{6,12}$/, { message: 'must be a plate such as T-900001' })
  code: string;

  @IsInt()
  @Min(1)
  @Max(100)
  row: number;

  @IsInt()
  @Min(1)
  @Max(100)
  column: number;

  /** Orders larger than this get another slot. */
  @IsInt()
  @Min(1)
  @Max(10_000_000)
  volumeMl: number;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => SlotLightDto)
  light?: SlotLightDto | null;
}

export class ConfigurePutWallDto implements ConfigurePutWall {
  @IsOptional()
  @IsLine()
  @Length(1, 80)
  name?: string;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(PLACE_MAX)
  xMm?: number;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(PLACE_MAX)
  yMm?: number;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ValidateNested({ each: true })
  @Type(() => PutWallSlotDto)
  slots: PutWallSlotDto[];
}

export class SortItemDto implements SortItem {
  @IsString()
  @Length(1, SCAN_MAX)
  containerScan: string;

  @IsString()
  @Length(1, SCAN_MAX)
  itemScan: string;
}

export class ConfirmPutDto extends SortItemDto implements ConfirmPut {
  /** Made once by the sender: the same one again is the same put. */
  @IsUUID()
  eventId: string;

  @IsString()
  @Length(1, SCAN_MAX)
  slotScan: string;
}

export class UndoPutDto implements UndoPut {
  @IsUUID()
  eventId: string;

  /** Of the put. */
  @IsUUID()
  putEventId: string;
}

export class ReportWallShortDto implements ReportWallShort {
  @IsUUID()
  eventId: string;

  @IsString()
  @Length(1, SCAN_MAX)
  containerScan: string;
}
