import { IsIn, IsOptional, IsString, IsUUID, Length } from 'class-validator';
import type { LoadParcel, StageParcel } from '#lib/contracts';

const SCAN_MAX = 512;

export class StageParcelDto implements StageParcel {
  @IsUUID()
  eventId: string;

  /** The parcel's label as scanned. */
  @IsString()
  @Length(1, SCAN_MAX)
  parcelScan: string;

  /** The staging place as scanned. */
  @IsString()
  @Length(1, SCAN_MAX)
  locationScan: string;
}

export class OpenLoadDto {
  /** Code of the carrier whose truck it is. */
  @IsString()
  @Length(1, 32)
  carrier: string;

  /** The dock door at which it stands. */
  @IsOptional()
  @IsString()
  @Length(1, 64)
  doorStationCode?: string;
}

export class LoadParcelDto implements LoadParcel {
  @IsUUID()
  eventId: string;

  @IsString()
  @Length(1, SCAN_MAX)
  parcelScan: string;
}

export class ListLoadsDto {
  @IsOptional()
  @IsIn(['open', 'departed'])
  state?: 'open' | 'departed';
}

export class ListManifestsDto {
  @IsOptional()
  @IsIn(['open', 'closed', 'transmitted'])
  state?: 'open' | 'closed' | 'transmitted';
}
