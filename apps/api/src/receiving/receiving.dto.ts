import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import type { ConfirmPutAway, ReceiveGoods } from '#lib/contracts';

const TEXT = /^[^\p{Cc}\p{Cf}\p{Co}\p{Cs}]+$/u;
const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const DAY_MESSAGE = { message: 'must be a day such as 2027-03-31' };
const TEXT_MESSAGE = { message: 'must be one line of text' };

export class NewReceiptLineDto {
  @IsString()
  @Length(1, 48)
  @Matches(TEXT, TEXT_MESSAGE)
  sku: string;

  @IsInt()
  @Min(1)
  @Max(1_000_000)
  quantity: number;

  @IsOptional()
  @IsString()
  @Length(1, 40)
  @Matches(TEXT, TEXT_MESSAGE)
  lot?: string;

  @IsOptional()
  @Matches(DAY, DAY_MESSAGE)
  expiresOn?: string;
}

/** Goods that a merchant announces. The same reference twice is the same receipt. */
export class NewReceiptDto {
  /** Needed only when an office person enters the receipt. */
  @IsOptional()
  @IsString()
  @Length(1, 40)
  merchantCode?: string;

  @IsString()
  @Length(1, 64)
  @Matches(TEXT, TEXT_MESSAGE)
  reference: string;

  @IsOptional()
  @Matches(DAY, DAY_MESSAGE)
  expectedOn?: string;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  @ValidateNested({ each: true })
  @Type(() => NewReceiptLineDto)
  lines: NewReceiptLineDto[];
}

export class ReceiveGoodsDto implements ReceiveGoods {
  @IsUUID()
  eventId: string;

  @IsString()
  @Length(1, 48)
  sku: string;

  @IsInt()
  @Min(1)
  @Max(1_000_000)
  quantity: number;

  @IsOptional()
  @IsString()
  @Length(1, 40)
  @Matches(TEXT, TEXT_MESSAGE)
  lot?: string;

  @IsOptional()
  @Matches(DAY, DAY_MESSAGE)
  expiresOn?: string;
}

export class ConfirmPutAwayDto implements ConfirmPutAway {
  @IsUUID()
  eventId: string;

  @IsString()
  @Length(1, 512)
  itemScan: string;

  @IsString()
  @Length(1, 512)
  locationScan: string;
}
