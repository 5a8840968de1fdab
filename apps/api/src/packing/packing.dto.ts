import { Type } from 'class-transformer';
import { IsIn, IsOptional, IsString, IsUUID, Length, ValidateNested } from 'class-validator';
import type { ChangeCarton, CloseParcel, ConfirmLabel, OpenParcel, PackItem, Reprint } from '#lib/contracts';
import { IsLine } from '../platform/http/is-line.js';

/** Scanners send at most this much; longer input is noise. */
const SCAN_MAX = 512;

export class OpenParcelDto implements OpenParcel {
  /** The tote as scanned. */
  @IsString()
  @Length(1, SCAN_MAX)
  containerScan: string;

  /** The bench at which it stands, such as `S-PACK-01`. */
  @IsString()
  @Length(1, 64)
  stationCode: string;
}

export class PackItemDto implements PackItem {
  /** Made once by the sender: the same one sent twice packs once. */
  @IsUUID()
  eventId: string;

  /** The item as scanned. */
  @IsString()
  @Length(1, SCAN_MAX)
  itemScan: string;
}

export class ChangeCartonDto implements ChangeCarton {
  @IsString()
  @Length(1, 64)
  cartonCode: string;
}

export class OverrideDto {
  /** Why the weight is right although the book says otherwise. */
  @IsString()
  @Length(3, 200)
  @IsLine()
  reason: string;
}

export class CloseParcelDto implements CloseParcel {
  @IsUUID()
  eventId: string;

  /** Id of the scale's own reading, from the live `floor.weight` event. */
  @IsUUID()
  readingId: string;

  @IsOptional()
  @ValidateNested()
  @Type(() => OverrideDto)
  override?: OverrideDto;
}

export class ReprintDto implements Reprint {
  /** Becomes the id of the print. */
  @IsUUID()
  eventId: string;

  @IsIn(['media', 'damaged', 'lost', 'unknown'])
  reason: 'media' | 'damaged' | 'lost' | 'unknown';
}

export class ConfirmLabelDto implements ConfirmLabel {
  @IsUUID()
  eventId: string;

  /** The label as scanned: its square code tells papers apart. */
  @IsString()
  @Length(1, SCAN_MAX)
  labelScan: string;
}

export class ReopenDto {
  @IsUUID()
  eventId: string;

  @IsString()
  @Length(3, 200)
  @IsLine()
  reason: string;
}

export class ReturnGoodsDto {
  @IsUUID()
  eventId: string;

  /** The location into which the goods are put. */
  @IsString()
  @Length(1, SCAN_MAX)
  locationScan: string;
}
