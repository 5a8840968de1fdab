import { IsOptional, IsString, IsUUID, Length, MaxLength } from 'class-validator';
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
