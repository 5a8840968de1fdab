import {
  IsBoolean,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
  NotEquals,
} from 'class-validator';

const TEXT = /^[^\p{Cc}\p{Cf}\p{Co}\p{Cs}]+$/u;

export class AdjustStockDto {
  /** Made once by the sender; the same one adjusts once. */
  @IsUUID()
  eventId: string;

  @IsString()
  @Length(1, 40)
  merchantCode: string;

  @IsString()
  @Length(1, 48)
  sku: string;

  @IsString()
  @Length(1, 40)
  locationCode: string;

  /** Positive brings goods into the book, negative takes them out. */
  @IsInt()
  @Min(-1_000_000)
  @Max(1_000_000)
  @NotEquals(0)
  quantity: number;

  @Length(1, 200)
  @Matches(TEXT, { message: 'reason must be one line of text' })
  reason: string;

  @IsOptional()
  @Length(1, 40)
  @Matches(TEXT, { message: 'lot must be one line of text' })
  lot?: string;

  @IsOptional()
  @Matches(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, {
    message: 'expiresOn must be a day such as 2027-03-31',
  })
  expiresOn?: string;

  /** Goods taken out are scrapped. */
  @IsOptional()
  @IsBoolean()
  scrap?: boolean;
}

export class RequestCountDto {
  @IsString()
  @Length(1, 40)
  locationCode: string;

  @IsString()
  @Length(1, 40)
  merchantCode: string;

  @IsString()
  @Length(1, 48)
  sku: string;

  @IsOptional()
  @IsString()
  @Length(0, 40)
  @Matches(/^[^\p{Cc}\p{Cf}\p{Co}\p{Cs}]*$/u, { message: 'lot must be one line of text' })
  lot?: string;
}

export class RecordCountDto {
  @IsInt()
  @Min(0)
  @Max(10_000_000)
  counted: number;
}

export interface CountView {
  id: string;
  location: string;
  sku: string;
  name: string;
  lot: string;
  state: string;
  expected: number;
  counted: number | null;
  reason: string;
  openedAt: Date;
}

/** A location or container with what the book says is in it. */
export interface PlaceView {
  code: string;
  /** The location's type or the container's state. */
  kind: string;
  content: {
    sku: string;
    name: string;
    merchantCode: string;
    lot: string;
    expiresOn: string | null;
    quantity: number;
    reserved: number;
  }[];
}
