import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsDefined,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import type { Consignee, NewOrder, NewOrderLine } from '#lib/contracts';
import { COUNTRY, ORDER_LIMITS as MAX, MOMENT, TEXT } from './order-limits.js';

const LINE = new RegExp(TEXT, 'u');

/** One line of text of at most `length` characters. */
function Text(length: number): PropertyDecorator {
  const rules = [
    Matches(LINE, { message: 'must be one line of text without control characters' }),
    Length(1, length),
    IsString(),
  ];
  return (target, key) => {
    for (const rule of rules) rule(target, key as string);
  };
}

export class ConsigneeDto implements Consignee {
  @Text(MAX.name)
  name: string;

  @IsOptional()
  @Text(MAX.name)
  company?: string;

  @Text(MAX.street)
  street: string;

  @IsOptional()
  @Text(MAX.street)
  street2?: string;

  @Text(MAX.city)
  city: string;

  @IsOptional()
  @Text(MAX.city)
  region?: string;

  @Text(MAX.postcode)
  postcode: string;

  /** ISO 3166-1 alpha-2. */
  @IsString()
  @Matches(new RegExp(COUNTRY), { message: 'must be a country code of two capital letters' })
  country: string;

  @IsOptional()
  @Text(MAX.phone)
  phone?: string;
}

export class NewOrderLineDto implements NewOrderLine {
  @Text(MAX.sku)
  sku: string;

  @IsInt()
  @Min(1)
  @Max(MAX.quantity)
  quantity: number;
}

export class NewOrderDto implements NewOrder {
  /** The merchant's own reference; the same one twice is the same order. */
  @Text(MAX.ref)
  externalRef: string;

  /** Needed only when an office person enters the order. */
  @IsOptional()
  @Text(MAX.code)
  merchantCode?: string;

  @Text(MAX.code)
  carrier: string;

  @Text(MAX.code)
  service: string;

  /** 1 (first) to 9; 5 unless said. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX.priorityMax)
  priority?: number;

  /** Latest hand-over; the carrier service's next cut-off unless said. */
  @IsOptional()
  @IsString()
  @Matches(new RegExp(MOMENT), { message: 'must be an ISO 8601 moment with its zone' })
  cutOffAt?: string;

  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => ConsigneeDto)
  consignee: ConsigneeDto;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX.lines)
  @ValidateNested({ each: true })
  @Type(() => NewOrderLineDto)
  lines: NewOrderLineDto[];
}

export class PlaceHoldDto {
  /** Short and stable, such as `address` or `fraud`; one open hold of each code. */
  @IsString()
  @Matches(/^[a-z][a-z0-9-]{0,39}$/, { message: 'must be a word such as "address"' })
  code: string;

  @Text(200)
  reason: string;
}

export class CancelOrderDto {
  @Text(200)
  reason: string;
}
